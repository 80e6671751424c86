// The curves of a run while it goes on: loss, metric, rate and gradient over one axis that pans and zooms together.
import {useEffect, useMemo, useRef, useState} from 'preact/hooks';

import {Message} from '../message';
import {pan, Plot, zoom, type Column, type Mark, type Range} from '../plot';
import type {PanelProps} from '../run';
import {ask, versionOf} from '../server';
import {useSpeech} from '../speech';

type Row = Record<string, number | null>;
export type Drawn = {
  charts: Record<string, {x: number[]; y: Column[]}>;
  metric: string;
  total: number;
  from: number | null;
  to: number | null;
  best: Row | null;
  last: Row | null;
  damaged: number;
  left_out: number;
};

export const ACROSS = ['epoch', 'step', 'seconds'];
const DETAIL_AFTER = 120; // milliseconds without a move
const EARLY = ['patience', 'target', 'time', 'watch', 'diverged'];

/** The coarse curves of the whole run, and finer ones of the part that is looked at. */
export function useCurves(name: string, across: string, range: Range, version: string) {
  const [whole, setWhole] = useState<Drawn | null>(null);
  const [part, setPart] = useState<{range: [number, number]; drawn: Drawn} | null>(null);
  const [error, setError] = useState('');
  const buckets = Math.min(1200, Math.max(300, Math.round(innerWidth / 2)));
  const place = `api/runs/${encodeURIComponent(name)}/curves?across=${across}&buckets=${buckets}`;
  useEffect(() => {
    const control = new AbortController();
    ask<Drawn>(place, undefined, control.signal).then(
      (drawn) => (setWhole(drawn), setError('')),
      (failure: Error) => failure.name !== 'AbortError' && setError(failure.message),
    );
    return () => control.abort();
  }, [place, version]);
  useEffect(() => {
    if (range === null || !whole || whole.total <= 2 * buckets) return;
    const [low, high] = [range[0] - (range[1] - range[0]), range[1] + (range[1] - range[0])];
    const fine = part && part.range[0] <= range[0] && part.range[1] >= range[1] && part.range[1] - part.range[0] < 4 * (range[1] - range[0]);
    if (fine && part.drawn.total === whole.total) return;
    const control = new AbortController();
    const timer = setTimeout(
      () => ask<Drawn>(`${place}&from=${low}&to=${high}`, undefined, control.signal).then((drawn) => setPart({range: [low, high], drawn}), () => {}),
      DETAIL_AFTER,
    );
    return () => (clearTimeout(timer), control.abort());
  }, [place, range, whole, part]);
  const fits = range !== null && part && part.range[0] <= range[0] && part.range[1] >= range[1];
  return {whole, shown: fits ? part.drawn : whole, error};
}

