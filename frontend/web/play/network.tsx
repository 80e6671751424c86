// The network: a column of units for each layer, what each unit says over the plane, and every weight between them.
import {useEffect, useLayoutEffect, useRef, useState} from 'preact/hooks';

import {useSpeech} from '../speech';
import {paintSigned} from './paint';
import type {Unit} from './plane';
import type {Choices, Moment, Scene, Settings, Weight} from './state';

export type Shows = 'weights' | 'gradients';
type Chosen = {layer: number; before: number; unit: number};
type Props = {
  moment: Moment;
  scene: Scene;
  settings: Settings;
  choices: Choices;
  shows: Shows;
  onUnit: (unit: Unit | null) => void;
  onHidden: (hidden: number[]) => void;
  onWeight: (weight: Weight) => void;
};

export function Network(props: Props) {
  const {say, number} = useSpeech();
  const {moment, scene, settings, choices} = props;
  const [chosen, setChosen] = useState<Chosen | null>(null);
  const {layers, edges} = moment.picture;
  const shape = layers.map((one) => one.length).join();
  useEffect(() => setChosen(null), [shape]);
  const hidden = settings.hidden;
  const resized = (at: number, by: number) => props.onHidden(hidden.map((units, place) => (place === at ? units + by : units)));
  return (
    <section class="play-network" aria-label={say('play-network')}>
      <div class="tools">
        <span class="buttons" role="group" aria-label={say('play-hidden-layers')}>
          <button aria-label={say('play-fewer-layers')} disabled={!hidden.length} onClick={() => props.onHidden(hidden.slice(0, -1))}>−</button>
          <button aria-label={say('play-more-layers')} disabled={hidden.length >= choices.layers} onClick={() => props.onHidden([...hidden, Math.min(hidden.at(-1) ?? 4, choices.units)])}>+</button>
        </span>
        <span>{say('play-layers', {count: hidden.length})}</span>
        <span class="note">{say('fact-parameters', {count: moment.parameters})}</span>
      </div>
      <div class="play-scroll" tabindex={0} role="region" aria-label={say('play-network')}>
        <div class="play-columns">
          <Lines {...props} shape={shape} chosen={chosen} onChosen={setChosen} />
          {layers.map((units, layer) => (
            <div class="play-column" key={layer}>
              <div class="play-size">
                {layer === 0 ? <span>{say('play-inputs')}</span> : (
                  <>
                    <button aria-label={say('play-fewer-units', {layer})} disabled={units.length < 2} onClick={() => resized(layer - 1, -1)}>−</button>
                    <button aria-label={say('play-more-units', {layer})} disabled={units.length >= choices.units} onClick={() => resized(layer - 1, 1)}>+</button>
                  </>
                )}
              </div>
              {units.map((map, unit) => (
                <UnitTile key={unit} map={map} side={moment.picture.side} layer={layer} unit={unit}
                  name={layer === 0 ? scene.inputs[unit] ?? '' : say('play-unit', {unit: unit + 1, layer})} shown={layer === 0}
                  scale={number(moment.picture.scales[layer]![unit], 3)} onUnit={props.onUnit}
                  onBias={layer > 0 ? () => setChosen({layer: layer - 1, before: -1, unit}) : undefined} />
              ))}
            </div>
          ))}
          <div class="play-column">
            <div class="play-size"><span>{say('play-outputs')}</span></div>
            {(edges.at(-1)?.biases ?? []).map((_, unit) => (
              <button key={unit} class="play-unit play-output" data-layer={layers.length} data-unit={unit} onClick={() => setChosen({layer: edges.length - 1, before: -1, unit})}>
                {scene.regression ? scene.target : scene.classes[unit]}
              </button>
            ))}
          </div>
        </div>
      </div>
      {chosen && <WeightBox key={`${chosen.layer} ${chosen.before} ${chosen.unit}`} {...props} chosen={chosen} onChosen={setChosen} onClose={() => setChosen(null)} />}
      <p class="note">{say('play-network-note')}</p>
    </section>
  );
}

type Tile = {map: string; side: number; layer: number; unit: number; name: string; shown: boolean; scale: string; onUnit: (unit: Unit | null) => void; onBias: (() => void) | undefined};

function UnitTile({map, side, layer, unit, name, shown, scale, onUnit, onBias}: Tile) {
  const {say} = useSpeech();
  const place = useRef<HTMLCanvasElement>(null);
  useEffect(() => paintSigned(place.current!, map, side), [map]);
  const look = () => onUnit({layer, unit});
  return (
    <button class="play-unit" data-layer={layer} data-unit={unit} aria-label={say('play-unit-label', {name, scale})} title={say('play-unit-label', {name, scale})}
      onPointerEnter={look} onFocus={look} onPointerLeave={() => onUnit(null)} onBlur={() => onUnit(null)} onClick={onBias}>
      <canvas ref={place} width={40} height={40} aria-hidden="true" />
      {shown && <span class="play-name">{name}</span>}
    </button>
  );
}

