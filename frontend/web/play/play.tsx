// The playground: choose data, build a network by clicking, press play, and see every unit, weight and gradient.
import {useEffect, useMemo, useRef, useState} from 'preact/hooks';

import {Message} from '../message';
import {Plot} from '../plot';
import {address} from '../route';
import {ask, useAnswer} from '../server';
import {useSpeech} from '../speech';
import {DataControls, TrainingControls} from './controls';
import {Network, type Shows} from './network';
import {Plane, type Unit} from './plane';
import {usePlay, type Choices, type Comment, type Moment, type Settings} from './state';

const SPEEDS = [1, 5, 25, 100]; // epochs between two pictures
const COMMENTED_EVERY = 2000; // milliseconds

export function Play({given}: {given: string}) {
  const {say} = useSpeech();
  const {content: choices, error} = useAnswer<Choices>('api/play/choices');
  if (error) return <main id="content"><h1>{say('play')}</h1><Message tone="bad">{error}</Message></main>;
  if (!choices) return <main id="content"><p class="note" role="status">{say('play-warming')}</p></main>;
  return <Playing choices={choices} first={{...choices.settings, ...parsed(given)}} />;
}

function parsed(given: string): Partial<Settings> {
  try {
    const settings = JSON.parse(given || '{}') as Partial<Settings>;
    return typeof settings === 'object' && settings !== null ? settings : {};
  } catch {
    return {};
  }
}

function Playing({choices, first}: {choices: Choices; first: Settings}) {
  const speech = useSpeech();
  const {say, number} = speech;
  const play = usePlay(first);
  const {settings, moment, scene, running} = play;
  const [unit, setUnit] = useState<Unit | null>(null);
  const [held, setHeld] = useState(false);
  const [plain, setPlain] = useState(false);
  const [shows, setShows] = useState<Shows>('weights');
  const [speed, setSpeed] = useState(1);
  useEffect(() => {
    const changed = Object.entries(settings).filter(([name, value]) => name !== 'table' && JSON.stringify(value) !== JSON.stringify(choices.settings[name as keyof Settings]));
    history.replaceState(null, '', changed.length && settings.problem !== 'pasted' ? address('play', JSON.stringify(Object.fromEntries(changed))) : address('play'));
  }, [settings]);
  return (
    <main id="content" class="play">
      <h1>{say('play')}</h1>
      <div class="play-bar" role="toolbar" aria-label={say('play-bar')}>
        <span class="buttons">
          <button class="main" aria-pressed={running} onClick={() => play.run(!running)} disabled={!moment || moment.stopped}>{say(running ? 'play-pause' : 'play-start')}</button>
          <button onClick={play.epoch} disabled={!moment || moment.stopped}>{say('play-epoch')}</button>
          <button onClick={play.step} disabled={!moment || moment.stopped}>{say('play-step')}</button>
          <button onClick={play.again}>{say('play-again')}</button>
        </span>
        <p class="play-clock"><span>{say('across-epoch')}</span> <b>{number(moment?.epoch ?? 0, 6)}</b></p>
        <label>{say('play-speed')} <select value={speed} onChange={(event) => (setSpeed(Number(event.currentTarget.value)), play.speed(Number(event.currentTarget.value)))}>
          {SPEEDS.map((one) => <option key={one} value={one}>{number(one)}</option>)}
        </select></label>
        <TrainingControls settings={settings} choices={choices} change={play.change} />
      </div>
      {play.error && <Message tone="bad">{play.error}</Message>}
      {moment?.stopped && <Message tone="bad">{say('play-stopped')}</Message>}
      <p class="unseen" role="status">{!moment ? say('play-warming') : ''}</p>
      <div class="play-stage" aria-busy={play.busy}>
        <DataControls settings={settings} choices={choices} scene={scene} change={play.change} />
        {moment && scene ? (
          <>
            <div>
              <div class="tools">
                <label>{say('play-lines')} <select value={shows} onChange={(event) => setShows(event.currentTarget.value as Shows)}>
                  <option value="weights">{say('play-weights')}</option>
                  <option value="gradients">{say('play-gradients')}</option>
                </select></label>
              </div>
              <Network moment={moment} scene={scene} settings={settings} choices={choices} shows={shows} onUnit={setUnit} onHidden={(hidden) => play.change({hidden})} onWeight={play.set} />
              <Comments word={moment.play} epoch={moment.epoch} running={running} />
            </div>
            <div>
              <Plane moment={moment} scene={scene} unit={unit} held={held} plain={plain} />
              <div class="tools">
                <label class="check"><input type="checkbox" checked={held} onChange={(event) => setHeld(event.currentTarget.checked)} /> {say('play-held')}</label>
                <label class="check"><input type="checkbox" checked={plain} onChange={(event) => setPlain(event.currentTarget.checked)} /> {say('play-plain')}</label>
              </div>
              <Losses moment={moment} />
            </div>
          </>
        ) : <p class="note">{say('play-warming')}</p>}
      </div>
      {moment && <Python word={moment.play} settings={moment.settings} />}
    </main>
  );
}

