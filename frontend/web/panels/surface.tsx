// The loss over two directions as a landscape that turns, with the ways that trainings took down it.
import {useEffect, useMemo, useRef, useState} from 'preact/hooks';

import {useSpeech} from '../speech';

type Path = {name: string; rate: number; x: number[]; y: number[]; epochs: number[]; losses: (number | null)[]};
export type SurfaceData = {x_title: string; y_title: string; x: number[]; y: number[]; losses: (number | null)[][]; examples: number; paths: Path[]; here: [number, number]};

type Point = [number, number, number]; // across, along and up, each from -1 to 1
type Eye = {turn: number; tilt: number; near: number};
type Piece = {depth: number; draw: (context: CanvasRenderingContext2D) => void};

const START: Eye = {turn: 0.7, tilt: 0.75, near: 1};
const [HEIGHT, LOW] = [460, 330]; // pixels; lower where it is narrow
const RAMP = [[42, 60, 120], [38, 110, 150], [60, 155, 130], [150, 190, 90], [240, 205, 90]] as const;
const COLOURS = ['--series-2', '--bad', '--series-4', '--ink', '--series-6'];

export function Surface({data}: {data: SurfaceData}) {
  const {say, number} = useSpeech();
  const canvas = useRef<HTMLCanvasElement>(null);
  const [eye, setEye] = useState<Eye>(START);
  const [log, setLog] = useState(true);
  const [shown, setShown] = useState<string[]>(() => data.paths.map((path) => path.name));
  const [until, setUntil] = useState(1);
  const model = useMemo(() => modelOf(data, log), [data, log]);
  useEffect(() => {
    const draw = () => canvas.current && drawAll(canvas.current, model, data, eye, shown, until);
    draw();
    const size = new ResizeObserver(draw);
    size.observe(canvas.current!);
    const dark = matchMedia('(prefers-color-scheme: dark)');
    dark.addEventListener('change', draw);
    return () => (size.disconnect(), dark.removeEventListener('change', draw));
  }, [model, data, eye, shown, until]);
  useEffect(() => steering(canvas.current!, setEye), []);
  const pressed = (event: KeyboardEvent) => {
    const moved: Record<string, Partial<Eye>> = {
      ArrowLeft: {turn: eye.turn - 0.1},
      ArrowRight: {turn: eye.turn + 0.1},
      ArrowUp: {tilt: eye.tilt + 0.08},
      ArrowDown: {tilt: eye.tilt - 0.08},
      '+': {near: eye.near * 1.1},
      '-': {near: eye.near / 1.1},
      '0': START,
    };
    if (!(event.key in moved)) return;
    event.preventDefault();
    setEye(within({...eye, ...moved[event.key]}));
  };
  const lowest = Math.min(...data.losses.flat().filter((one): one is number => one !== null));
  const centre = data.paths[0]?.losses.at(-1) ?? null;
  const longest = Math.max(0, ...data.paths.flatMap((path) => path.epochs));
  return (
    <section class="surface">
      <div class="tools">
        <label class="check"><input type="checkbox" checked={log} onChange={(event) => setLog(event.currentTarget.checked)} /> {say('logarithmic')}</label>
        {data.paths.length > 0 && <label>{say('until-epoch', {epoch: number(until * longest, 3)})} <input id="until" type="range" min="0" max="1" step="0.01" value={until} onInput={(event) => setUntil(Number(event.currentTarget.value))} /></label>}
        {data.paths.map((path, place) => (
          <label key={path.name} class="check"><input type="checkbox" checked={shown.includes(path.name)} onChange={() => setShown(shown.includes(path.name) ? shown.filter((one) => one !== path.name) : [...shown, path.name])} /> <span class="swatch" style={{background: `var(${COLOURS[place % COLOURS.length]})`}} /> {path.name}</label>
        ))}
        <button onClick={() => setEye(START)}>{say('from-the-start')}</button>
      </div>
      <canvas
        ref={canvas}
        class="landscape"
        tabindex={0}
        role="img"
        data-turn={eye.turn.toFixed(3)}
        aria-label={say('surface-label', {x: data.x_title, y: data.y_title, lowest: number(lowest), centre: number(centre)})}
        onKeyDown={pressed}
      />
      <p class="note">{say('surface-keys')}</p>
    </section>
  );
}

const within = (eye: Eye): Eye => ({turn: eye.turn, tilt: Math.min(1.5, Math.max(0.05, eye.tilt)), near: Math.min(4, Math.max(0.5, eye.near))});

