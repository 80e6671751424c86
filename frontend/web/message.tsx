// A sentence that stands out, with a sign for who cannot see its colour.
import type {ComponentChildren} from 'preact';

import {useSpeech} from './speech';

export type Tone = 'good' | 'warning' | 'bad';
const MARKS: Record<Tone, string> = {good: '✓', warning: '!', bad: '✕'};

export function Message({tone, children}: {tone: Tone; children: ComponentChildren}) {
  const {say} = useSpeech();
  return (
    <p class={`banner ${tone}`} role={tone === 'good' ? undefined : 'alert'}>
      <span class="mark" aria-hidden="true">{MARKS[tone]}</span>
      <span><span class="unseen">{say(`tone-${tone}`)} </span>{children}</span>
    </p>
  );
}