export function Curves({name, head, stamps}: PanelProps) {
  const speech = useSpeech();
  const {say, number} = speech;
  const [across, setAcross] = useState('epoch');
  const [range, setRange] = useState<Range>(null);
  const [log, setLog] = useState<boolean | null>(null);
  const {whole, shown, error} = useCurves(name, across, range, versionOf(stamps, 'metrics.jsonl'));
  const extent = useMemo<[number, number]>(() => [whole?.from ?? 0, whole?.to ?? 1], [whole?.from, whole?.to]);
  const pending = useRef(0);
  const latest = useRef<Range>(null);
  const moved = (next: Range) => {
    latest.current = next;
    pending.current ||= requestAnimationFrame(() => ((pending.current = 0), setRange(latest.current)));
  };
  const logged = log ?? (whole ? wide(whole.charts.loss!.y) : false);
  const charts = useMemo(() => (whole && shown ? chartsOf(whole, shown, logged, say) : []), [whole, shown, logged, say]);
  const marks = useMemo(() => (whole ? marksOf(whole, head.training?.stopped ?? '', across, say, number) : []), [whole, head, across, say]);
  if (error) return <Message tone="bad">{error}</Message>;
  if (!whole || !shown) return <p class="note" role="status">{say('reading')}</p>;
  if (whole.total === 0) return <p>{say(head.status === 'unfinished' ? 'no-curves-yet' : 'no-curves')}</p>;
  const shared = {range, onRange: moved, extent, sync: 'curves', xLabel: say(`across-${across}`), format: number};
  const steer = {range, extent, onRange: moved};
  return (
    <>
      {whole.damaged > 0 && <Message tone="warning">{say('damaged-lines', {count: whole.damaged})}</Message>}
      {whole.left_out > 0 && <Message tone="warning">{say('left-out', {megabytes: number(whole.left_out / 2 ** 20, 3)})}</Message>}
      <p class="lead">{summary(whole, across, speech)}</p>
      <div class="tools">
        <label>{say('over')} <select value={across} onChange={(event) => (setAcross(event.currentTarget.value), setRange(null))}>
          {ACROSS.map((one) => <option key={one} value={one}>{say(`across-${one}`)}</option>)}
        </select></label>
        <label class="check"><input type="checkbox" checked={logged} onChange={(event) => setLog(event.currentTarget.checked)} /> {say('logarithmic')}</label>
        <span class="buttons" role="group" aria-label={say('zoom')}>
          <button aria-label={say('zoom-in')} onClick={() => zoom(steer, 0.5)}>+</button>
          <button aria-label={say('zoom-out')} onClick={() => zoom(steer, 2)} disabled={range === null}>−</button>
          <button aria-label={say('earlier')} onClick={() => pan(steer, -0.25)} disabled={range === null}>←</button>
          <button aria-label={say('later')} onClick={() => pan(steer, 0.25)} disabled={range === null}>→</button>
          <button onClick={() => moved(null)} disabled={range === null}>{say('everything')}</button>
        </span>
        <span class="note">{say('points', {count: speech.count(whole.total)})}</span>
      </div>
      <div class="charts">
        {charts.map(({key, title, ...chart}) => (
          <figure key={key} class={`chart-${key}`}>
            <figcaption><h2>{title}{chart.log ? ` (${say('logarithmic-scale')})` : ''}</h2></figcaption>
            <Plot {...shared} {...chart} marks={marks} label={`${title}. ${summary(whole, across, speech)}`} />
          </figure>
        ))}
      </div>
      <p class="note">{say('plot-keys')}</p>
    </>
  );
}

function chartsOf(whole: Drawn, shown: Drawn, logged: boolean, say: Say) {
  const made = (key: string, title: string, log: boolean, height: number, lines: [string, string][]) => {
    const {x, y} = shown.charts[key]!;
    const series = lines.map(([label, colour], place) => ({label: say(`series-${label}`), colour, values: log ? y[place]!.map(positive) : y[place]!}));
    return {key, title, log, height, x, series};
  };
  return [
    made('loss', say('loss'), logged, 280, [['train', '--series-1'], ['validation', '--series-2']]),
    made('metric', say('on-validation', {name: whole.metric}), false, 280, [['validation', '--series-2']]),
    made('rate', say('learning-rate'), false, 160, [['rate', '--series-4']]),
    made('gradient', say('gradient-norm'), wide(whole.charts.gradient!.y), 160, [['gradient', '--series-3']]),
  ];
}

export function wide(columns: Column[]): boolean {
  let [low, high] = [Infinity, 0];
  for (const value of columns.flat()) {
    if (value === null) continue;
    if (value <= 0) return false;
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  return high / low > 30;
}

const positive = (value: number | null) => (value !== null && value > 0 ? value : null);

type Say = ReturnType<typeof useSpeech>['say'];
type Format = ReturnType<typeof useSpeech>['number'];

function marksOf(drawn: Drawn, stopped: string, across: string, say: Say, number: Format): Mark[] {
  const marks: Mark[] = [];
  const best = drawn.best?.[across];
  if (best !== null && best !== undefined) marks.push({at: best, label: say('best-at', {loss: number(drawn.best!.validation_loss)}), colour: '--good'});
  const end = drawn.last?.[across];
  if (EARLY.includes(stopped) && end !== null && end !== undefined) marks.push({at: end, label: say(`stopped-${stopped}`), colour: '--warning'});
  return marks;
}

function summary(drawn: Drawn, across: string, {say, number}: ReturnType<typeof useSpeech>): string {
  const {best, last} = drawn;
  if (!best || !last) return say('no-finite-loss');
  return say('curves-summary', {
    across: say(`across-${across}`),
    best: number(best[across]),
    loss: number(best.validation_loss),
    metric: drawn.metric,
    value: number(best.validation_metric),
    last: number(last[across]),
    lastLoss: number(last.validation_loss),
  });
}
