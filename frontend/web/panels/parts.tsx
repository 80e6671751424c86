// Parts of the report, drawn within the page.
import {Blocks, type Block} from '../blocks';
import {Message} from '../message';
import type {PanelProps} from '../run';
import {useAnswer, versionOf} from '../server';
import {useSpeech} from '../speech';

type Part = {name: string; title: string; blocks: Block[]};

export function Parts({name, stamps, head, only}: PanelProps & {only: string[]}) {
  const {say, known} = useSpeech();
  const version = versionOf(stamps, 'run.json', 'evaluation.json', 'human.json', 'lint.json', 'data.json');
  const {content, error} = useAnswer<Part[]>(`api/runs/${encodeURIComponent(name)}/parts`, version);
  if (error) return <Message tone="bad">{error}</Message>;
  if (!content) return <p class="note" role="status">{say('reading')}</p>;
  const shown = content.filter((part) => only.includes(part.name));
  if (shown.length === 0) return <p>{say(head.status === 'unfinished' ? 'nothing-yet' : 'nothing-here')}</p>;
  // The first part of the result is the result itself: its heading would stand below the same words.
  const heading = (part: Part) => <h2 class={part.name === 'result' ? 'unseen' : undefined}>{known(`part-${part.name}`, part.title)}</h2>;
  return <>{shown.map((part) => <section key={part.name} class="part">{heading(part)}<Blocks blocks={part.blocks} /></section>)}</>;
}
