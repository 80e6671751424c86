// The predictions for the test split: sorted, filtered, a page at a time, with the worst examples to look at.
import {useState} from 'preact/hooks';

import {Message} from '../message';
import type {PanelProps} from '../run';
import {useAnswer, versionOf} from '../server';
import {useSpeech} from '../speech';

type Value = string | number | null;
type Row = {row: number; truth: Value; prediction: Value; confidence: number | null; error: number | null};
type Example = {row: number; truth: string; prediction: string; loss: number; confidence: number | null; values: Record<string, string>; picture: string};
type Content = {kind: 'classes' | 'labels' | 'numbers'; rows: Row[]; found: number; total: number; wrong: number | null; levels: string[]; page: number; examples: Example[]; note?: string};
type Asked = {sort: string; down: boolean; wrong: boolean; truth: string; prediction: string; find: string; offset: number};

const allowed = (what: string) => document.getElementById('app')!.dataset.allowed!.split(' ').includes(what);

const FIRST: Asked = {sort: 'row', down: false, wrong: false, truth: '', prediction: '', find: '', offset: 0};

function query(asked: Asked): string {
  const named = Object.entries(asked).filter(([, value]) => value !== '' && value !== false && value !== 0);
  return named.map(([name, value]) => `${name}=${encodeURIComponent(value === true ? '1' : String(value))}`).join('&');
}