type Line = {layer: number; before: number; unit: number; path: string};

/** Where the lines run is measured once for each shape of the network; how thick they are changes with every step. */
function Lines({moment, shows, shape, chosen, onChosen}: Props & {shape: string; chosen: Chosen | null; onChosen: (chosen: Chosen) => void}) {
  const {say, number} = useSpeech();
  const place = useRef<SVGSVGElement>(null);
  const [lines, setLines] = useState<Line[]>([]);
  useLayoutEffect(() => {
    const host = place.current!.parentElement!;
    const measure = () => setLines(measured(host, moment.picture.edges));
    measure();
    const size = new ResizeObserver(measure);
    size.observe(host);
    return () => size.disconnect();
  }, [shape]);
  const {edges} = moment.picture;
  const largest = Math.max(1e-12, ...edges.flatMap((one) => one[shows].flat().map(Math.abs)));
  return (
    <svg ref={place} class="play-lines" aria-hidden="true">
      {lines.map(({layer, before, unit, path}) => {
        const value = edges[layer]?.[shows][before]?.[unit] ?? 0;
        const here = chosen?.layer === layer && chosen.before === before && chosen.unit === unit;
        return (
          <g key={`${layer} ${before} ${unit}`} onClick={() => onChosen({layer, before, unit})}>
            <path d={path} class="play-reach"><title>{say('play-edge', {weight: number(edges[layer]?.weights[before]?.[unit], 3), gradient: number(edges[layer]?.gradients[before]?.[unit], 3)})}</title></path>
            <path d={path} class={`play-line ${value < 0 ? 'minus' : 'plus'} ${here ? 'chosen' : ''}`} stroke-width={0.4 + 6 * (Math.abs(value) / largest)} />
          </g>
        );
      })}
    </svg>
  );
}

function measured(host: HTMLElement, edges: Moment['picture']['edges']): Line[] {
  const box = host.getBoundingClientRect();
  const at = (layer: number, unit: number) => host.querySelector(`[data-layer="${layer}"][data-unit="${unit}"]`)?.getBoundingClientRect();
  const lines: Line[] = [];
  edges.forEach((one, layer) =>
    one.weights.forEach((row, before) =>
      row.forEach((_, unit) => {
        const [from, to] = [at(layer, before), at(layer + 1, unit)];
        if (!from || !to) return;
        const [x, y] = [from.right - box.left, from.top + from.height / 2 - box.top];
        const [u, v] = [to.left - box.left, to.top + to.height / 2 - box.top];
        const bend = (u - x) / 2;
        lines.push({layer, before, unit, path: `M${x} ${y}C${x + bend} ${y} ${u - bend} ${v} ${u} ${v}`});
      }),
    ),
  );
  return lines;
}

/** One weight and its gradient. Which one is chosen by a line, or, without a mouse, by the unit and where it comes from. */
function WeightBox({moment, scene, chosen, onWeight, onChosen, onClose}: Props & {chosen: Chosen; onChosen: (chosen: Chosen) => void; onClose: () => void}) {
  const {say, number} = useSpeech();
  const edges = moment.picture.edges[chosen.layer];
  if (!edges) return null;
  const bias = chosen.before < 0;
  const weight = bias ? edges.biases[chosen.unit] : edges.weights[chosen.before]?.[chosen.unit];
  const gradient = bias ? edges.bias_gradients[chosen.unit] : edges.gradients[chosen.before]?.[chosen.unit];
  const named = (before: number) => (chosen.layer === 0 ? (scene.inputs[before] ?? '') : say('play-unit', {unit: before + 1, layer: chosen.layer}));
  const last = chosen.layer === moment.picture.edges.length - 1;
  const to = last ? (scene.regression ? scene.target : scene.classes[chosen.unit]) : say('play-unit', {unit: chosen.unit + 1, layer: chosen.layer + 1});
  const sent = (event: Event) => {
    event.preventDefault();
    const value = Number(new FormData(event.currentTarget as HTMLFormElement).get('weight'));
    if (Number.isFinite(value)) onWeight({...chosen, value});
  };
  return (
    <form class="tools play-weight" onSubmit={sent}>
      <label>{say('play-into', {to: to ?? ''})} <select class="play-from" value={chosen.before} onChange={(event) => onChosen({...chosen, before: Number(event.currentTarget.value)})}>
        <option value={-1}>{say('play-bias')}</option>
        {edges.weights.map((_, before) => <option key={before} value={before}>{say('play-weight-from', {from: named(before)})}</option>)}
      </select></label>
      <label>{say('value')} <input name="weight" type="number" step="any" key={String(weight)} defaultValue={String(weight)} /></label>
      <span class="note">{say('play-gradient-is', {gradient: number(gradient, 3)})}</span>
      <button type="submit">{say('play-set')}</button>
      <button type="button" onClick={onClose}>{say('play-close')}</button>
    </form>
  );
}
