// A line chart that pans, zooms and grows: uPlot, with the colours of the page.
import {useEffect, useLayoutEffect, useRef} from 'preact/hooks';
import uPlot from 'uplot';

export type Column = (number | null)[];
export type Series = {label: string; colour: string; values: Column; width?: number};
export type Mark = {at: number; label: string; colour: string};
export type Range = [number, number] | null;
export type PlotProps = {
  label: string;
  x: number[];
  series: Series[];
  xLabel: string;
  log?: boolean;
  height?: number;
  range: Range;
  onRange: (range: Range) => void;
  extent: [number, number];
  marks?: Mark[];
  sync?: string;
  legend?: boolean;
  format: (value: number | null | undefined) => string;
};

// Asking for a style makes the browser compute all that has changed, and axes ask in every frame.
const colours = new Map<string, string>();
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => colours.clear());

function colourOf(name: string): string {
  if (!colours.has(name)) colours.set(name, getComputedStyle(document.documentElement).getPropertyValue(name).trim());
  return colours.get(name)!;
}

export function Plot(props: PlotProps) {
  const place = useRef<HTMLDivElement>(null);
  const chart = useRef<uPlot | null>(null);
  const latest = useRef(props);
  latest.current = props;
  const shape = [props.series.map((one) => `${one.label} ${one.colour}`).join(), props.log, props.xLabel, props.height, props.legend].join('|');

  useLayoutEffect(() => {
    const host = place.current!;
    const made = new uPlot(options(latest, host.clientWidth), data(latest.current), host);
    chart.current = made;
    drawn.current = null;
    const size = new ResizeObserver(() => made.setSize({width: host.clientWidth, height: latest.current.height ?? 240}));
    size.observe(host);
    const dark = matchMedia('(prefers-color-scheme: dark)');
    const recolour = () => made.redraw(false, true);
    dark.addEventListener('change', recolour);
    const stop = moves(host, made, latest);
    return () => {
      stop();
      dark.removeEventListener('change', recolour);
      size.disconnect();
      made.destroy();
    };
  }, [shape]);

  const [low, high] = props.range ?? props.extent;
  const drawn = useRef<unknown>(null);
  useEffect(() => {
    const made = chart.current;
    if (!made) return;
    made.batch(() => {
      if (drawn.current !== props.series) made.setData(data(props), false);
      drawn.current = props.series;
      made.setScale('x', {min: low, max: high > low ? high : low + 1}); // draws, once
    });
  }, [shape, props.series, low, high, props.marks]);

  return <div class="plot" ref={place} tabindex={0} role="img" aria-label={props.label} onKeyDown={(event) => pressed(event, latest.current)} />;
}

const data = (props: PlotProps) => [props.x, ...props.series.map((one) => one.values)] as uPlot.AlignedData;

function options(latest: {current: PlotProps}, width: number): uPlot.Options {
  const props = latest.current;
  const axis: uPlot.Axis = {
    stroke: () => colourOf('--soft-ink'),
    grid: {stroke: () => colourOf('--line'), width: 1},
    ticks: {stroke: () => colourOf('--line'), width: 1, size: 4},
    font: '11px system-ui, sans-serif',
    gap: 4,
  };
  const shown = (value: number | null) => latest.current.format(value);
  return {
    width,
    height: props.height ?? 240,
    padding: [12, 12, 0, 0],
    cursor: {
      ...(props.sync ? {sync: {key: props.sync, setSeries: false}} : {}),
      drag: {x: false, y: false, setScale: false},
      points: {size: 6},
    },
    legend: {show: props.legend ?? true, live: true},
    scales: {x: {time: false, auto: false}, y: {distr: props.log ? 3 : 1, auto: true}},
    axes: [
      {...axis, label: props.xLabel, labelSize: 16, labelFont: '11px system-ui, sans-serif', labelGap: 0, size: 24, values: (_, ticks) => ticks.map((tick) => (tick === null ? '' : shown(tick)))},
      {...axis, size: 58, ...(props.log ? {grid: {...axis.grid, filter: decades}, ticks: {...axis.ticks, filter: decades}} : {}), values: (_, ticks) => ticks.map((tick) => (tick === null ? '' : shown(tick)))},
    ],
    series: [
      {label: props.xLabel, value: (_, value) => shown(value)},
      ...props.series.map((one) => ({
        label: one.label,
        stroke: () => colourOf(one.colour),
        width: one.width ?? 1.75,
        points: {show: (plot: uPlot) => (plot.data[0]?.length ?? 0) < 3},
        spanGaps: false,
        value: (_: uPlot, value: number | null) => shown(value),
      })),
    ],
    hooks: {draw: [(plot) => drawMarks(plot, latest.current.marks ?? [])]},
  };
}

