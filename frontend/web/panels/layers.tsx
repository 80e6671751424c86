// The layers through time: norms of weights, gradients and updates, and units that are silent or saturated.
import {useEffect, useMemo, useRef, useState} from 'preact/hooks';

import {Message} from '../message';
import {Plot, type Range} from '../plot';
import type {PanelProps} from '../run';
import {useAnswer, versionOf} from '../server';
import {useSpeech} from '../speech';

type Values = (number | null)[];
type Look = {step: number; weights: Values; gradients: Values; updates: Values; silent: Values; saturated: Values};
type Watched = {leaves: string[]; layers: string[]; looks: Look[]; steps: number; first_not_finite: string; examples: number};
type Row = {name: string; values: Values};

const QUANTITIES = ['gradients', 'weights', 'updates', 'ratio', 'silent', 'saturated'] as const;
type Quantity = (typeof QUANTITIES)[number];
const COLOURS = ['--series-1', '--series-2', '--series-3', '--series-4', '--series-5', '--series-6'];

function rowsOf(watched: Watched, quantity: Quantity): Row[] {
  const names = quantity === 'silent' || quantity === 'saturated' ? watched.layers : watched.leaves;
  const rows = names.map((name, place) => ({name, values: watched.looks.map((look) => valueOf(look, quantity, place))}));
  return rows.filter((row) => row.values.some((value) => value !== null));
}

function valueOf(look: Look, quantity: Quantity, place: number): number | null {
  if (quantity !== 'ratio') return look[quantity][place] ?? null;
  const [update, weight] = [look.updates[place] ?? null, look.weights[place] ?? null];
  return update === null || !weight ? null : update / weight;
}

export function Layers({name, stamps, head}: PanelProps) {
  const {say, number} = useSpeech();
  const {content, error} = useAnswer<{watched: Watched | null}>(`api/runs/${encodeURIComponent(name)}/layers`, versionOf(stamps, 'watched.json'));
  const [quantity, setQuantity] = useState<Quantity>('gradients');
  const [words, setWords] = useState('');
  const [chosen, setChosen] = useState<string[]>([]);
  const [range, setRange] = useState<Range>(null);
  const watched = content?.watched ?? null;
  const all = useMemo(() => (watched ? rowsOf(watched, quantity) : []), [watched, quantity]);
  const rows = all.filter((row) => row.name.toLowerCase().includes(words.toLowerCase()));
  const drawn = (chosen.length ? all.filter((row) => chosen.includes(row.name)) : rows).slice(0, COLOURS.length);
  const steps = useMemo(() => watched?.looks.map((look) => look.step) ?? [], [watched]);
  const share = quantity === 'silent' || quantity === 'saturated';
  const series = useMemo(
    () => drawn.map((row, place) => ({label: row.name, colour: COLOURS[place]!, values: share ? row.values : row.values.map((value) => (value && value > 0 ? value : null))})),
    [drawn.map((row) => row.name).join('\n'), all, share],
  );
  const extent = useMemo<[number, number]>(() => [steps[0] ?? 0, steps.at(-1) ?? 1], [steps]);
  if (error) return <Message tone="bad">{error}</Message>;
  if (!content) return <p class="note" role="status">{say('reading')}</p>;
  if (!watched || watched.looks.length === 0) return <p>{say(head.status === 'unfinished' ? 'not-watched-yet' : 'not-watched')}</p>;
  const scale = scaleOf(rows, share);
  const toggle = (one: string) => setChosen(chosen.includes(one) ? chosen.filter((other) => other !== one) : [...chosen, one].slice(-COLOURS.length));
  return (
    <>
      {watched.first_not_finite && <Message tone="bad">{say('first-not-finite', {where: watched.first_not_finite})}</Message>}
      <div class="tools">
        <label>{say('quantity')} <select id="quantity" value={quantity} onChange={(event) => (setQuantity(event.currentTarget.value as Quantity), setChosen([]))}>
          {QUANTITIES.map((one) => <option key={one} value={one}>{say(`quantity-${one}`)}</option>)}
        </select></label>
        <label>{say('find')} <input id="find" type="search" autocomplete="off" value={words} onInput={(event) => setWords(event.currentTarget.value)} /></label>
      </div>
      <p class="note">{say(`explain-${quantity}`, {examples: watched.examples})}</p>
      {drawn.length === 0 ? <p>{say('nothing-here')}</p> : (
        <>
          <figure>
            <figcaption><h2>{say(`quantity-${quantity}`)}{share ? '' : ` (${say('logarithmic-scale')})`}</h2></figcaption>
            <Plot key={share ? 'share' : 'norm'} x={steps} series={series} xLabel={say('across-step')} log={!share} height={260} range={range} onRange={setRange} extent={extent} format={number} label={say('layers-chart', {quantity: say(`quantity-${quantity}`), names: drawn.map((row) => row.name).join(', ')})} />
          </figure>
          <div class="table" tabindex={0} role="region" aria-label={say(`quantity-${quantity}`)}>
            <table class="strips">
              <thead><tr><th scope="col">{say('layer')}</th><th scope="col">{say('through-time')}</th><th scope="col" class="right">{say('first')}</th><th scope="col" class="right">{say('last')}</th></tr></thead>
              <tbody>
                {rows.map((row) => (
                  <tr key={row.name}>
                    <th scope="row"><label class="check"><input type="checkbox" checked={chosen.includes(row.name)} onChange={() => toggle(row.name)} /> {row.name}</label></th>
                    <td><Strip values={row.values} scale={scale} /></td>
                    <td class="right">{number(row.values.find((value) => value !== null) ?? null, 3)}</td>
                    <td class="right">{number(row.values.at(-1) ?? null, 3)}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        </>
      )}
    </>
  );
}

type Scale = (value: number | null) => number | null;

/** Where a value lies between the smallest and the largest of all rows, 0 to 1: by its logarithm unless it is a share. */
function scaleOf(rows: Row[], share: boolean): Scale {
  if (share) return (value) => value;
  const logs = rows.flatMap((row) => row.values).filter((value): value is number => value !== null && value > 0).map(Math.log10);
  const [low, high] = [Math.min(...logs), Math.max(...logs)];
  return (value) => (value === null ? null : value <= 0 ? 0 : high > low ? (Math.log10(value) - low) / (high - low) : 1);
}

function Strip({values, scale}: {values: Values; scale: Scale}) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const draw = () => {
      const context = canvas.current?.getContext('2d');
      if (!context) return;
      const style = getComputedStyle(document.documentElement);
      context.clearRect(0, 0, values.length, 1);
      values.forEach((value, place) => {
        const at = scale(value);
        context.globalAlpha = at === null ? 1 : 0.06 + 0.94 * at;
        context.fillStyle = style.getPropertyValue(at === null ? '--bad-paper' : '--series-1');
        context.fillRect(place, 0, 1, 1);
      });
    };
    draw();
    const dark = matchMedia('(prefers-color-scheme: dark)');
    dark.addEventListener('change', draw);
    return () => dark.removeEventListener('change', draw);
  }, [values, scale]);
  return <canvas class="strip" ref={canvas} width={values.length} height={1} aria-hidden="true" />;
}
