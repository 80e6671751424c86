// The data: splits, the target, every feature with its distribution, and what the linter says of them.
import {useMemo, useState} from 'preact/hooks';

import {Message} from '../message';
import type {PanelProps} from '../run';
import {useAnswer, versionOf} from '../server';
import {useSpeech} from '../speech';
import {Card, type Cause} from './findings';

type Distribution = {counts: number[]; edges: number[]; labels: string[]; others: number};
type Feature = {name: string; kind: string; reason: string; used: boolean; missing: number; distinct: number; distribution: Distribution | null};
type Target = {names: string[]; task: string; reason: string; classes: string[]; counts: Record<string, number[]>; distribution: Distribution | null};
type Data = {
  name: string;
  source: string;
  fingerprint: string;
  rows: number;
  features: Feature[];
  target: Target;
  split: {method: string; detail: string; sizes: Record<string, number>};
  image_shape: [number, number, number] | null;
  notes: string[];
};
type Content = {data: Data | null; findings: Cause[]};

const MOST = 60; // features drawn at once

export function DataPanel({name, stamps}: PanelProps) {
  const speech = useSpeech();
  const {say, known, count} = speech;
  const {content, error} = useAnswer<Content>(`api/runs/${encodeURIComponent(name)}/data?language=${speech.language}`, versionOf(stamps, 'data.json', 'lint.json'));
  if (error) return <Message tone="bad">{error}</Message>;
  if (!content) return <p class="note" role="status">{say('reading')}</p>;
  if (!content.data) return <p>{say('nothing-yet')}</p>;
  const {data, findings} = content;
  return (
    <>
      <dl class="facts">
        <div><dt>{say('source')}</dt><dd class="value">{data.source}</dd></div>
        <div><dt>{say('rows')}</dt><dd class="value">{count(data.rows)}</dd></div>
        <div><dt>{say('target')}</dt><dd class="value">{data.target.names.join(', ')} ({known(`task-${data.target.task}`, data.target.task)})</dd><dd class="note">{data.target.reason}</dd></div>
        <div><dt>{say('split')}</dt><dd class="value">{Object.entries(data.split.sizes).map(([split, size]) => `${known(`split-${split}`, split)} ${count(size)}`).join(' · ')}</dd><dd class="note">{data.split.method}: {data.split.detail}</dd></div>
        {data.image_shape && <div><dt>{say('pictures')}</dt><dd class="value">{data.image_shape.join(' × ')}</dd></div>}
      </dl>
      <section class="part">
        <h2>{say('suspects')}</h2>
        {findings.length ? findings.map((cause, place) => <Card key={`${cause.code}-${place}`} cause={cause} />) : <Message tone="good">{say('no-suspects')}</Message>}
      </section>
      <section class="part">
        <h2>{say('target')}</h2>
        {data.target.classes.length > 0 ? <Classes target={data.target} /> : data.target.distribution && <div class="one-bars"><Bars distribution={data.target.distribution} label={data.target.names.join(', ')} /></div>}
      </section>
      <Features features={data.features} rows={data.rows} />
      {data.notes.length > 0 && <section class="part"><h2>{say('part-notes')}</h2><ul>{data.notes.map((note, place) => <li key={place}>{note}</li>)}</ul></section>}
    </>
  );
}

