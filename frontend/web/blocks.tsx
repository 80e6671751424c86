// The blocks that a report's parts are made of: texts, facts, tables, charts and pictures.
import {useEffect, useRef, useState} from 'preact/hooks';

import {Message, type Tone} from './message';
import {useSpeech} from './speech';

type Fact = {label: string; value: string; note: string};
export type GridBlock = {block: 'grid'; columns: string[]; rows: string[][]; align: string[]; caption: string; folded: boolean};
export type Block =
  | {block: 'text'; text: string; tone: string}
  | {block: 'lines'; lines: string[]}
  | {block: 'facts'; facts: Fact[]; large: boolean}
  | GridBlock
  | {block: 'chart'; title: string; description: string; spec: Record<string, unknown>; numbers: GridBlock | null; size: string}
  | {block: 'pictures'; pictures: {png: string; description: string; lines: string[]}[]};

export function Blocks({blocks}: {blocks: Block[]}) {
  const groups: Block[][] = [];
  for (const block of blocks) {
    const before = groups.at(-1);
    if (block.block === 'chart' && before?.[0]?.block === 'chart') before.push(block);
    else groups.push([block]);
  }
  return (
    <>
      {groups.map((group, place) =>
        group[0]!.block === 'chart'
          ? <div key={place} class="charts">{group.map((one, at) => one.block === 'chart' && <VegaChart key={at} {...one} />)}</div>
          : <One key={place} block={group[0]!} />,
      )}
    </>
  );
}

function One({block}: {block: Block}) {
  const {known} = useSpeech();
  if (block.block === 'text') {
    if (['good', 'warning', 'bad'].includes(block.tone)) return <Message tone={block.tone as Tone}>{block.text}</Message>;
    return <p class={block.tone}>{block.text}</p>;
  }
  if (block.block === 'lines') return <ul>{block.lines.map((line, place) => <li key={place}>{line}</li>)}</ul>;
  if (block.block === 'facts') {
    return (
      <dl class={block.large ? 'headline' : 'facts'}>
        {block.facts.map((fact, place) => (
          <div key={place}><dt>{known(`word-${fact.label}`, fact.label)}</dt><dd class="value">{fact.value}</dd>{fact.note && <dd class="note">{fact.note}</dd>}</div>
        ))}
      </dl>
    );
  }
  if (block.block === 'grid') return <Grid grid={block} />;
  if (block.block === 'pictures') {
    return (
      <ul class="pictures">
        {block.pictures.map((one, place) => (
          <li key={place}><img src={`data:image/png;base64,${one.png}`} alt={one.description} loading="lazy" />{one.lines.map((line, at) => <span key={at}>{line}</span>)}</li>
        ))}
      </ul>
    );
  }
  return null;
}

export function Grid({grid}: {grid: GridBlock}) {
  const {known} = useSpeech();
  const table = (
    <div class="table" tabindex={0} role="region" aria-label={grid.caption || grid.columns.join(', ')}>
      <table>
        <thead><tr>{grid.columns.map((name, place) => <th key={place} scope="col" class={grid.align[place]}>{known(`word-${name}`, name)}</th>)}</tr></thead>
        <tbody>
          {grid.rows.map((row, place) => (
            <tr key={place}>
              {row.map((cell, at) => at === 0
                ? <th key={at} scope="row" class={grid.align[at]}>{cell}</th>
                : <td key={at} class={`${grid.align[at] ?? ''}${cell.length > 20 ? ' long' : ''}`}>{cell}</td>)}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
  if (!grid.folded) return <div>{table}{grid.caption && <p class="note">{grid.caption}</p>}</div>;
  return <details><summary>{grid.caption || known('word-Table', 'Table')}</summary>{table}</details>;
}

type Draw = (place: HTMLElement, spec: unknown) => Promise<void>;
let program: Promise<Draw> | null = null;

/** The chart renderer of the report, fetched the first time that a chart is seen. */
function renderer(): Promise<Draw> {
  program ??= new Promise((resolve, reject) => {
    const script = document.createElement('script');
    script.src = 'assets/charts.min.js';
    script.onload = () => resolve((globalThis as unknown as {pisteDraw: Draw}).pisteDraw);
    script.onerror = () => reject(new Error('charts.min.js'));
    document.head.append(script);
  });
  return program;
}

type ChartProps = {title: string; description: string; spec: Record<string, unknown>; numbers?: GridBlock | null; size?: string};

export function VegaChart({title, description, spec, numbers, size = 'half'}: ChartProps) {
  const {say} = useSpeech();
  const place = useRef<HTMLDivElement>(null);
  const [lost, setLost] = useState(false);
  useEffect(() => {
    const seen = new IntersectionObserver((entries) => {
      if (!entries.some((entry) => entry.isIntersecting)) return;
      seen.disconnect();
      renderer().then((draw) => draw(place.current!, spec)).catch(() => setLost(true));
    }, {rootMargin: '300px'});
    seen.observe(place.current!);
    return () => {
      seen.disconnect();
      place.current?.replaceChildren();
    };
  }, [spec]);
  return (
    <figure class={size}>
      <figcaption><h3>{title}</h3><p>{description}</p></figcaption>
      <div class="chart" role="img" aria-label={description} ref={place} />
      {lost && <p class="note">{say('chart-lost')}</p>}
      {numbers && <details><summary>{say('numbers')}</summary><Grid grid={{...numbers, folded: false}} /></details>}
    </figure>
  );
}
