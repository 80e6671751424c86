// A search: what came of it, every trial across every setting, and which settings mattered.
import {useMemo, useState} from 'preact/hooks';

import {Blocks, type Block} from '../blocks';
import {Message} from '../message';
import {address} from '../route';
import {useAnswer, useEvents, versionOf, type Stamps} from '../server';
import {useSpeech} from '../speech';
import {Importance, type Importances} from './importance';
import {Parallel, type Axis, type Brushes} from './parallel';
import {Slices} from './slices';
import {Trials} from './trials';

export type Dimension = {name: string; label: string; prior: string; conditions: [string, string][]; why: string};
export type Trial = {
  number: number;
  settings: Record<string, unknown>;
  places: number[];
  status: string;
  best_round: number;
  loss: number | null;
  score: number | null;
  seconds: number;
  sampling: string;
  parent: number | null;
  note: string;
};
type TickedAxis = {label: string; prior: string; ticks: [number, string][]; options: boolean};
type Region = {name: string; first: number; last: number; low: number[]; high: number[]};
type Content = {
  study: {name: string; status: string; created: string; command: string; source: string; seed: number; metric: string; higher_is_better: boolean; dimensions: Dimension[]; sampler: string; scheduler: string; trials: number; rounds: number; run: string; seconds: number};
  trials: Trial[];
  results: {best: number | null; by_loss: boolean; axes: TickedAxis[]; importances: Importances | null; regions: Region[]; notes: string[]};
  note: string;
};
type Part = {name: string; title: string; blocks: Block[]};

const PANELS = ['search', 'study-result', 'importance', 'slices', 'trials'] as const;
const RESULT_PARTS = ['result', 'retuned', 'best', 'ensemble', 'progress', 'zoom', 'space', 'repeat'];

export function Study({name, panel}: {name: string; panel: string}) {
  const speech = useSpeech();
  const {say, known, count} = speech;
  const place = `api/studies/${encodeURIComponent(name)}`;
  const [stamps, there] = useEvents<Stamps>(`api/entries/${encodeURIComponent(name)}/events`);
  const {content, error} = useAnswer<Content>(place, versionOf(stamps, 'study.json', 'trials.jsonl', 'results.json', 'study.db'));
  const [brushes, setBrushes] = useState<Brushes>({});
  const [round, setRound] = useState('');
  const [window, setWindow] = useState<Brushes>({});
  const whole = useMemo(() => (content ? axesOf(content) : []), [content]);
  const axes = useMemo(() => whole.map((axis) => zoomed(axis, window[axis.label])), [whole, window]);
  const trials = useMemo(() => (content?.trials ?? []).filter((one) => (!round || one.sampling === round) && axes.every((axis) => inWindow(axis.of(one)))), [content, round, axes]);
  if (error) return <main id="content"><h1>{name}</h1><Message tone="bad">{error}</Message></main>;
  if (!content) return <main id="content"><p class="note" role="status">{say('reading')}</p></main>;
  const {study, results} = content;
  const at = PANELS.find((one) => one === panel) ?? 'search';
  const within = (trial: Trial) => axes.every((axis) => {
    const brush = brushes[axis.label];
    const value = axis.of(trial);
    return !brush || (value !== null && value >= brush[0] && value <= brush[1]);
  });
  const chosen = trials.filter(within);
  const rounds = [...new Set(content.trials.map((one) => one.sampling).filter((one) => /^round /.test(one)))];
  const facts = [say('trials', {count: `${count(content.trials.filter((one) => !['waiting', 'running'].includes(one.status)).length)} / ${count(study.trials)}`}), study.sampler, study.scheduler, study.source, say('fact-seed', {seed: study.seed}), speech.seconds(study.seconds)];
  return (
    <div class="run">
      <nav aria-label={say('panels')}>
        <ul>
          {PANELS.map((one) => <li key={one}><a href={address('study', name, one)} aria-current={one === at ? 'page' : undefined}>{say(`panel-${one}`)}</a></li>)}
          {study.run && <li><a href={address('run', study.run)}>{say('best-run')}</a></li>}
        </ul>
      </nav>
      <main id="content">
        <p class="facts-line"><span class={`status ${study.status}`}>{known(`status-${study.status}`, study.status)}</span> {facts.filter(Boolean).join(' · ')}</p>
        {!there && <Message tone="warning">{say('lost')}</Message>}
        {content.note && <Message tone="warning">{content.note}</Message>}
        <h1 tabindex={-1}>{say(`panel-${at}`)}</h1>
        {content.trials.length === 0 && at !== 'study-result' ? <p>{say('no-trials-yet')}</p> : at === 'search' ? (
          <>
            <div class="tools">
              {rounds.length > 1 && <label>{say('round')} <select id="round" value={round} onChange={(event) => setRound(event.currentTarget.value)}><option value="">{say('all')}</option>{rounds.map((one) => <option key={one} value={one}>{one.replace('round ', '')}</option>)}</select></label>}
              <button onClick={() => (setWindow(together(window, brushes)), setBrushes({}))} disabled={Object.keys(brushes).length === 0}>{say('zoom-in')}</button>
              <button onClick={() => (setWindow({}), setBrushes({}))} disabled={Object.keys({...brushes, ...window}).length === 0}>{say('everything')}</button>
              <span class="note" role="status">{say('trials-chosen', {chosen: count(chosen.length), total: count(trials.length)})}</span>
            </div>
            <Parallel axes={axes} trials={trials} within={within} brushes={brushes} onBrushes={setBrushes} />
            <Trials trials={chosen} dimensions={study.dimensions} higher={study.higher_is_better} metric={study.metric} best={results.best} most={20} />
          </>
        ) : at === 'trials' ? (
          <Trials trials={trials} dimensions={study.dimensions} higher={study.higher_is_better} metric={study.metric} best={results.best} most={200} />
        ) : at === 'importance' ? (
          <Importance importances={results.importances} notes={results.notes} />
        ) : at === 'slices' ? (
          <Slices axes={whole.slice(0, -1)} last={whole.at(-1)!} trials={content.trials} curves={results.importances?.curves ?? []} />
        ) : (
          <StudyParts place={place} version={versionOf(stamps, 'study.json', 'trials.jsonl', 'results.json')} />
        )}
      </main>
    </div>
  );
}

