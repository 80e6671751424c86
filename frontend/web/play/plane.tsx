// The answer of the network, or of one unit, over the plane, with the examples on top.
import {useEffect, useRef} from 'preact/hooks';

import {useSpeech} from '../speech';
import {CLASS_COLOURS, dotColour, paintClasses, paintSigned} from './paint';
import type {Dots, Moment, Scene} from './state';

const SIDE = 640; // pixels of the canvas, whatever its size on the page
export type Unit = {layer: number; unit: number};

export function Plane({moment, scene, unit, held, plain}: {moment: Moment; scene: Scene; unit: Unit | null; held: boolean; plain: boolean}) {
  const speech = useSpeech();
  const {say, number} = speech;
  const place = useRef<HTMLCanvasElement>(null);
  const {picture} = moment;
  useEffect(() => {
    const canvas = place.current!;
    const draw = () => {
      const map = unit && picture.layers[unit.layer]?.[unit.unit];
      if (map) paintSigned(canvas, map, picture.side, plain);
      else if (scene.regression) paintSigned(canvas, picture.output, picture.side, plain);
      else paintClasses(canvas, picture.output, picture.sure, picture.side, plain);
      dotted(canvas, scene.dots.train, scene.regression, false);
      if (held) dotted(canvas, scene.dots.held, scene.regression, true);
    };
    draw();
    const dark = matchMedia('(prefers-color-scheme: dark)');
    dark.addEventListener('change', draw);
    return () => dark.removeEventListener('change', draw);
  }, [moment, scene, unit, held, plain]);
  const [across, up] = scene.axes;
  return (
    <figure class="play-plane">
      <figcaption>
        <h2>{unit ? say('play-unit', {unit: unit.unit + 1, layer: unit.layer}) : say('play-answer', {target: scene.target})}</h2>
      </figcaption>
      <canvas ref={place} width={SIDE} height={SIDE} role="img" aria-label={say('play-plane-label', {across, up, epoch: number(moment.epoch)})} />
      <p class="play-axis"><span>{number(scene.low[0], 3)}</span><span>{across}</span><span>{number(scene.high[0], 3)}</span></p>
      <p class="note">{say('play-up', {up, low: number(scene.low[1], 3), high: number(scene.high[1], 3)})} {scene.flat ? say('play-flat') : ''}</p>
      <Legend scene={scene} />
    </figure>
  );
}

function Legend({scene}: {scene: Scene}) {
  const {say} = useSpeech();
  if (scene.regression) return <p class="play-legend"><span class="play-scale" aria-hidden="true" /> {say('play-scale')}</p>;
  return (
    <ul class="play-legend">
      {scene.classes.map((name, at) => (
        <li key={name}><span class="play-dot" style={{background: `var(${CLASS_COLOURS[at % CLASS_COLOURS.length]})`}} aria-hidden="true" /> {name}</li>
      ))}
    </ul>
  );
}

function dotted(canvas: HTMLCanvasElement, dots: Dots, regression: boolean, rings: boolean) {
  const pen = canvas.getContext('2d')!;
  const paper = getComputedStyle(document.documentElement).getPropertyValue('--paper').trim();
  dots.x.forEach((x, at) => {
    const shade = dotColour(dots.value[at]!, regression);
    pen.beginPath();
    pen.arc(x * SIDE, (1 - dots.y[at]!) * SIDE, 7, 0, 2 * Math.PI);
    pen.lineWidth = rings ? 4 : 2.5;
    pen.fillStyle = rings ? paper : shade;
    pen.strokeStyle = rings ? shade : paper;
    pen.fill();
    pen.stroke();
  });
}
