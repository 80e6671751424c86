// Every trial as one line across all settings. A stretch of an axis that is marked keeps the lines through it.
import {useEffect, useRef} from 'preact/hooks';

import {useSpeech} from '../speech';
import type {Trial} from './study';

export type Axis = {label: string; ticks: [number, string][]; of: (trial: Trial) => number | null};
export type Brushes = Record<string, [number, number]>;
type Props = {axes: Axis[]; trials: Trial[]; within: (trial: Trial) => boolean; brushes: Brushes; onBrushes: (brushes: Brushes) => void};

const [TOP, BOTTOM, SIDE, HEIGHT, GAP] = [46, 18, 70, 420, 110];

export function Parallel(props: Props) {
  const {axes, trials, within, brushes, onBrushes} = props;
  const {say} = useSpeech();
  const canvas = useRef<HTMLCanvasElement>(null);
  const width = Math.max(560, 2 * SIDE + GAP * (axes.length - 1));
  const latest = useRef(props);
  latest.current = props;
  useEffect(() => {
    const draw = () => canvas.current && drawLines(canvas.current, latest.current);
    draw();
    const size = new ResizeObserver(draw);
    size.observe(canvas.current!);
    const dark = matchMedia('(prefers-color-scheme: dark)');
    dark.addEventListener('change', draw);
    return () => (size.disconnect(), dark.removeEventListener('change', draw));
  }, [axes, trials, brushes]);
  const brush = (axis: Axis, range: [number, number] | null) => {
    const {[axis.label]: _, ...others} = brushes;
    onBrushes(range ? {...others, [axis.label]: range} : others);
  };
  const share = (place: number) => `${(100 * (SIDE + ((width - 2 * SIDE) * place) / Math.max(1, axes.length - 1))) / width}%`;
  return (
    <div class="parallel-scroll" tabindex={0} role="region" aria-label={say('panel-search')}>
      <div class="parallel" style={{minWidth: `${width}px`, height: `${HEIGHT}px`}}>
        <canvas ref={canvas} role="img" aria-label={say('parallel-label', {count: trials.length, chosen: trials.filter(within).length, axes: axes.map((axis) => axis.label).join(', ')})} />
        {axes.map((axis, place) => (
          <div key={axis.label} class={`axis${place === axes.length - 1 ? ' last' : ''}`} style={{left: share(place), top: `${TOP}px`, bottom: `${BOTTOM}px`}}>
            <span class="axis-name" title={axis.label}>{axis.label}</span>
            {axis.ticks.map(([at, label]) => <span key={`${at} ${label}`} class="tick" style={{bottom: `${100 * at}%`}}>{label}</span>)}
            <Brush axis={axis} range={brushes[axis.label] ?? null} onRange={(range) => brush(axis, range)} />
          </div>
        ))}
      </div>
    </div>
  );
}