/** Drag turns and tilts, the wheel comes nearer. */
function steering(canvas: HTMLCanvasElement, set: (change: (eye: Eye) => Eye) => void): () => void {
  let last: [number, number] | null = null;
  const down = (event: PointerEvent) => {
    canvas.setPointerCapture(event.pointerId);
    last = [event.clientX, event.clientY];
  };
  const move = (event: PointerEvent) => {
    if (!last) return;
    const [x, y] = [event.clientX - last[0], event.clientY - last[1]];
    last = [event.clientX, event.clientY];
    set((eye) => within({...eye, turn: eye.turn + x * 0.008, tilt: eye.tilt + y * 0.006}));
  };
  const up = () => (last = null);
  const wheel = (event: WheelEvent) => {
    event.preventDefault();
    set((eye) => within({...eye, near: eye.near * 0.999 ** event.deltaY}));
  };
  canvas.addEventListener('pointerdown', down);
  canvas.addEventListener('pointermove', move);
  canvas.addEventListener('pointerup', up);
  canvas.addEventListener('pointercancel', up);
  canvas.addEventListener('wheel', wheel, {passive: false});
  return () => canvas.removeEventListener('wheel', wheel);
}

type Model = {grid: (Point | null)[][]; place: (x: number, y: number) => [number, number]; height: (loss: number | null) => number | null; under: (x: number, y: number) => number | null};

function modelOf(data: SurfaceData, log: boolean): Model {
  const scale = (loss: number) => (log ? Math.log10(Math.max(loss, 1e-12)) : loss);
  const known = data.losses.flat().filter((one): one is number => one !== null && Number.isFinite(one)).map(scale).sort((one, other) => one - other);
  const [low, high] = [known[0] ?? 0, known[Math.floor(0.98 * (known.length - 1))] ?? 1];
  const spread = (value: number, values: number[]) => (2 * (value - values[0]!)) / (values.at(-1)! - values[0]! || 1) - 1;
  const height = (loss: number | null) => (loss === null ? null : Math.min(1, (scale(loss) - low) / (high - low || 1)));
  const place = (x: number, y: number): [number, number] => [spread(x, data.x), spread(y, data.y)];
  const grid = data.losses.map((row, j) => row.map((loss, i): Point | null => {
    const up = height(loss);
    return up === null ? null : [...place(data.x[i]!, data.y[j]!), up];
  }));
  const under = (x: number, y: number) => {
    const [u, v] = place(x, y);
    if (Math.abs(u) > 1 || Math.abs(v) > 1) return null;
    const [i, j] = [((u + 1) / 2) * (data.x.length - 1), ((v + 1) / 2) * (data.y.length - 1)];
    const [i0, j0] = [Math.min(Math.floor(i), data.x.length - 2), Math.min(Math.floor(j), data.y.length - 2)];
    const at = (a: number, b: number) => height(data.losses[b]?.[a] ?? null) ?? 1;
    const mix = (a: number, b: number, share: number) => a + (b - a) * share;
    return mix(mix(at(i0, j0), at(i0 + 1, j0), i - i0), mix(at(i0, j0 + 1), at(i0 + 1, j0 + 1), i - i0), j - j0);
  };
  return {grid, place, height, under};
}

function drawAll(canvas: HTMLCanvasElement, model: Model, data: SurfaceData, eye: Eye, shown: string[], until: number) {
  const box = canvas.getBoundingClientRect();
  const pixel = devicePixelRatio;
  const tall = box.width < 500 ? LOW : HEIGHT;
  [canvas.width, canvas.height] = [Math.round(box.width * pixel), Math.round(tall * pixel)];
  const context = canvas.getContext('2d')!;
  context.scale(pixel, pixel);
  const size = Math.min(box.width * 0.33, tall * 0.39) * eye.near;
  const [sin, cos, up, flat] = [Math.sin(eye.turn), Math.cos(eye.turn), Math.sin(eye.tilt), Math.cos(eye.tilt)];
  const seen = ([x, y, z]: Point): [number, number, number] => {
    const [right, away] = [x * cos - y * sin, x * sin + y * cos];
    const high = z * 0.9 - 0.45;
    return [box.width / 2 + size * right, tall / 2 - size * (high * flat - away * up), away * flat + high * up];
  };
  const pieces = [...quads(model, seen), ...ways(model, data, seen, shown, until)];
  pieces.sort((one, other) => one.depth - other.depth);
  for (const piece of pieces) piece.draw(context);
  titles(context, data, seen, [cos > 0 ? 1 : -1, sin > 0 ? 1 : -1]);
}