export function PredictionsPanel({name, stamps, head}: PanelProps) {
  const speech = useSpeech();
  const {say, number, count} = speech;
  const [asked, setAsked] = useState(FIRST);
  const {content, error, waiting} = useLast(useAnswer<Content>(`api/runs/${encodeURIComponent(name)}/predictions?${query(asked)}`, versionOf(stamps, 'evaluation.json')));
  if (error) return head.status === 'unfinished' ? <p>{say('no-predictions-yet')}</p> : <Message tone="bad">{error}</Message>;
  if (!content) return <p class="note" role="status">{say('reading')}</p>;
  const change = (changed: Partial<Asked>) => setAsked({...asked, offset: 0, ...changed});
  const columns = ['row', 'truth', 'prediction', ...(content.kind === 'classes' ? ['confidence'] : []), ...(content.kind === 'numbers' ? ['error'] : [])];
  const last = Math.min(asked.offset + content.page, content.found);
  return (
    <>
      {content.wrong !== null && <p class="lead">{say('mistakes-of', {wrong: count(content.wrong), total: count(content.total)})}</p>}
      <p class="note">{say('label-yourself')} {allowed('label') ? <a href={`labelling/${encodeURIComponent(head.folder)}/label`} target="_blank" rel="noopener">{say('label-here')}</a> : <code>piste label {head.folder}</code>}</p>
      <div class="tools">
        <label>{say('find')} <input id="find" type="search" autocomplete="off" value={asked.find} onInput={(event) => change({find: event.currentTarget.value})} /></label>
        {content.kind !== 'numbers' && <label class="check"><input type="checkbox" id="wrong" checked={asked.wrong} onChange={(event) => change({wrong: event.currentTarget.checked})} /> {say('mistakes-alone')}</label>}
        {content.kind === 'classes' && (['truth', 'prediction'] as const).map((one) => (
          <label key={one}>{say(`column-${one}`)} <select id={`by-${one}`} value={asked[one]} onChange={(event) => change({[one]: event.currentTarget.value})}>
            <option value="">{say('all')}</option>
            {content.levels.map((level) => <option key={level} value={level}>{level}</option>)}
          </select></label>
        ))}
      </div>
      <div class="table" tabindex={0} role="region" aria-label={say('panel-predictions')} aria-busy={waiting}>
        <table class="predictions">
          <thead><tr>{columns.map((column) => {
            const sorted = asked.sort === column;
            return (
              <th key={column} scope="col" class={['row', 'confidence', 'error'].includes(column) ? 'right' : ''} aria-sort={sorted ? (asked.down ? 'descending' : 'ascending') : 'none'}>
                <button class="sort" onClick={() => change({sort: column, down: sorted ? !asked.down : column === 'error'})}>{say(`column-${column}`)}<span aria-hidden="true">{sorted ? (asked.down ? ' ↓' : ' ↑') : ''}</span></button>
              </th>
            );
          })}</tr></thead>
          <tbody>
            {content.rows.map((one) => {
              const wrong = content.kind !== 'numbers' && one.error !== 0;
              return (
                <tr key={one.row} class={wrong ? 'wrong' : ''}>
                  <th scope="row" class="right">{one.row}</th>
                  <td>{shown(one.truth, number)}</td>
                  <td>{wrong && <span class="mark-wrong" title={say('wrong')}>✕<span class="unseen">{say('wrong')} </span></span>}{shown(one.prediction, number)}</td>
                  {content.kind === 'classes' && <td class="right"><span class="gauge"><span style={{width: `${100 * (one.confidence ?? 0)}%`}} /></span><span class="share">{speech.percent(one.confidence)}</span></td>}
                  {content.kind === 'numbers' && <td class="right">{number(one.error)}</td>}
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
      <div class="tools">
        <button onClick={() => setAsked({...asked, offset: Math.max(0, asked.offset - content.page)})} disabled={asked.offset === 0}>← {say('earlier')}</button>
        <button onClick={() => setAsked({...asked, offset: asked.offset + content.page})} disabled={last >= content.found}>{say('later')} →</button>
        <span class="note" role="status">{content.found ? say('rows-of', {first: count(asked.offset + 1), last: count(last), total: count(content.found)}) : say('no-row')}</span>
      </div>
      {content.note && <Message tone="warning">{content.note}</Message>}
      {content.examples.length > 0 && <Worst examples={content.examples} />}
    </>
  );
}

const shown = (value: Value, number: (value: number) => string) => (typeof value === 'number' ? number(value) : value === '' ? '–' : value);

/** The answer before, while the next one is on its way, so that the table stays where it is. */
function useLast(heard: {content: Content | null; error: string; waiting: boolean}) {
  const [last, setLast] = useState<Content | null>(null);
  if (heard.content && heard.content !== last) setLast(heard.content);
  return {...heard, content: heard.content ?? last};
}

function Worst({examples}: {examples: Example[]}) {
  const speech = useSpeech();
  const {say, number} = speech;
  const [order, setOrder] = useState<'loss' | 'row'>('loss');
  const sorted = [...examples].sort((one, other) => (order === 'loss' ? other.loss - one.loss : one.row - other.row));
  return (
    <section class="part">
      <h2>{say('part-wrong')}</h2>
      <p>{say('worst-advice')}</p>
      <div class="tools" role="group" aria-label={say('order')}>
        {(['loss', 'row'] as const).map((one) => <button key={one} aria-pressed={order === one} onClick={() => setOrder(one)}>{say(`by-${one}`)}</button>)}
      </div>
      <ul class={sorted.some((one) => one.picture) ? 'pictures' : 'cards'}>
        {sorted.map((one) => (
          <li key={one.row}>
            {one.picture && <img src={`data:image/png;base64,${one.picture}`} alt={say('example-alt', {row: one.row, truth: one.truth, prediction: one.prediction})} loading="lazy" />}
            <span>{say('taken-for', {prediction: one.prediction})}{one.confidence !== null && ` (${speech.percent(one.confidence)})`}</span>
            <span>{say('truth-is', {truth: one.truth})}</span>
            <span>{say('row', {row: one.row})} · {say('loss-is', {loss: number(one.loss)})}</span>
            {!one.picture && Object.keys(one.values).length > 0 && (
              <details><summary>{say('features')}</summary><dl class="pairs">{Object.entries(one.values).map(([feature, value]) => <div key={feature}><dt>{feature}</dt><dd>{value}</dd></div>)}</dl></details>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}
