// One setting at a time: every trial as a point, what it came to over where it lies.
import {useSpeech} from '../speech';
import type {Curve} from './importance';
import type {Axis} from './parallel';
import type {Trial} from './study';

const [WIDTH, HEIGHT, LEFT, BOTTOM] = [320, 190, 44, 26];

export function Slices({axes, last, trials, curves}: {axes: Axis[]; last: Axis; trials: Trial[]; curves: Curve[]}) {
  const {say} = useSpeech();
  const means = curves.flatMap((one) => one.means);
  const range: [number, number] = [Math.min(...means), Math.max(...means)];
  return (
    <>
      <p class="note">{say('slices-mean', {metric: last.label})}</p>
      <div class="slices">{axes.map((axis) => <Slice key={axis.label} axis={axis} last={last} trials={trials} curve={curves.find((one) => one.label === axis.label)} range={range} />)}</div>
    </>
  );
}

type SliceProps = {axis: Axis; last: Axis; trials: Trial[]; curve: Curve | undefined; range: [number, number]};

function Slice({axis, last, trials, curve, range}: SliceProps) {
  const {say} = useSpeech();
  const x = (at: number) => LEFT + at * (WIDTH - LEFT - 8);
  const y = (at: number) => 8 + (1 - at) * (HEIGHT - BOTTOM - 8);
  const points = trials.map((trial) => ({trial, x: axis.of(trial), y: last.of(trial)})).filter((one) => one.x !== null && one.y !== null);
  return (
    <figure>
      <figcaption><h2>{axis.label}</h2></figcaption>
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={say('slice-label', {name: axis.label, metric: last.label, count: points.length})}>
        {last.ticks.map(([at, label]) => <g key={label}><line class="grid" x1={LEFT} x2={WIDTH - 8} y1={y(at)} y2={y(at)} /><text x={LEFT - 5} y={y(at) + 3} text-anchor="end">{label}</text></g>)}
        {axis.ticks.map(([at, label]) => <text key={label} x={x(at)} y={HEIGHT - BOTTOM + 15} text-anchor={at > 0.9 ? 'end' : at < 0.1 ? 'start' : 'middle'}>{label}</text>)}
        {points.slice(-2000).map((one) => <circle key={one.trial.number} cx={x(one.x!)} cy={y(one.y!)} r={2.5}><title>{`#${one.trial.number}: ${one.trial.score?.toPrecision(4)}`}</title></circle>)}
        {curve && <path class="mean" d={meanPath(curve, range, x, HEIGHT - BOTTOM - 8)} />}
      </svg>
    </figure>
  );
}

/** The mean loss by the forest, its lowest at the top, so that up is better as for the points. */
function meanPath(curve: Curve, [low, high]: [number, number], x: (at: number) => number, height: number): string {
  const y = (mean: number) => 8 + (high > low ? (mean - low) / (high - low) : 0) * height;
  return curve.places.map((at, place) => `${place ? 'L' : 'M'}${x(at).toFixed(1)} ${y(curve.means[place]!).toFixed(1)}`).join('');
}