function Losses({moment}: {moment: Moment}) {
  const {say, number} = useSpeech();
  const {curve, last} = moment;
  const series = useMemo(
    () => [
      {label: say('series-train'), colour: '--series-1', values: curve.map((one) => one.train)},
      {label: say('series-validation'), colour: '--series-2', values: curve.map((one) => one.held)},
    ],
    [curve],
  );
  const x = useMemo(() => curve.map((one) => one.epoch), [curve]);
  const shown = last ? say('play-losses', {train: number(last.train, 3), held: number(last.held, 3), metric: moment.metric, value: number(last.metric, 3)}) : say('play-no-losses');
  return (
    <figure>
      <figcaption><h2>{say('loss')}</h2><p>{shown}</p></figcaption>
      {curve.length > 1 && <Plot label={shown} x={x} series={series} xLabel={say('across-epoch')} height={170} range={null} onRange={() => {}} extent={[x[0]!, x.at(-1)!]} format={number} />}
    </figure>
  );
}

function Comments({word, epoch, running}: {word: string; epoch: number; running: boolean}) {
  const {say, language} = useSpeech();
  const [found, setFound] = useState<Comment[]>([]);
  const asked = useRef(0);
  useEffect(() => {
    if (running && Date.now() - asked.current < COMMENTED_EVERY) return;
    asked.current = Date.now();
    const control = new AbortController();
    ask<Comment[]>(`api/play/${word}/comments?language=${language}`, undefined, control.signal).then(setFound, () => {});
    return () => control.abort();
  }, [word, language, running, running ? Math.floor(Date.now() / COMMENTED_EVERY) : epoch]);
  return (
    <section class="play-comments" aria-label={say('play-comments')} aria-live="polite">
      <h2>{say('play-comments')}</h2>
      {found.length === 0 && <p class="note">{say('play-no-comments')}</p>}
      {found.map((one) => (
        <article key={one.code + one.title} class={`finding ${one.severity}`}>
          <h3><span class="code">{one.code}</span> {one.title}</h3>
          <p class="note">{one.cause}</p>
          <p class="note">{one.fix}</p>
        </article>
      ))}
    </section>
  );
}

function Python({word, settings}: {word: string; settings: Settings}) {
  const {say} = useSpeech();
  const [open, setOpen] = useState(false);
  const {content} = useAnswer<{python: string}>(open ? `api/play/${word}/python` : null, JSON.stringify(settings));
  return (
    <details onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{say('play-python')}</summary>
      {content && (
        <>
          <pre><code>{content.python}</code></pre>
          <button onClick={() => void navigator.clipboard?.writeText(content.python)}>{say('play-copy')}</button>
        </>
      )}
    </details>
  );
}
