// Two runs side by side: which is better, what differs, where they part, their curves in one picture, their views.
import {useState} from 'preact/hooks';

import {Blocks, type Block} from '../blocks';
import type {Entry} from '../list';
import {Message} from '../message';
import {Parts} from '../panels/parts';
import {ViewOf} from '../panels/views';
import {address} from '../route';
import type {Head} from '../run';
import {useAnswer, useEvents, versionOf, type Stamps} from '../server';
import {useSpeech} from '../speech';
import {Together} from './together';

type Comparison = {
  verdict: string;
  parting: {epoch: number; step: number; never: boolean} | null;
  parts: {name: string; title: string; blocks: Block[]}[];
};
export type Side = {name: string; head: Head; stamps: Stamps | null};

const EVALUATION = 'evaluation'; // beside the views, the parts that say how a run was judged

export default function Compare({first, second}: {first: string; second: string}) {
  const {say} = useSpeech();
  const {content} = useAnswer<Entry[]>('api/entries');
  const runs = (content ?? []).filter((entry) => entry.kind === 'run' && entry.status !== 'damaged').map((entry) => entry.name);
  const sides = [useSide(first), useSide(second)];
  const error = sides.find((side) => side.error)?.error;
  const [one, other] = sides.map((side) => side.found);
  return (
    <main id="content" class="list compare">
      <h1>{say('compare')}</h1>
      <Choosers runs={runs} first={first} second={second} />
      {error && <Message tone="bad">{error}</Message>}
      {!second && <p>{say('compare-choose')}</p>}
      {first === second && <p>{say('compare-same')}</p>}
      {one && other && first !== second && <Both key={`${first}/${second}`} sides={[one, other]} />}
    </main>
  );
}

function Choosers({runs, first, second}: {runs: string[]; first: string; second: string}) {
  const {say} = useSpeech();
  const to = (one: string, other: string) => void (location.hash = address('compare', one, other));
  const chooser = (id: string, label: string, value: string, other: string, change: (name: string) => void) => (
    <label><span class={`run-mark ${id}`} aria-hidden="true" /> {label} <select id={`compare-${id}`} value={value} onChange={(event) => change(event.currentTarget.value)}>
      {(!value || !runs.includes(value)) && <option value={value}>{value || say('compare-none')}</option>}
      {runs.map((name) => <option key={name} value={name} disabled={name === other}>{name}</option>)}
    </select></label>
  );
  return (
    <div class="tools">
      {chooser('first', say('compare-first'), first, second, (name) => to(name, second))}
      {chooser('second', say('compare-second'), second, first, (name) => to(first, name))}
      <button disabled={!second} onClick={() => to(second, first)}>{say('compare-swap')}</button>
    </div>
  );
}

function useSide(name: string): {found: Side | null; error: string} {
  const [stamps] = useEvents<Stamps>(name ? `api/entries/${encodeURIComponent(name)}/events` : null);
  const {content: head, error} = useAnswer<Head>(name ? `api/runs/${encodeURIComponent(name)}` : null, versionOf(stamps, 'run.json'));
  return {found: head && {name, head, stamps}, error};
}

function Both({sides}: {sides: [Side, Side]}) {
  const {say, known} = useSpeech();
  const [first, second] = sides;
  const finished = sides.every((side) => side.head.status === 'finished');
  const place = `api/compare?first=${encodeURIComponent(first.name)}&second=${encodeURIComponent(second.name)}`;
  const {content, error, waiting} = useAnswer<Comparison>(finished ? place : null, sides.map((side) => versionOf(side.stamps, 'run.json', 'evaluation.json')).join(' '));
  const parting = content?.parting && !content.parting.never ? content.parting : null;
  return (
    <>
      {!finished && <Message tone="warning">{say('compare-unfinished')}</Message>}
      {error && <Message tone="warning">{error}</Message>}
      {finished && waiting && <p class="note" role="status">{say('compare-working')}</p>}
      {content?.parts.filter((part) => part.name !== 'differences').map((part) => (
        <section key={part.name} class={`part part-${part.name}`}><h2>{known(`part-${part.name}`, part.title)}</h2><Blocks blocks={part.blocks} /></section>
      ))}
      <Together sides={sides} parting={parting} />
      <section class="part part-differences">
        <h2>{say('part-differences')}</h2>
        {content ? content.parts.filter((part) => part.name === 'differences').map((part) => <Blocks key={part.name} blocks={part.blocks} />) : <Settings sides={sides} />}
      </section>
      <Views sides={sides} />
    </>
  );
}

/** The settings that differ, from the heads of the runs: for runs that are not finished, or pages without the engine. */
function Settings({sides}: {sides: [Side, Side]}) {
  const {say} = useSpeech();
  const [one, other] = sides.map((side) => flat(side.head.settings));
  const names = [...new Set([...one!.keys(), ...other!.keys()])].filter((name) => one!.get(name) !== other!.get(name));
  if (names.length === 0) return <p>{say('compare-alike')}</p>;
  const rows = names.map((name) => [name, one!.get(name) ?? '–', other!.get(name) ?? '–']);
  return <Blocks blocks={[{block: 'grid', columns: ['setting', sides[0].name, sides[1].name], rows, align: [], caption: '', folded: false}]} />;
}

function flat(settings: Record<string, unknown>): Map<string, string> {
  const found = new Map<string, string>();
  for (const section of Object.values(settings)) {
    if (typeof section !== 'object' || section === null) continue;
    for (const [name, value] of Object.entries(section)) found.set(name, typeof value === 'string' ? value : JSON.stringify(value));
  }
  return found;
}

/** The same view of both, beside each other. */
function Views({sides}: {sides: [Side, Side]}) {
  const {say, known} = useSpeech();
  const found = sides.map((side) => Object.keys(side.stamps ?? {}).flatMap((file) => /^view-(.+)\.json$/.exec(file)?.[1] ?? []));
  const names = [...new Set(found.flat())].sort();
  if (sides.some((side) => side.stamps?.['evaluation.json'])) names.unshift(EVALUATION);
  const [chosen, setChosen] = useState('');
  const at = names.includes(chosen) ? chosen : names[0];
  if (!at) return null;
  return (
    <section class="part part-views">
      <h2>{say('compare-views')}</h2>
      <div class="tools" role="group" aria-label={say('compare-views')}>
        {names.map((one) => <button key={one} aria-pressed={one === at} onClick={() => setChosen(one)}>{one === EVALUATION ? say('panel-evaluation') : known(`view-${one}`, one)}</button>)}
      </div>
      <div class="beside">
        {sides.map((side, place) => (
          <section key={side.name} aria-label={side.name}>
            <h3><span class={`run-mark ${place ? 'second' : 'first'}`} aria-hidden="true" /> <a href={address('run', side.name)}>{side.name}</a></h3>
            {at === EVALUATION
              ? <Parts {...side} only={['confusion', 'labels', 'residuals', 'calibration']} />
              : found[place]!.includes(at)
                ? <ViewOf key={at} place={`api/runs/${encodeURIComponent(side.name)}/views/${at}`} version={versionOf(side.stamps, `view-${at}.json`)} />
                : <p class="note">{say('make-views')} <code>piste view {side.name} {at}</code></p>}
          </section>
        ))}
      </div>
    </section>
  );
}
