// Draws each Vega-Lite spec of the page into its figure. Expressions are interpreted, never compiled, so the
// page's Content-Security-Policy needs no 'unsafe-eval'. Only the parts of Vega that Vega-Lite's plain marks
// use are registered (no maps, forces, trees or word clouds), which halves the file.
import {transforms} from 'vega-dataflow';
import * as encoders from 'vega-encode';
import {expressionInterpreter} from 'vega-interpreter';
import {compile} from 'vega-lite';
import {parse} from 'vega-parser';
import {Handler} from 'vega-tooltip';
import * as dataTransforms from 'vega-transforms';
import {extend} from 'vega-util';
import {View} from 'vega-view';
import * as viewTransforms from 'vega-view-transforms';

import {theme} from './theme.js';

extend(transforms, dataTransforms, viewTransforms, encoders);

const tooltip = new Handler({disableDefaultStyle: true}).call;

async function draw(place, spec) {
  const program = parse(compile(spec, {config: theme}).spec, null, {ast: true});
  const view = new View(program, {expr: expressionInterpreter, renderer: 'svg', container: place, hover: true, tooltip});
  await view.runAsync();
  new ResizeObserver(() => view.resize().runAsync()).observe(place);
  place.dataset.drawn = 'yes';
}

async function drawWhenSeen(place, spec) {
  try {
    await draw(place, spec);
  } catch (error) {
    place.closest('figure').classList.add('failed');
    console.error(error);
  }
}

globalThis.pisteDraw = draw; // for a page that brings its specs later

const specs = JSON.parse(document.getElementById('chart-specs')?.textContent ?? '[]');
for (const place of document.querySelectorAll('[data-chart]')) {
  drawWhenSeen(place, specs[Number(place.dataset.chart)]);
}