function StudyParts({place, version}: {place: string; version: string}) {
  const {say, known} = useSpeech();
  const {content, error} = useAnswer<Part[]>(`${place}/parts`, version);
  if (error) return <Message tone="bad">{error}</Message>;
  if (!content) return <p class="note" role="status">{say('reading')}</p>;
  const shown = RESULT_PARTS.flatMap((name) => content.filter((part) => part.name === name));
  if (shown.length === 0) return <p>{say('nothing-yet')}</p>;
  return <>{shown.map((part) => <section key={part.name} class="part"><h2>{known(`study-part-${part.name}`, part.title)}</h2><Blocks blocks={part.blocks} /></section>)}</>;
}

/** An axis for each setting on its own scale, and the last for what the trials came to, the better end at the top. */
function axesOf({study, trials, results}: Content): Axis[] {
  const ticked = new Map(results.axes.map((axis) => [axis.label, axis]));
  const made = study.dimensions.map((dimension, place): Axis => {
    const axis = ticked.get(dimension.label);
    const matters = (trial: Trial) => dimension.conditions.every(([setting, option]) => isWritten(trial.settings[setting], option));
    const ticks = axis?.ticks ?? ticksOf(dimension, place, trials);
    const option = (trial: Trial) => ticks.find(([, label]) => label === text(trial.settings[dimension.name]))?.[0];
    const options = axis?.options ?? /^choice/.test(dimension.prior);
    const of = (trial: Trial) => (options ? option(trial) : undefined) ?? trial.places[place] ?? null;
    return {label: dimension.label, ticks, of: (trial) => (matters(trial) ? of(trial) : null)};
  });
  const scores = trials.map((one) => one.score).filter((one): one is number => one !== null);
  const [low, high] = [Math.min(...scores), Math.max(...scores)];
  const share = (score: number) => (high > low ? (score - low) / (high - low) : 1);
  const ticks = [0, 0.25, 0.5, 0.75, 1].map((at): [number, string] => [study.higher_is_better ? at : 1 - at, (low + at * (high - low)).toPrecision(3)]);
  made.push({
    label: study.metric,
    ticks: scores.length ? ticks : [],
    of: (trial) => (trial.score === null ? null : study.higher_is_better ? share(trial.score) : 1 - share(trial.score)),
  });
  return made;
}

/** Whether `option`, as it stands in a space, is this value: quoted or bare, a number, a list in brackets, `none`. */
function isWritten(value: unknown, option: string): boolean {
  if (Array.isArray(value)) {
    const options = option.replace(/^\[|\]$/g, '').split(',').filter((one) => one.trim());
    return options.length === value.length && value.every((one, at) => isWritten(one, options[at]!.trim()));
  }
  if (typeof value === 'number') return Number(option) === value;
  const bare = String(value ?? 'none');
  return [bare, `"${bare}"`].includes(typeof value === 'string' ? option : option.toLowerCase());
}

const inWindow = (place: number | null) => place === null || (place >= 0 && place <= 1);

/** The axis with the stretch `range` of it spread over its whole length. */
function zoomed(axis: Axis, range: [number, number] | undefined): Axis {
  if (!range) return axis;
  const at = (place: number) => (place - range[0]) / (range[1] - range[0]);
  const ticks = axis.ticks.map(([place, label]): [number, string] => [at(place), label]).filter(([place]) => inWindow(place));
  return {...axis, ticks, of: (trial) => (axis.of(trial) === null ? null : at(axis.of(trial)!))};
}

/** The stretches of the whole axes that are marked by `brushes` within `window`. */
function together(window: Brushes, brushes: Brushes): Brushes {
  const marked = Object.entries(brushes).map(([label, [low, high]]): [string, [number, number]] => {
    const [start, end] = window[label] ?? [0, 1];
    return [label, [start + low * (end - start), start + high * (end - start)]];
  });
  return {...window, ...Object.fromEntries(marked)};
}

/** Without the study's results, the values of the trials themselves say what the places of an axis stand for. */
function ticksOf(dimension: Dimension, place: number, trials: Trial[]): [number, string][] {
  const known = trials.filter((one) => one.settings[dimension.name] !== undefined && one.places[place] !== undefined).sort((one, other) => one.places[place]! - other.places[place]!);
  const picked = [0, 0.25, 0.5, 0.75, 1].map((at) => known[Math.round(at * (known.length - 1))]).filter((one) => one !== undefined);
  const said = new Map(picked.map((one) => [text(one.settings[dimension.name]), one.places[place]!]));
  return [...said].map(([label, at]) => [at, label]);
}

export function text(value: unknown): string {
  if (typeof value === 'number') return Number.isInteger(value) ? String(value) : value.toPrecision(3);
  if (value === null || value === undefined) return '–';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
