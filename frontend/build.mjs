// Bundles the chart renderer into the one file that the report inlines. The same inputs give the same bytes.
import {build} from 'esbuild';

await build({
  entryPoints: ['src/charts.js'],
  outfile: '../src/piste/report/assets/charts.min.js',
  bundle: true,
  minify: true,
  format: 'iife',
  target: ['chrome109', 'firefox115', 'safari16.4'],
  charset: 'ascii',
  alias: {vega: 'vega-util'}, // Vega-Lite takes only these functions from the umbrella package
  legalComments: 'none',
  banner: {js: '/*! Vega, Vega-Lite, vega-interpreter and vega-tooltip: BSD-3-Clause, University of Washington Interactive Data Lab. D3: ISC, Mike Bostock. */'},
  logLevel: 'info',
});
