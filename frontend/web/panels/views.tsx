// What `piste view` saw of the trained network: boundary, loss surface, layers, filters and the like.
import {useState} from 'preact/hooks';

import {Blocks, type Block} from '../blocks';
import {Message} from '../message';
import type {PanelProps} from '../run';
import {useAnswer, versionOf} from '../server';
import {useSpeech} from '../speech';
import {Surface, type SurfaceData} from './surface';

type Content = {name: string; title: string; data: SurfaceData | null; parts: {name: string; title: string; blocks: Block[]}[]};

export function ViewsPanel({name, stamps, head}: PanelProps) {
  const {say, known} = useSpeech();
  const place = `api/runs/${encodeURIComponent(name)}/views`;
  const files = Object.keys(stamps ?? {}).filter((file) => file.startsWith('view-'));
  const {content: names, error} = useAnswer<string[]>(place, files.join());
  const [chosen, setChosen] = useState('');
  const at = names?.includes(chosen) ? chosen : (names?.[0] ?? '');
  if (error) return <Message tone="bad">{error}</Message>;
  if (!names) return <p class="note" role="status">{say('reading')}</p>;
  return (
    <>
      {names.length === 0 ? <p>{say(head.status === 'finished' ? 'no-views' : 'nothing-yet')}</p> : (
        <div class="tools" role="group" aria-label={say('panel-views')}>
          {names.map((one) => <button key={one} aria-pressed={one === at} onClick={() => setChosen(one)}>{known(`view-${one}`, one)}</button>)}
        </div>
      )}
      {at && <ViewOf key={at} place={`${place}/${at}`} version={versionOf(stamps, `view-${at}.json`)} />}
      {head.status === 'finished' && <p class="note">{say('make-views')} <code>piste view {head.folder} {at || 'boundary'}</code></p>}
    </>
  );
}

/** One view of one run, drawn. */
export function ViewOf({place, version}: {place: string; version: string}) {
  const {say, known} = useSpeech();
  const {content, error} = useAnswer<Content>(place, version);
  if (error) return <Message tone="bad">{error}</Message>;
  if (!content) return <p class="note" role="status">{say('reading')}</p>;
  return (
    <>
      {content.name === 'surface' && content.data && <Surface data={content.data} />}
      {content.parts.map((part) => <section key={part.name} class="part"><h2>{known(`view-${content.name}`, part.title)}</h2><Blocks blocks={part.blocks} /></section>)}
    </>
  );
}
