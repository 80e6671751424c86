// Bundles the chart renderer into the one file that the report inlines, and the page of `piste web` into its scripts
// and its style. The same inputs give the same bytes. `node build.mjs FOLDER` writes below FOLDER instead of ../src/piste.
import {readdirSync, rmSync} from 'node:fs';
import {join} from 'node:path';

import {build} from 'esbuild';

const root = process.argv[2] ?? '../src/piste';
const shared = {
  bundle: true,
  minify: true,
  target: ['chrome109', 'firefox115', 'safari16.4'],
  charset: 'ascii',
  legalComments: 'none',
  logLevel: 'info',
};

await build({
  ...shared,
  entryPoints: ['src/charts.js'],
  outfile: join(root, 'report/assets/charts.min.js'),
  format: 'iife',
  alias: {vega: 'vega-util'}, // Vega-Lite takes only these functions from the umbrella package
  banner: {js: '/*! Vega, Vega-Lite, vega-interpreter and vega-tooltip: BSD-3-Clause, University of Washington Interactive Data Lab. D3: ISC, Mike Bostock. */'},
});

const assets = join(root, 'web/assets');
for (const name of root === '../src/piste' ? readdirSync(assets) : []) {
  if (/^(main|[a-z]+-[A-Z0-9]{8})\.(js|css)$/.test(name)) rmSync(join(assets, name));
}
await build({
  ...shared,
  entryPoints: {main: 'web/main.tsx'},
  outdir: assets,
  entryNames: '[name]',
  chunkNames: '[name]-[hash]', // a panel that is opened later
  format: 'esm',
  splitting: true,
  jsx: 'automatic',
  jsxImportSource: 'preact',
  banner: {js: '/*! Preact: MIT, Jason Miller. uPlot: MIT, Leon Sorokin. dagre: MIT, Chris Pettitt and others. */'},
});
