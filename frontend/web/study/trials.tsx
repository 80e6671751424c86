// The trials as a table, the best first.
import {useState} from 'preact/hooks';

import {useSpeech} from '../speech';
import {text, type Dimension, type Trial} from './study';

type Props = {trials: Trial[]; dimensions: Dimension[]; higher: boolean; metric: string; best: number | null; most: number};

export function Trials({trials, dimensions, higher, metric, best, most}: Props) {
  const speech = useSpeech();
  const {say, known, number} = speech;
  const [order, setOrder] = useState({name: 'score', down: higher});
  const [shown, setShown] = useState(most);
  const names = [...new Set(dimensions.map((one) => one.name))];
  const value = (trial: Trial): number | string => {
    if (order.name === 'number' || order.name === 'seconds') return trial[order.name];
    if (order.name === 'score' || order.name === 'loss') return trial[order.name] ?? (order.down ? -Infinity : Infinity);
    if (order.name === 'status') return trial.status;
    const found = trial.settings[order.name];
    return typeof found === 'number' ? found : String(found ?? '');
  };
  const sorted = [...trials].sort((one, other) => {
    const [first, second] = [value(one), value(other)];
    return (first < second ? -1 : first > second ? 1 : 0) * (order.down ? -1 : 1) || one.number - other.number;
  });
  const columns = ['number', 'status', 'score', 'loss', ...names, 'seconds'];
  const title = (column: string) => (column === 'score' ? metric : column === 'number' ? '#' : column === 'seconds' ? say('column-time') : column === 'loss' ? say('loss') : column === 'status' ? say('column-status') : column);
  return (
    <>
      <div class="table" tabindex={0} role="region" aria-label={say('panel-trials')}>
        <table class="trials">
          <thead><tr>{columns.map((column) => (
            <th key={column} scope="col" class="right" aria-sort={order.name === column ? (order.down ? 'descending' : 'ascending') : 'none'}>
              <button class="sort" onClick={() => setOrder({name: column, down: order.name === column ? !order.down : column === 'score' && higher})}>{title(column)}<span aria-hidden="true">{order.name === column ? (order.down ? ' ↓' : ' ↑') : ''}</span></button>
            </th>
          ))}</tr></thead>
          <tbody>
            {sorted.slice(0, shown).map((trial) => (
              <tr key={trial.number} class={trial.number === best ? 'best' : ''}>
                <th scope="row" class="right">{trial.number}{trial.number === best && <span class="star" title={say('best')}> ★<span class="unseen">{say('best')}</span></span>}</th>
                <td class="right" title={trial.note}>{known(`trial-${trial.status}`, trial.status)}</td>
                <td class="right"><b>{number(trial.score)}</b></td>
                <td class="right">{number(trial.loss)}</td>
                {names.map((name) => <td key={name} class="right">{name in trial.settings ? text(trial.settings[name]) : ''}</td>)}
                <td class="right">{speech.seconds(trial.seconds)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {sorted.length > shown && <button onClick={() => setShown(shown + 200)}>{say('more-rows', {count: sorted.length - shown})}</button>}
    </>
  );
}
