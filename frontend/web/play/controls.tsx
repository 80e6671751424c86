// What a person can turn: the training along the top, the data at the side.
import {useEffect, useState} from 'preact/hooks';

import {useSpeech} from '../speech';
import type {Choices, Scene, Settings} from './state';

const RATES = [0.00001, 0.0001, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10];
const STRENGTHS = [0, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10];
type Change = (part: Partial<Settings>, anew?: boolean) => void;

function Select({label, value, values, shown, onChange}: {label: string; value: string | number; values: (string | number)[]; shown?: (value: string | number) => string; onChange: (value: string) => void}) {
  const listed = values.includes(value) ? values : [value, ...values];
  return (
    <label>
      <span>{label}</span>
      <select value={value} onChange={(event) => onChange(event.currentTarget.value)}>
        {listed.map((one) => <option key={one} value={one}>{shown ? shown(one) : one}</option>)}
      </select>
    </label>
  );
}

/** A slider that changes its number at once and what depends on it when it is let go. */
function Slider({label, value, low, high, step, shown, onChange}: {label: string; value: number; low: number; high: number; step: number; shown: (value: number) => string; onChange: (value: number) => void}) {
  const [at, setAt] = useState(value);
  useEffect(() => setAt(value), [value]);
  return (
    <label class="play-slider">
      <span>{label} <b>{shown(at)}</b></span>
      <input type="range" min={low} max={high} step={step} value={at} aria-valuetext={shown(at)} onInput={(event) => setAt(Number(event.currentTarget.value))} onChange={(event) => onChange(Number(event.currentTarget.value))} />
    </label>
  );
}

export function TrainingControls({settings, choices, change}: {settings: Settings; choices: Choices; change: Change}) {
  const {say, known, number} = useSpeech();
  const numbers = (value: string | number) => number(Number(value));
  return (
    <div class="play-controls" role="group" aria-label={say('play-training')}>
      <Select label={say('learning-rate')} value={settings.learning_rate} values={RATES} shown={numbers} onChange={(value) => change({learning_rate: Number(value)})} />
      <Select label={say('play-activation')} value={settings.activation} values={choices.activations} onChange={(value) => change({activation: value})} />
      <Select label={say('play-optimiser')} value={settings.optimiser} values={choices.optimisers} onChange={(value) => change({optimiser: value})} />
      <Select label={say('play-penalty')} value={settings.penalty} values={choices.penalties} shown={(value) => known(`play-penalty-${value}`, String(value))} onChange={(value) => change({penalty: value})} />
      <Select label={say('play-strength')} value={settings.strength} values={STRENGTHS} shown={numbers} onChange={(value) => change({strength: Number(value)})} />
    </div>
  );
}

export function DataControls({settings, choices, scene, change}: {settings: Settings; choices: Choices; scene: Scene | null; change: Change}) {
  const {say, known, percent, number} = useSpeech();
  const made = choices.problems.includes(settings.problem);
  const [text, setText] = useState(settings.table);
  const [pasting, setPasting] = useState(settings.problem === 'pasted');
  const picked = (problem: string) => {
    setPasting(problem === 'pasted');
    if (problem !== 'pasted' || text.trim()) change({problem, table: problem === 'pasted' ? text : settings.table, axes: []});
  };
  return (
    <section class="play-data" aria-label={say('play-data')}>
      <h2>{say('play-data')}</h2>
      <div class="play-controls column">
        <label>
          <span>{say('play-problem')}</span>
          <select value={pasting ? 'pasted' : settings.problem} onChange={(event) => picked(event.currentTarget.value)}>
            <optgroup label={say('play-made')}>{choices.problems.map((one) => <option key={one} value={one}>{known(`problem-${one}`, one)}</option>)}</optgroup>
            <optgroup label={say('play-real')}>{choices.data.map((one) => <option key={one} value={one}>{known(`problem-${one}`, one)}</option>)}</optgroup>
          </select>
        </label>
        {pasting && (
          <form onSubmit={(event) => (event.preventDefault(), change({problem: 'pasted', table: text, axes: []}))}>
            <label><span>{say('play-paste')}</span>
              <textarea rows={6} value={text} onInput={(event) => setText(event.currentTarget.value)} placeholder={'width,height,kind\n1.2,3.4,small\n…'} /></label>
            <button type="submit" disabled={!text.trim()}>{say('play-use')}</button>
          </form>
        )}
        <Slider label={say('play-share')} value={settings.train_share} low={0.1} high={0.9} step={0.05} shown={percent} onChange={(value) => change({train_share: value})} />
        <Slider label={say('play-noise')} value={settings.noise} low={0} high={0.5} step={0.05} shown={(value) => number(value, 2)} onChange={(value) => change({noise: value})} />
        <Slider label={say('play-batch')} value={settings.batch_size} low={1} high={50} step={1} shown={(value) => number(value)} onChange={(value) => change({batch_size: value})} />
        {made ? <Features settings={settings} choices={choices} change={change} /> : scene && scene.inputs.length > 2 && <Axes settings={settings} scene={scene} change={change} />}
        <label><span>{say('play-seed')}</span> <input type="number" min={0} max={2147483647} step={1} value={settings.seed} onChange={(event) => change({seed: Math.max(0, Math.round(Number(event.currentTarget.value)) || 0)})} /></label>
        <button onClick={() => change({seed: settings.seed + 1})}>{say('play-redraw')}</button>
      </div>
    </section>
  );
}

function Features({settings, choices, change}: {settings: Settings; choices: Choices; change: Change}) {
  const {say} = useSpeech();
  const toggled = (name: string, on: boolean) => change({features: on ? [...settings.features, name] : settings.features.filter((one) => one !== name)});
  return (
    <fieldset class="play-features">
      <legend>{say('play-features')}</legend>
      {choices.features.map((name) => {
        const on = settings.features.includes(name);
        return <label key={name} class="check"><input type="checkbox" checked={on} disabled={on && settings.features.length === 1} onChange={(event) => toggled(name, event.currentTarget.checked)} /> {name}</label>;
      })}
    </fieldset>
  );
}

function Axes({settings, scene, change}: {settings: Settings; scene: Scene; change: Change}) {
  const {say} = useSpeech();
  const [first, second] = settings.axes;
  const picked = (at: number, name: string) => {
    if (!name) return change({axes: []});
    const other = settings.axes[1 - at] ?? scene.inputs.find((one) => one !== name)!;
    change({axes: at === 0 ? [name, other] : [other, name]});
  };
  return (
    <>
      {[first, second].map((name, at) => (
        <label key={at}><span>{say(at === 0 ? 'play-across' : 'play-upwards')}</span>
          <select value={name ?? ''} onChange={(event) => picked(at, event.currentTarget.value)}>
            <option value="">{say('play-principal', {number: at + 1})}</option>
            {scene.inputs.map((one) => <option key={one} value={one}>{one}</option>)}
          </select></label>
      ))}
    </>
  );
}
