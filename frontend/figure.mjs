// Draws a Vega-Lite spec as an SVG for the documentation: node figure.mjs SPEC.json FIGURE.svg
import {readFileSync, writeFileSync} from 'node:fs';
import {View, parse} from 'vega';
import {compile} from 'vega-lite';

const [source, target] = process.argv.slice(2);
const spec = JSON.parse(readFileSync(source, 'utf8'));
// Grey text and strong colours, legible on a white page and on a dark one.
const config = {
  background: null,
  font: 'system-ui, sans-serif',
  view: {stroke: null},
  axis: {labelColor: '#777', titleColor: '#777', domainColor: '#999', tickColor: '#999', gridColor: '#8884'},
  legend: {orient: 'top', columns: 2, labelColor: '#777', labelFontSize: 12, title: null},
  line: {strokeWidth: 2},
};
const compiled = compile({...spec, width: 560}, {config}).spec;
const svg = await new View(parse(compiled), {renderer: 'none'}).toSVG();
writeFileSync(target, `${svg}\n`);
