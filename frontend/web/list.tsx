// The list of runs and studies: sorted by a column, narrowed by words.
import {useMemo, useState} from 'preact/hooks';

import {address} from './route';
import {useAnswer, useEvents} from './server';
import {useSpeech, type Speech} from './speech';
import {Message} from './message';

export type Score = {name: string; value: number | null; low: number | null; high: number | null; higher_is_better: boolean; unit: string};
export type Entry = {
  kind: 'run' | 'study';
  name: string;
  status: string;
  title: string;
  created: string;
  data: string;
  rows: number;
  task: string;
  score: Score | null;
  epochs: number;
  seconds: number;
  parameters: number;
  trials: number;
  changed: number;
  error: string;
};

type Column = {name: string; of: (entry: Entry) => string | number; right?: boolean};
const COLUMNS: Column[] = [
  {name: 'name', of: (entry) => entry.name},
  {name: 'status', of: (entry) => entry.status},
  {name: 'data', of: (entry) => entry.data},
  {name: 'task', of: (entry) => entry.task},
  {name: 'score', of: (entry) => entry.score?.value ?? -Infinity, right: true},
  {name: 'epochs', of: (entry) => entry.epochs || entry.trials, right: true},
  {name: 'parameters', of: (entry) => entry.parameters, right: true},
  {name: 'time', of: (entry) => entry.seconds, right: true},
  {name: 'created', of: (entry) => entry.created},
];

export function List() {
  const speech = useSpeech();
  const {say} = speech;
  const [changed, there] = useEvents<unknown[]>('api/events');
  const {content, error} = useAnswer<Entry[]>('api/entries', changed);
  const [words, setWords] = useState('');
  const [marked, setMarked] = useState<string[]>([]);
  const [order, setOrder] = useState<{name: string; down: boolean}>({name: 'created', down: true});
  const shown = useMemo(() => sorted(narrowed(content ?? [], words), order), [content, words, order]);
  // A third one takes the place of the first.
  const mark = (name: string, on: boolean) => setMarked((before) => (on ? [...before, name].slice(-2) : before.filter((one) => one !== name)));
  if (error) return <Message tone="bad">{error}</Message>;
  return (
    <main id="content" class="list">
      <h1>{say('runs-and-studies')}</h1>
      {!there && <Message tone="warning">{say('lost')}</Message>}
      {content !== null && content.length === 0 ? <p>{say('no-runs')}</p> : (
        <>
          <div class="tools">
            <label>{say('find')} <input id="find" type="search" autocomplete="off" value={words} onInput={(event) => setWords(event.currentTarget.value)} /></label>
            <span class="note" role="status">{say('shown-of', {shown: speech.count(shown.length), total: speech.count(content?.length ?? 0)})}</span>
            <button class="to-compare" disabled={marked.length < 2} onClick={() => void (location.hash = address('compare', ...marked))}>{say('compare-marked')}</button>
          </div>
          <div class="table" tabindex={0} role="region" aria-label={say('runs-and-studies')}>
            <table class="entries">
              <thead><tr><th scope="col" class="mark"><span class="unseen">{say('compare')}</span></th>{COLUMNS.map((column) => <Heading key={column.name} column={column} order={order} set={setOrder} />)}</tr></thead>
              <tbody>{shown.map((entry) => <Line key={entry.name} entry={entry} speech={speech} marked={marked.includes(entry.name)} mark={mark} />)}</tbody>
            </table>
          </div>
        </>
      )}
    </main>
  );
}

function Heading({column, order, set}: {column: Column; order: {name: string; down: boolean}; set: (order: {name: string; down: boolean}) => void}) {
  const {say} = useSpeech();
  const sorted = order.name === column.name;
  return (
    <th scope="col" class={column.right ? 'right' : ''} aria-sort={sorted ? (order.down ? 'descending' : 'ascending') : 'none'}>
      <button class="sort" onClick={() => set({name: column.name, down: sorted ? !order.down : Boolean(column.right)})}>
        {say(`column-${column.name}`)}<span aria-hidden="true">{sorted ? (order.down ? ' ↓' : ' ↑') : ''}</span>
      </button>
    </th>
  );
}

type LineProps = {entry: Entry; speech: Speech; marked: boolean; mark: (name: string, on: boolean) => void};

function Line({entry, speech, marked, mark}: LineProps) {
  const {say, known, number, count} = speech;
  const damaged = entry.status === 'damaged';
  return (
    <tr>
      <td class="mark">{entry.kind === 'run' && !damaged && <input type="checkbox" checked={marked} aria-label={say('compare-mark', {name: entry.name})} onChange={(event) => mark(entry.name, event.currentTarget.checked)} />}</td>
      <th scope="row">
        <a href={address(entry.kind, entry.name)}>{entry.name}</a>
        {entry.error && <span class="remark">{entry.error}</span>}
      </th>
      <td><span class={`status ${entry.status}`}>{known(`status-${entry.status}`, entry.status)}</span></td>
      <td>{entry.data}</td>
      <td>{entry.kind === 'study' ? say('study') : known(`task-${entry.task}`, entry.task)}</td>
      <td class="right">{entry.score && <ScoreText score={entry.score} speech={speech} />}</td>
      <td class="right">{damaged ? '' : entry.kind === 'study' ? say('trials', {count: count(entry.trials)}) : entry.epochs ? number(entry.epochs) : ''}</td>
      <td class="right">{entry.parameters ? count(entry.parameters) : ''}</td>
      <td class="right">{entry.seconds ? speech.seconds(entry.seconds) : ''}</td>
      <td class="when">{entry.created && speech.time(entry.created)}</td>
    </tr>
  );
}

export function ScoreText({score, speech}: {score: Score; speech: Speech}) {
  const {number} = speech;
  return (
    <>
      <span class="soft">{score.name}</span> <b>{number(score.value)}</b>{score.unit && ` ${score.unit}`}
      <span class="interval"> [{number(score.low, 3)}, {number(score.high, 3)}]</span>
    </>
  );
}

function narrowed(entries: Entry[], words: string): Entry[] {
  const wanted = words.toLowerCase().split(/\s+/).filter(Boolean);
  return entries.filter((entry) => {
    const text = [entry.name, entry.data, entry.task, entry.status, entry.kind, entry.score?.name ?? ''].join(' ').toLowerCase();
    return wanted.every((word) => text.includes(word));
  });
}

function sorted(entries: Entry[], order: {name: string; down: boolean}): Entry[] {
  const column = COLUMNS.find((one) => one.name === order.name)!;
  const sign = order.down ? -1 : 1;
  return [...entries].sort((one, other) => {
    const [first, second] = [column.of(one), column.of(other)];
    return first < second ? -sign : first > second ? sign : 0;
  });
}
