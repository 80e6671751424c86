// A training that listens: what was said to it and what came of it, and buttons to speak where that is allowed.
import {useState} from 'preact/hooks';

import {Message} from '../message';
import type {PanelProps} from '../run';
import {ask, useAnswer, versionOf} from '../server';
import {useSpeech} from '../speech';

type End = {epoch: number; best_loss: number | null; best_epoch: number; why: string};
type Branch = {name: string; parent: string; epoch: number; change: string; by: string; at: string; rate_factor: number; end: End | null};
type Heard = {id: string; words: string; by: string; at: string; epoch: number; answer: string; refused: boolean};
type Nursed = {branches: Branch[]; present: string; paused: boolean; marks: {name: string; epoch: number}[]; heard: Heard[]; winner: string; kept: string};
type Content = {nursed: Nursed | null; waiting: {id: string; words: string; by: string}[]; listens: boolean; control: boolean};

const SAID = ['rate 0.5x', 'rate 2x', 'back best', 'pause', 'go', 'more 10', 'stop'];

export function NursePanel({name, stamps, head}: PanelProps) {
  const speech = useSpeech();
  const {say, number} = speech;
  const [sent, setSent] = useState(0);
  const place = `api/runs/${encodeURIComponent(name)}/nurse`;
  const {content, error} = useAnswer<Content>(place, `${versionOf(stamps, 'branches.json', 'run.json')} ${sent}`);
  if (error) return <Message tone="bad">{error}</Message>;
  if (!content) return <p class="note" role="status">{say('reading')}</p>;
  const {nursed, waiting, listens, control} = content;
  if (!nursed) return <p>{say('not-nursed')} <code>piste train … --nurse</code></p>;
  return (
    <>
      {listens && control ? <Speak place={place} paused={nursed.paused} onSaid={() => setSent(sent + 1)} /> : <p class="note">{say(listens ? 'control-off' : 'nobody-listens')} <code>{listens ? 'piste web --control' : `piste nurse ${head.folder}`}</code></p>}
      {nursed.paused && <Message tone="warning">{say('paused')}</Message>}
      {waiting.length > 0 && <p role="status">{say('waiting-commands')} {waiting.map((one) => <code key={one.id}>{one.words} </code>)}</p>}
      <h2>{say('branches')}</h2>
      <div class="table" tabindex={0} role="region" aria-label={say('branches')}>
        <table>
          <thead><tr>{['branch', 'from-branch', 'epoch-head', 'change', 'by', 'best-loss', 'ended'].map((one) => <th key={one} scope="col">{say(one)}</th>)}</tr></thead>
          <tbody>
            {nursed.branches.map((one) => (
              <tr key={one.name} class={one.name === (nursed.winner || nursed.present) ? 'best' : ''}>
                <th scope="row">{one.name}{one.name === nursed.present && !nursed.winner && ` (${say('now')})`}{one.name === nursed.winner && ' ★'}</th>
                <td>{one.parent}</td>
                <td>{number(one.epoch)}</td>
                <td><code>{one.change}</code></td>
                <td>{one.by}</td>
                <td>{one.end ? number(one.end.best_loss) : ''}</td>
                <td>{one.end?.why ?? ''}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {nursed.marks.length > 0 && <p>{say('marks')} {nursed.marks.map((one) => `${one.name} (${number(one.epoch)})`).join(' · ')}</p>}
      <h2>{say('heard')}</h2>
      {nursed.heard.length === 0 ? <p>{say('nothing-said')}</p> : (
        <ul class="heard">{[...nursed.heard].reverse().map((one) => <li key={one.id} class={one.refused ? 'refused' : ''}><code>{one.words}</code> <span class="note">{one.by}, {say('at-epoch', {epoch: number(one.epoch)})}</span><br />{one.answer}</li>)}</ul>
      )}
    </>
  );
}

function Speak({place, paused, onSaid}: {place: string; paused: boolean; onSaid: () => void}) {
  const {say} = useSpeech();
  const [words, setWords] = useState('');
  const [said, setSaid] = useState<{text: string; bad: boolean} | null>(null);
  const speak = (text: string) => {
    ask(place, {words: text}).then(
      () => (setSaid({text: say('command-waits', {words: text}), bad: false}), setWords(''), onSaid()),
      (failure: Error) => setSaid({text: failure.message, bad: true}),
    );
  };
  return (
    <>
      <div class="tools" role="group" aria-label={say('panel-nurse')}>
        {SAID.filter((one) => one !== (paused ? 'pause' : 'go')).map((one) => <button key={one} class={one === 'stop' ? 'danger' : ''} onClick={() => speak(one)}>{say(`say-${one.replace(/[ .]/g, '-')}`)}</button>)}
      </div>
      <form class="tools" onSubmit={(event) => (event.preventDefault(), words.trim() && speak(words.trim()))}>
        <label>{say('other-command')} <input id="words" autocomplete="off" maxlength={200} placeholder="weight-decay 0.1" value={words} onInput={(event) => setWords(event.currentTarget.value)} /></label>
        <button class="main" disabled={!words.trim()}>{say('send')}</button>
      </form>
      {said && <p class={said.bad ? 'said bad-text' : 'said'} role="status">{said.text}</p>}
    </>
  );
}