function Classes({target}: {target: Target}) {
  const {say, known, count} = useSpeech();
  const splits = Object.keys(target.counts);
  const most = Math.max(1, ...Object.values(target.counts).flat());
  return (
    <div class="table" tabindex={0} role="region" aria-label={say('classes')}>
      <table>
        <thead><tr><th scope="col">{say('class')}</th>{splits.map((split) => <th key={split} scope="col">{known(`split-${split}`, split)}</th>)}</tr></thead>
        <tbody>
          {target.classes.slice(0, 1000).map((one, place) => (
            <tr key={place}>
              <th scope="row">{one || say('empty')}</th>
              {splits.map((split) => {
                const found = target.counts[split]?.[place] ?? 0;
                return <td key={split}><span class="gauge"><span style={{width: `${(100 * found) / most}%`}} /></span>{count(found)}</td>;
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

const ORDERS: Record<string, (one: Feature, other: Feature) => number> = {
  place: () => 0,
  name: (one, other) => one.name.localeCompare(other.name),
  missing: (one, other) => other.missing - one.missing,
  distinct: (one, other) => other.distinct - one.distinct,
};

function Features({features, rows}: {features: Feature[]; rows: number}) {
  const speech = useSpeech();
  const {say, known, count} = speech;
  const [words, setWords] = useState('');
  const [kind, setKind] = useState('');
  const [order, setOrder] = useState('place');
  const [most, setMost] = useState(MOST);
  const kinds = [...new Set(features.map((one) => one.kind))];
  const shown = useMemo(
    () => features.filter((one) => (!kind || one.kind === kind) && one.name.toLowerCase().includes(words.toLowerCase())).sort(ORDERS[order]),
    [features, kind, words, order],
  );
  return (
    <section class="part">
      <h2>{say('features')}</h2>
      <div class="tools">
        <label>{say('find')} <input id="find" type="search" autocomplete="off" value={words} onInput={(event) => setWords(event.currentTarget.value)} /></label>
        {kinds.length > 1 && <label>{say('kind')} <select value={kind} onChange={(event) => setKind(event.currentTarget.value)}><option value="">{say('all')}</option>{kinds.map((one) => <option key={one} value={one}>{known(`kind-${one}`, one)}</option>)}</select></label>}
        <label>{say('order')} <select id="order" value={order} onChange={(event) => setOrder(event.currentTarget.value)}>{Object.keys(ORDERS).map((one) => <option key={one} value={one}>{say(`order-${one}`)}</option>)}</select></label>
        <span class="note" role="status">{say('shown-of', {shown: count(shown.length), total: count(features.length)})}</span>
      </div>
      <ul class="features">
        {shown.slice(0, most).map((one) => (
          <li key={one.name} class={one.used ? '' : 'unused'}>
            <h3>{one.name || say('empty')}</h3>
            <p class="note">{known(`kind-${one.kind}`, one.kind)} · {say('distinct', {count: count(one.distinct)})}{one.missing > 0 && ` · ${say('missing', {count: count(one.missing), share: speech.percent(rows ? one.missing / rows : null)})}`}{!one.used && ` · ${say('not-used')}`}</p>
            {one.distribution && one.distribution.counts.length > 0 && <Bars distribution={one.distribution} label={one.name} />}
            <details><summary>{say('why-kind')}</summary><p class="note">{one.reason}</p></details>
          </li>
        ))}
      </ul>
      {shown.length > most && <button onClick={() => setMost(most + MOST)}>{say('more-features', {count: count(shown.length - most)})}</button>}
    </section>
  );
}

const LEVELS = 8;

function Bars({distribution, label}: {distribution: Distribution; label: string}) {
  const {say, number, count} = useSpeech();
  const {counts, edges, labels, others} = distribution;
  const most = Math.max(1, ...counts);
  if (edges.length > 1) {
    const described = say('histogram-of', {name: label, low: number(edges[0]), high: number(edges.at(-1)!)});
    return (
      <figure class="histogram">
        <svg viewBox={`0 0 ${counts.length} 40`} preserveAspectRatio="none" role="img" aria-label={described}>
          {counts.map((found, place) => (
            <rect key={place} x={place + 0.04} width={0.92} y={40 - (38 * found) / most} height={(38 * found) / most}>
              <title>{`${number(edges[place]!)} – ${number(edges[place + 1]!)}: ${count(found)}`}</title>
            </rect>
          ))}
        </svg>
        <figcaption><span>{number(edges[0])}</span><span>{number(edges.at(-1)!)}</span></figcaption>
      </figure>
    );
  }
  const rest = counts.slice(LEVELS).reduce((sum, one) => sum + one, others);
  const shown = [...counts.slice(0, LEVELS).map((found, place) => [labels[place] || say('empty'), found] as const), ...(rest ? [[say('others'), rest] as const] : [])];
  const longest = Math.max(1, ...shown.map(([, found]) => found));
  return (
    <dl class="levels">
      {shown.map(([level, found], place) => (
        <div key={place}><dt title={level}>{level}</dt><dd><span class="gauge"><span style={{width: `${(100 * found) / longest}%`}} /></span>{count(found)}</dd></div>
      ))}
    </dl>
  );
}
