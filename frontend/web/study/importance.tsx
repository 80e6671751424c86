// How much each setting mattered, alone and in pairs, with how sure that is.
import {Message} from '../message';
import {useSpeech} from '../speech';

export type Curve = {label: string; places: number[]; means: number[]; lows: number[]; highs: number[]};
export type Importances = {
  settings: {label: string; share: number; low: number; high: number; trials: number; under: string}[];
  pairs: {first: string; second: string; share: number; low: number; high: number}[];
  curves: Curve[];
  explained: number;
  floor: number;
};

export function Importance({importances, notes}: {importances: Importances | null; notes: string[]}) {
  const speech = useSpeech();
  const {say} = speech;
  if (!importances) return <>{notes.length ? notes.map((note) => <Message key={note} tone="warning">{note}</Message>) : <p>{say('nothing-yet')}</p>}</>;
  const most = Math.max(0.01, ...importances.settings.map((one) => one.high), ...importances.pairs.map((one) => one.high));
  const rows = (named: {name: string; share: number; low: number; high: number}[]) => (
    <ul class="importances">
      {named.map((one) => (
        <li key={one.name}>
          <span class="name">{one.name}</span>
          <span class="range" aria-hidden="true">
            <span class="bar" style={{width: `${(100 * one.share) / most}%`}} />
            <span class="whisker" style={{left: `${(100 * one.low) / most}%`, width: `${(100 * (one.high - one.low)) / most}%`}} />
            <span class="floor" style={{left: `${(100 * importances.floor) / most}%`}} />
          </span>
          <span class="figure">{speech.percent(one.share)} <span class="interval">[{speech.percent(one.low)}, {speech.percent(one.high)}]</span></span>
        </li>
      ))}
    </ul>
  );
  return (
    <>
      <p>{say('importance-means', {explained: speech.percent(importances.explained), floor: speech.percent(importances.floor)})}</p>
      <h2>{say('alone')}</h2>
      {rows(importances.settings.map((one) => ({...one, name: one.label})))}
      {importances.pairs.length > 0 && <><h2>{say('in-pairs')}</h2>{rows(importances.pairs.map((one) => ({...one, name: `${one.first} × ${one.second}`})))}</>}
      {notes.map((note) => <Message key={note} tone="warning">{note}</Message>)}
    </>
  );
}