/** Of the ticks of a logarithmic axis the powers of ten alone, unless there are hardly any. */
function decades(_: uPlot, ticks: number[]): (number | null)[] {
  const round = (tick: number) => Math.abs(Math.log10(tick) - Math.round(Math.log10(tick))) < 1e-9;
  return ticks.filter(round).length < 2 ? ticks : ticks.map((tick) => (round(tick) ? tick : null));
}

function drawMarks(plot: uPlot, marks: Mark[]) {
  const {ctx} = plot;
  const {left, top, width, height} = plot.bbox;
  const pixel = devicePixelRatio;
  ctx.save();
  ctx.font = `${11 * pixel}px system-ui, sans-serif`;
  marks.forEach((mark, place) => {
    const x = plot.valToPos(mark.at, 'x', true);
    if (x < left - 1 || x > left + width + 1) return;
    ctx.strokeStyle = ctx.fillStyle = colourOf(mark.colour);
    ctx.lineWidth = pixel;
    ctx.setLineDash([4 * pixel, 3 * pixel]);
    ctx.beginPath();
    ctx.moveTo(x, top);
    ctx.lineTo(x, top + height);
    ctx.stroke();
    const wide = ctx.measureText(mark.label).width;
    const room = x + wide + 6 * pixel < left + width;
    ctx.textAlign = room ? 'left' : 'right';
    ctx.fillText(mark.label, x + (room ? 4 : -4) * pixel, top + (11 + 14 * place) * pixel);
  });
  ctx.restore();
}

/** Drag to pan, wheel or two fingers to zoom, double click for everything. */
function moves(host: HTMLElement, plot: uPlot, latest: {current: PlotProps}): () => void {
  const over = plot.over;
  const pointers = new Map<number, number>();
  let start: {range: [number, number]; x: number; spread: number} | null = null;
  const current = (): [number, number] => latest.current.range ?? latest.current.extent;
  const restart = () => {
    const places = [...pointers.values()];
    start = places.length ? {range: current(), x: mean(places), spread: spread(places)} : null;
  };
  const down = (event: PointerEvent) => {
    pointers.set(event.pointerId, event.clientX);
    over.setPointerCapture(event.pointerId);
    restart();
  };
  const move = (event: PointerEvent) => {
    if (!start || !pointers.has(event.pointerId)) return;
    pointers.set(event.pointerId, event.clientX);
    const places = [...pointers.values()];
    const box = over.getBoundingClientRect();
    const factor = places.length > 1 ? start.spread / Math.max(spread(places), 8) : 1;
    const perPixel = (start.range[1] - start.range[0]) / box.width;
    const anchor = start.range[0] + (start.x - box.left) * perPixel;
    const low = anchor - (mean(places) - box.left) * perPixel * factor;
    latest.current.onRange(inside([low, low + (start.range[1] - start.range[0]) * factor], latest.current.extent));
  };
  const up = (event: PointerEvent) => {
    pointers.delete(event.pointerId);
    restart();
  };
  const wheel = (event: WheelEvent) => {
    event.preventDefault();
    const box = over.getBoundingClientRect();
    zoom(latest.current, 1.0015 ** event.deltaY, (event.clientX - box.left) / box.width);
  };
  const all = () => latest.current.onRange(null);
  over.addEventListener('pointerdown', down);
  over.addEventListener('pointermove', move);
  over.addEventListener('pointerup', up);
  over.addEventListener('pointercancel', up);
  over.addEventListener('dblclick', all);
  host.addEventListener('wheel', wheel, {passive: false});
  return () => host.removeEventListener('wheel', wheel);
}

const mean = (places: number[]) => places.reduce((sum, one) => sum + one, 0) / places.length;
const spread = (places: number[]) => Math.max(...places) - Math.min(...places);

export function zoom(props: Pick<PlotProps, 'range' | 'extent' | 'onRange'>, factor: number, at = 0.5) {
  const [low, high] = props.range ?? props.extent;
  const anchor = low + (high - low) * at;
  props.onRange(inside([anchor - (anchor - low) * factor, anchor + (high - anchor) * factor], props.extent));
}

export function pan(props: Pick<PlotProps, 'range' | 'extent' | 'onRange'>, share: number) {
  const [low, high] = props.range ?? props.extent;
  props.onRange(inside([low + (high - low) * share, high + (high - low) * share], props.extent));
}

function inside([low, high]: [number, number], [first, last]: [number, number]): Range {
  const whole = last - first;
  const length = Math.max(high - low, whole * 1e-6);
  if (length >= whole * 0.999) return null;
  const start = Math.min(Math.max(low, first), last - length);
  return [start, start + length];
}

function pressed(event: KeyboardEvent, props: PlotProps) {
  const done: Record<string, () => void> = {
    ArrowLeft: () => pan(props, -0.2),
    ArrowRight: () => pan(props, 0.2),
    '+': () => zoom(props, 0.7),
    '-': () => zoom(props, 1 / 0.7),
    '0': () => props.onRange(null),
  };
  if (event.ctrlKey || event.metaKey || !(event.key in done)) return;
  done[event.key]!();
  event.preventDefault();
}
