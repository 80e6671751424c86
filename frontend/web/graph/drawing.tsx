// The graph as a drawing that pans and zooms; every box can be reached and opened with the keyboard.
import {useEffect, useRef, useState} from 'preact/hooks';

import {useSpeech} from '../speech';
import type {Box, Seen} from './fold';
import type {Placed} from './layout';

type View = {x: number; y: number; zoom: number};
type Props = {seen: Seen; placed: Placed; chosen: string; matched: ReadonlySet<string>; onChoose: (box: Box) => void; onOpen: (box: Box) => void};

export function Drawing({seen, placed, chosen, matched, onChoose, onOpen}: Props) {
  const {say, number, count} = useSpeech();
  const svg = useRef<SVGSVGElement>(null);
  const [view, setView] = useState<View>({x: 0, y: 0, zoom: 1});
  const latest = useRef(view);
  latest.current = view;
  const fit = () => {
    const box = svg.current!.getBoundingClientRect();
    const zoom = Math.min(1, box.width / placed.width, Math.max(0.35, box.height / placed.height));
    setView({zoom, x: (box.width - placed.width * zoom) / 2, y: Math.max(0, (box.height - placed.height * zoom) / 2)});
  };
  useEffect(fit, [placed]);
  useEffect(() => {
    const at = placed.boxes.get(chosen);
    if (!at) return;
    const box = svg.current!.getBoundingClientRect();
    const {x, y, zoom} = latest.current;
    const [left, top] = [at.x * zoom + x, at.y * zoom + y];
    if (left < 20 || top < 20 || left > box.width - 20 || top > box.height - 20) setView({zoom, x: box.width / 2 - at.x * zoom, y: box.height / 2 - at.y * zoom});
  }, [chosen, placed]);
  useEffect(() => steering(svg.current!, latest, setView), []);
  const gradients = seen.lines.map((line) => line.gradient ?? 0).filter((one) => one > 0);
  const [least, most] = [Math.min(...gradients), Math.max(...gradients)];
  const strength = (gradient: number | null) => (gradient && gradient > 0 ? (most > least ? Math.log(gradient / least) / Math.log(most / least) : 1) : null);
  const groupWords = (nodes: number, weights: number) => (weights ? say('group-of', {nodes: count(nodes), weights: count(weights)}) : say('nodes', {nodes: count(nodes)}));
  const pressed = (event: KeyboardEvent, box: Box) => {
    if (event.key !== 'Enter' && event.key !== ' ') return;
    event.preventDefault();
    event.key === 'Enter' && box.group ? onOpen(box) : onChoose(box);
  };
  const scale = (factor: number) => {
    const box = svg.current!.getBoundingClientRect();
    setView(zoomed(view, factor, box.width / 2, box.height / 2));
  };
  return (
    <div class="graph">
      <span class="buttons over" role="group" aria-label={say('zoom')}>
        <button aria-label={say('zoom-in')} onClick={() => scale(1.3)}>+</button>
        <button aria-label={say('zoom-out')} onClick={() => scale(1 / 1.3)}>−</button>
        <button onClick={fit}>{say('everything')}</button>
      </span>
      <svg ref={svg} role="group" aria-label={say('graph-label', {boxes: seen.boxes.length, lines: seen.lines.length})}>
        <defs><marker id="arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="9" markerHeight="9" markerUnits="userSpaceOnUse" orient="auto"><path d="M0 0L8 4L0 8z" /></marker></defs>
        <g transform={`translate(${view.x} ${view.y}) scale(${view.zoom})`}>
          {seen.lines.map((line) => {
            const at = strength(line.gradient);
            return (
              <path key={`${line.source} ${line.target}`} class={at === null ? 'edge none' : 'edge'} d={curve(placed.lines.get(`${line.source} ${line.target}`) ?? [])} stroke-width={1 + 3 * (at ?? 0)} marker-end="url(#arrow)">
                <title>{line.gradient === null ? say('no-gradient-back') : say('gradient-back', {norm: number(line.gradient)})}</title>
              </path>
            );
          })}
          {seen.boxes.map((box) => {
            const at = placed.boxes.get(box.id);
            if (!at) return null;
            return (
              <g
                key={box.id}
                class={`box ${box.kind}${box.id === chosen ? ' chosen' : ''}${matched.has(box.id) ? ' matched' : ''}`}
                transform={`translate(${at.x - at.width / 2} ${at.y - at.height / 2})`}
                tabindex={0}
                role="button"
                aria-pressed={box.id === chosen}
                aria-label={`${say(`node-${box.kind}`)} ${box.node?.name ?? box.title}`}
                onClick={() => onChoose(box)}
                onDblClick={() => box.group && onOpen(box)}
                onKeyDown={(event) => pressed(event, box)}
              >
                <rect width={at.width} height={at.height} rx={box.kind === 'weight' ? 3 : 8} />
                <text x={12} y={17}>{short(box.title, at.width)}</text>
                <text class="detail" x={12} y={31}>{box.group ? groupWords(box.group.nodes, box.group.weights) : short(box.detail, at.width)}</text>
                {box.group && <text class="plus" x={at.width - 18} y={25}>+</text>}
              </g>
            );
          })}
        </g>
      </svg>
    </div>
  );
}