function quads(model: Model, seen: (point: Point) => [number, number, number]): Piece[] {
  const pieces: Piece[] = [];
  for (let j = 0; j + 1 < model.grid.length; j++) {
    for (let i = 0; i + 1 < model.grid[j]!.length; i++) {
      const corners = [model.grid[j]![i], model.grid[j]![i + 1], model.grid[j + 1]![i + 1], model.grid[j + 1]![i]];
      if (corners.some((corner) => !corner)) continue;
      const known = corners as Point[];
      const mean = known.reduce((sum, corner) => sum + corner[2], 0) / 4;
      const slope = (known[1]![2] - known[0]![2] + known[2]![2] - known[3]![2]) * 3;
      const points = known.map(seen);
      pieces.push({
        depth: points.reduce((sum, point) => sum + point[2], 0) / 4,
        draw: (context) => {
          context.beginPath();
          points.forEach(([x, y], place) => (place ? context.lineTo(x, y) : context.moveTo(x, y)));
          context.closePath();
          context.fillStyle = context.strokeStyle = coloured(mean, 1 - Math.max(-0.25, Math.min(0.25, slope)));
          context.lineWidth = 0.7;
          context.fill();
          context.stroke();
        },
      });
    }
  }
  return pieces;
}

function ways(model: Model, data: SurfaceData, seen: (point: Point) => [number, number, number], shown: string[], until: number): Piece[] {
  const style = getComputedStyle(document.documentElement);
  const longest = Math.max(0, ...data.paths.flatMap((path) => path.epochs));
  return data.paths.flatMap((path, place) => {
    if (!shown.includes(path.name)) return [];
    const colour = style.getPropertyValue(COLOURS[place % COLOURS.length]!).trim();
    const points = path.x.map((x, at): Point | null => {
      const up = model.under(x, path.y[at]!);
      return up === null || path.epochs[at]! > until * longest ? null : [...model.place(x, path.y[at]!), up + 0.015];
    });
    const lines = points.slice(1).flatMap((to, at): Piece[] => (points[at] && to ? [segment(seen(points[at]!), seen(to), colour)] : []));
    const end = points.filter((point) => point !== null).at(-1);
    return end ? [...lines, dot(seen(end), colour)] : lines;
  });
}

function segment(from: [number, number, number], to: [number, number, number], colour: string): Piece {
  return {
    depth: Math.max(from[2], to[2]) + 0.06, // lies on the surface, so in front of the part that it lies on
    draw: (context) => {
      context.beginPath();
      context.moveTo(from[0], from[1]);
      context.lineTo(to[0], to[1]);
      context.strokeStyle = colour;
      context.lineWidth = 2.5;
      context.stroke();
    },
  };
}

function dot([x, y, depth]: [number, number, number], colour: string): Piece {
  return {
    depth: depth + 0.1,
    draw: (context) => {
      context.beginPath();
      context.arc(x, y, 4.5, 0, 7);
      context.fillStyle = colour;
      context.fill();
    },
  };
}

/** The names of the two directions, each along the edge that is nearer to the eye. */
function titles(context: CanvasRenderingContext2D, data: SurfaceData, seen: (point: Point) => [number, number, number], [along, across]: [number, number]) {
  context.fillStyle = getComputedStyle(document.documentElement).getPropertyValue('--soft-ink').trim();
  context.font = '12px system-ui, sans-serif';
  context.textAlign = 'center';
  const [[x, y], [u, v]] = [seen([0, 1.25 * along, 0]), seen([1.25 * across, 0, 0])];
  for (const [text, across, down] of [[data.x_title, x, y], [data.y_title, u, v]] as const) {
    const width = context.canvas.width / devicePixelRatio;
    const half = Math.min(context.measureText(text).width, 0.46 * width) / 2 + 4;
    context.fillText(text, Math.min(Math.max(across, half), width - half), down + 14, 2 * half - 8);
  }
}

function coloured(at: number, light: number): string {
  const place = Math.min(RAMP.length - 2, Math.floor(at * (RAMP.length - 1)));
  const share = at * (RAMP.length - 1) - place;
  const parts = [0, 1, 2].map((one) => Math.min(255, Math.round((RAMP[place]![one]! * (1 - share) + RAMP[place + 1]![one]! * share) * light)));
  return `rgb(${parts.join(' ')})`;
}
