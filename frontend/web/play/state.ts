// A play on the server: one request at a time, the newest settings always, and as many epochs as the speed says.
import {useCallback, useEffect, useRef, useState} from 'preact/hooks';

import {ask} from '../server';

export type Settings = {
  problem: string;
  table: string;
  features: string[];
  axes: string[];
  noise: number;
  train_share: number;
  batch_size: number;
  hidden: number[];
  activation: string;
  optimiser: string;
  learning_rate: number;
  penalty: string;
  strength: number;
  seed: number;
};
export type Choices = {
  settings: Settings;
  problems: string[];
  data: string[];
  features: string[];
  activations: string[];
  optimisers: string[];
  penalties: string[];
  layers: number;
  units: number;
};
export type Edges = {weights: number[][]; gradients: number[][]; biases: number[]; bias_gradients: number[]};
export type Picture = {layers: string[][]; scales: number[][]; edges: Edges[]; output: string; sure: string; side: number};
export type Dots = {x: number[]; y: number[]; value: number[]};
export type Point = {epoch: number; train: number | null; held: number | null; metric: number | null};
export type Scene = {
  axes: [string, string];
  low: [number, number];
  high: [number, number];
  flat: boolean;
  classes: string[];
  regression: boolean;
  inputs: string[];
  target: string;
  dots: {train: Dots; held: Dots};
};
export type Moment = {
  play: string;
  settings: Settings;
  epoch: number;
  stopped: boolean;
  parameters: number;
  metric: string;
  last: Point | null;
  curve: Point[];
  picture: Picture;
};
export type Comment = {code: string; severity: 'info' | 'warning' | 'error'; title: string; cause: string; fix: string};
/** A weight that a person sets: into unit `unit` of layer `layer`, from unit `before` (-1 for the bias). */
export type Weight = {layer: number; before: number; unit: number; value: number};

type Wanted = {settings: Settings | null; rounds: number; by_step: boolean; weight: Weight | null; anew: boolean};
const NOTHING: Wanted = {settings: null, rounds: 0, by_step: false, weight: null, anew: false};

export function usePlay(first: Settings) {
  const [settings, setSettings] = useState(first);
  const [moment, setMoment] = useState<Moment | null>(null);
  const [scene, setScene] = useState<Scene | null>(null);
  const [running, setRunning] = useState(false);
  const [error, setError] = useState('');
  const [busy, setBusy] = useState(true);
  const word = useRef('');
  const wanted = useRef<Wanted>({...NOTHING, settings: first, anew: true});
  const flying = useRef(false);
  const latest = useRef({running, speed: 1, settings: first});
  latest.current.running = running;

  const fly = useCallback(async () => {
    if (flying.current) return;
    flying.current = true;
    for (;;) {
      const {settings: chosen, rounds, by_step, weight, anew} = wanted.current;
      const go = latest.current.running;
      if (!chosen && !rounds && !weight && !anew && !go) break;
      wanted.current = {...NOTHING};
      if (!go || chosen) setBusy(true);
      try {
        const answer = anew
          ? await ask<Moment & Partial<Scene>>('api/play', {settings: chosen ?? latest.current.settings})
          : await ask<Moment & Partial<Scene>>(`api/play/${word.current}`, {settings: chosen ?? {}, rounds: rounds || (go ? latest.current.speed : 0), by_step, weight});
        word.current = answer.play;
        setError('');
        setMoment(answer);
        if (answer.dots) setScene(answer as unknown as Scene);
        if (answer.stopped) setRunning((latest.current.running = false));
      } catch (failure) {
        setError((failure as Error).message);
        setRunning((latest.current.running = false));
      }
      await new Promise(requestAnimationFrame);
    }
    flying.current = false;
    setBusy(false);
  }, []);

  const change = useCallback((part: Partial<Settings>, anew = false) => {
    const next = {...latest.current.settings, ...part};
    latest.current.settings = next;
    setSettings(next);
    wanted.current = {...wanted.current, settings: next, anew: anew || wanted.current.anew || !word.current};
    void fly();
  }, []);

  useEffect(() => {
    void fly();
    return () => void (latest.current.running = false);
  }, []);

  return {
    settings, moment, scene, running, error, busy, change,
    speed: (epochs: number) => void (latest.current.speed = epochs),
    run: (on: boolean) => (setRunning((latest.current.running = on)), void fly()),
    step: () => (setRunning((latest.current.running = false)), (wanted.current = {...wanted.current, rounds: 1, by_step: true}), void fly()),
    epoch: () => (setRunning((latest.current.running = false)), (wanted.current = {...wanted.current, rounds: 1}), void fly()),
    set: (weight: Weight) => ((wanted.current = {...wanted.current, weight}), void fly()),
    again: () => (setRunning((latest.current.running = false)), (wanted.current = {...wanted.current, anew: true}), void fly()),
  };
}
