// The curves of two runs in one picture each, over an axis that pans and zooms them together.
import {useMemo, useRef, useState} from 'preact/hooks';
import uPlot from 'uplot';

import {Message} from '../message';
import {ACROSS, useCurves, wide, type Drawn} from '../panels/curves';
import {Plot, zoom, type Column, type Mark, type Range} from '../plot';
import {versionOf} from '../server';
import {useSpeech} from '../speech';
import type {Side} from './compare';

const CHARTS: [chart: string, place: number, name: string][] = [
  ['loss', 1, 'validation-loss'],
  ['metric', 0, 'metric'],
  ['loss', 0, 'train-loss'],
  ['rate', 0, 'learning-rate'],
];
const COLOURS = ['--series-1', '--series-2'];
type Parting = {epoch: number; step: number} | null;

export function Together({sides, parting}: {sides: [Side, Side]; parting: Parting}) {
  const speech = useSpeech();
  const {say, number} = speech;
  const [across, setAcross] = useState('epoch');
  const [range, setRange] = useState<Range>(null);
  const [log, setLog] = useState<boolean | null>(null);
  const [first, second] = sides;
  const one = useCurves(first.name, across, range, versionOf(first.stamps, 'metrics.jsonl'));
  const other = useCurves(second.name, across, range, versionOf(second.stamps, 'metrics.jsonl'));
  const wholes = [one.whole, other.whole];
  const extent = useMemo<[number, number]>(() => {
    const ends = wholes.flatMap((whole) => [whole?.from, whole?.to]).filter((end) => typeof end === 'number');
    return ends.length ? [Math.min(...ends), Math.max(...ends)] : [0, 1];
  }, wholes);
  const pending = useRef(0);
  const latest = useRef<Range>(null);
  const moved = (next: Range) => {
    latest.current = next;
    pending.current ||= requestAnimationFrame(() => ((pending.current = 0), setRange(latest.current)));
  };
  const shown = [one.shown, other.shown];
  const charts = useMemo(() => (shown[0] && shown[1] ? joined([shown[0], shown[1]], [first.name, second.name], log, say) : []), [...shown, log, say]);
  const marks = useMemo<Mark[]>(() => {
    const at = parting && (across === 'epoch' ? parting.epoch : across === 'step' ? parting.step : null);
    return at === null ? [] : [{at, label: say('compare-part'), colour: '--warning'}];
  }, [parting, across, say]);
  if (one.error || other.error) return <Message tone="bad">{one.error || other.error}</Message>;
  if (!one.whole || !other.whole) return <p class="note" role="status">{say('reading')}</p>;
  if (one.whole.total === 0 && other.whole.total === 0) return <p>{say('no-curves')}</p>;
  const steer = {range, extent, onRange: moved};
  return (
    <section class="part part-curves">
      <h2>{say('panel-curves')}</h2>
      <div class="tools">
        <label>{say('over')} <select value={across} onChange={(event) => (setAcross(event.currentTarget.value), setRange(null))}>
          {ACROSS.map((name) => <option key={name} value={name}>{say(`across-${name}`)}</option>)}
        </select></label>
        <label class="check"><input type="checkbox" checked={log ?? charts[0]?.log ?? false} onChange={(event) => setLog(event.currentTarget.checked)} /> {say('logarithmic')}</label>
        <span class="buttons" role="group" aria-label={say('zoom')}>
          <button aria-label={say('zoom-in')} onClick={() => zoom(steer, 0.5)}>+</button>
          <button aria-label={say('zoom-out')} onClick={() => zoom(steer, 2)} disabled={range === null}>−</button>
          <button onClick={() => moved(null)} disabled={range === null}>{say('everything')}</button>
        </span>
      </div>
      <div class="charts">
        {charts.map(({key, title, log: logged, x, series}) => (
          <figure key={key} class="half">
            <figcaption><h3>{title}{logged ? ` (${say('logarithmic-scale')})` : ''}</h3></figcaption>
            <Plot {...steer} x={x} series={series} log={logged} marks={marks} sync="compare" height={240} xLabel={say(`across-${across}`)} format={number}
              label={say('compare-chart', {title, first: first.name, second: second.name})} />
          </figure>
        ))}
      </div>
      <p class="note">{say('plot-keys')}</p>
    </section>
  );
}

/** Both runs' columns over one x: where only one has a point, the other's line goes on (undefined, not null). */
function joined(drawn: [Drawn, Drawn], names: [string, string], log: boolean | null, say: (name: string, places?: Record<string, string>) => string) {
  const metrics = [...new Set(drawn.map((one) => one.metric).filter(Boolean))];
  const losses = drawn.flatMap((one) => one.charts.loss!.y);
  return CHARTS.map(([chart, place, key]) => {
    const columns = drawn.map((one) => one.charts[chart]!.y[place]!);
    const logged = chart === 'loss' && (log ?? wide(losses));
    const positive = (column: Column) => (logged ? column.map((value) => (value !== null && value > 0 ? value : null)) : column);
    const [x, ...values] = uPlot.join(drawn.map((one, at) => [one.charts[chart]!.x, positive(columns[at]!)] as uPlot.AlignedData));
    const title = key === 'metric' ? say('on-validation', {name: metrics.join(' / ')}) : say(key);
    return {key, title, log: logged, x: x as number[], series: names.map((name, at) => ({label: name, colour: COLOURS[at]!, values: values[at] as Column}))};
  });
}