const short = (text: string, width: number) => (text.length * 7.2 > width - 20 ? `${text.slice(0, Math.floor((width - 24) / 7.2))}…` : text);

function curve(points: {x: number; y: number}[]): string {
  if (points.length < 2) return '';
  const middle = points.slice(1, -1).map((point, place) => {
    const next = points[place + 2]!;
    return `Q${point.x} ${point.y} ${(point.x + next.x) / 2} ${(point.y + next.y) / 2}`;
  });
  return `M${points[0]!.x} ${points[0]!.y}${middle.join('')}L${points.at(-1)!.x} ${points.at(-1)!.y}`;
}

function zoomed(view: View, factor: number, x: number, y: number): View {
  const zoom = Math.min(4, Math.max(0.05, view.zoom * factor));
  return {zoom, x: x - ((x - view.x) * zoom) / view.zoom, y: y - ((y - view.y) * zoom) / view.zoom};
}

/** Drag to move, wheel or two fingers to zoom. */
function steering(svg: SVGSVGElement, latest: {current: View}, set: (view: View) => void): () => void {
  const pointers = new Map<number, [number, number]>();
  const spread = () => {
    const [one, other] = [...pointers.values()];
    return one && other ? Math.hypot(one[0] - other[0], one[1] - other[1]) : 0;
  };
  const down = (event: PointerEvent) => {
    pointers.set(event.pointerId, [event.clientX, event.clientY]);
    if (!(event.target as Element).closest('.box')) svg.setPointerCapture(event.pointerId);
  };
  const move = (event: PointerEvent) => {
    const before = pointers.get(event.pointerId);
    if (!before) return;
    const wide = spread();
    pointers.set(event.pointerId, [event.clientX, event.clientY]);
    const box = svg.getBoundingClientRect();
    const view = latest.current;
    if (pointers.size > 1 && wide) set(zoomed(view, spread() / wide, event.clientX - box.left, event.clientY - box.top));
    else set({...view, x: view.x + event.clientX - before[0], y: view.y + event.clientY - before[1]});
  };
  const up = (event: PointerEvent) => pointers.delete(event.pointerId);
  const wheel = (event: WheelEvent) => {
    event.preventDefault();
    const box = svg.getBoundingClientRect();
    set(zoomed(latest.current, 0.9985 ** event.deltaY, event.clientX - box.left, event.clientY - box.top));
  };
  svg.addEventListener('pointerdown', down);
  addEventListener('pointermove', move);
  addEventListener('pointerup', up);
  addEventListener('pointercancel', up);
  svg.addEventListener('wheel', wheel, {passive: false});
  return () => {
    removeEventListener('pointermove', move);
    removeEventListener('pointerup', up);
    removeEventListener('pointercancel', up);
  };
}