/** Drag to mark a stretch, click to let it go; with the keys ↑ ↓ move it, + − widen it, Delete lets it go. */
function Brush({axis, range, onRange}: {axis: Axis; range: [number, number] | null; onRange: (range: [number, number] | null) => void}) {
  const {say} = useSpeech();
  const start = useRef<number | null>(null);
  const at = (event: PointerEvent) => {
    const box = (event.currentTarget as HTMLElement).getBoundingClientRect();
    return Math.min(1, Math.max(0, 1 - (event.clientY - box.top) / box.height));
  };
  const pressed = (event: KeyboardEvent) => {
    const [low, high] = range ?? [0, 1];
    const moved: Record<string, [number, number] | null> = {
      ArrowUp: [low + 0.05, high + 0.05],
      ArrowDown: [low - 0.05, high - 0.05],
      '+': [low - 0.05, high + 0.05],
      '-': [low + 0.05, high - 0.05],
      Delete: null,
      Escape: null,
    };
    const next = moved[event.key];
    if (next === undefined) return;
    event.preventDefault();
    onRange(next && next[1] - next[0] > 0.02 ? [Math.max(0, next[0]), Math.min(1, next[1])] : null);
  };
  return (
    <div
      class="brush"
      tabindex={0}
      role="slider"
      aria-label={say('brush', {name: axis.label})}
      aria-valuemin={0}
      aria-valuemax={1}
      aria-valuenow={range?.[0] ?? 0}
      aria-valuetext={range ? `${range[0].toFixed(2)} – ${range[1].toFixed(2)}` : say('everything')}
      onKeyDown={pressed}
      onPointerDown={(event) => {
        (event.currentTarget as HTMLElement).setPointerCapture(event.pointerId);
        start.current = at(event);
      }}
      onPointerMove={(event) => {
        if (start.current === null) return;
        const now = at(event);
        if (Math.abs(now - start.current) > 0.015) onRange([Math.min(now, start.current), Math.max(now, start.current)]);
      }}
      onPointerUp={(event) => {
        if (start.current !== null && Math.abs(at(event) - start.current) <= 0.015) onRange(null);
        start.current = null;
      }}
    >
      {range && <span style={{bottom: `${100 * range[0]}%`, height: `${100 * (range[1] - range[0])}%`}} />}
    </div>
  );
}

function drawLines(canvas: HTMLCanvasElement, {axes, trials, within}: Props) {
  const box = canvas.parentElement!.getBoundingClientRect();
  const pixel = devicePixelRatio;
  [canvas.width, canvas.height] = [Math.round(box.width * pixel), Math.round(box.height * pixel)];
  const context = canvas.getContext('2d')!;
  context.scale(pixel, pixel);
  context.clearRect(0, 0, box.width, box.height);
  const style = getComputedStyle(document.documentElement);
  const colour = (name: string) => style.getPropertyValue(name).trim();
  const design = Math.max(560, 2 * SIDE + GAP * (axes.length - 1));
  const x = (place: number) => ((SIDE + ((design - 2 * SIDE) * place) / Math.max(1, axes.length - 1)) / design) * box.width;
  const y = (value: number) => TOP + (1 - value) * (box.height - TOP - BOTTOM);
  const last = axes.at(-1)!;
  const ordered = [...trials].sort((one, other) => (last.of(one) ?? -1) - (last.of(other) ?? -1));
  const [weak, strong, faded] = [colour('--series-6'), colour('--series-1'), colour('--line')];
  const dense = Math.min(1, 60 / Math.max(1, trials.length));
  for (const inside of [false, true]) {
    for (const trial of ordered) {
      if (within(trial) !== inside) continue;
      const score = last.of(trial);
      context.strokeStyle = !inside ? faded : score === null ? weak : mixed(weak, strong, colour('--series-2'), score);
      context.globalAlpha = inside ? 0.25 + 0.6 * Math.max(dense, (score ?? 0) ** 4) : 0.5;
      context.lineWidth = inside ? 1 + (score !== null && score > 0.98 ? 1 : 0) : 1;
      context.beginPath();
      let pen: number | null = null;
      axes.forEach((axis, place) => {
        const value = axis.of(trial);
        if (value === null) return;
        if (pen !== null) {
          const before = x(place) - (x(1) - x(0)) / 2;
          context.bezierCurveTo(before, pen, before, y(value), x(place), y(value));
        } else context.moveTo(x(place), y(value));
        pen = y(value);
      });
      context.stroke();
    }
  }
  context.globalAlpha = 1;
}

/** From the first colour over the second to the third as `at` goes from 0 to 1; colours as #rrggbb. */
function mixed(first: string, second: string, third: string, at: number): string {
  const [from, to, share] = at < 0.5 ? [first, second, 2 * at] : [second, third, 2 * at - 1];
  const part = (colour: string, place: number) => parseInt(colour.slice(1 + 2 * place, 3 + 2 * place), 16);
  return `rgb(${[0, 1, 2].map((place) => Math.round(part(from, place) * (1 - share) + part(to, place) * share)).join(' ')})`;
}
