// One node in numbers: its value, the gradient that reaches it and from where, and the chain rule for one weight.
import {useEffect, useState} from 'preact/hooks';

import {ask} from '../server';
import {useSpeech} from '../speech';
import type {Box, Graph, GraphNode, Statistics} from './fold';

type Factor = {source: string; target: string; source_value: number; target_value: number; derivative: number; rule: string};
type Chain = {weight: string; value: number; gradient: number; loss: number; stations: {name: string; operation: string; shape: number[]; moves: number; gradient: number; product: number}[]; paths: {factors: Factor[]; product: number}[]; count: number; rest: number; why: string; note: string};

export function Detail({graph, box, chainAt, onGo, onOpen}: {graph: Graph; box: Box | null; chainAt: string; onGo: (node: GraphNode) => void; onOpen: (box: Box) => void}) {
  const {say, count} = useSpeech();
  if (!box) return <aside class="detail-panel" aria-label={say('detail')}><p class="note">{say('choose-node')}</p><p class="note">{say('graph-keys')}</p></aside>;
  if (box.group) {
    return (
      <aside class="detail-panel" aria-label={say('detail')}>
        <h2>{box.title}</h2>
        <p class="note">{box.group.path}</p>
        <p>{say('group-of', {nodes: count(box.group.nodes), weights: count(box.group.weights)})}</p>
        <button onClick={() => onOpen(box)}>{say('open-group')}</button>
      </aside>
    );
  }
  return <NodeDetail graph={graph} node={box.node!} chainAt={chainAt} onGo={onGo} />;
}

function NodeDetail({graph, node, chainAt, onGo}: {graph: Graph; node: GraphNode; chainAt: string; onGo: (node: GraphNode) => void}) {
  const {say, number} = useSpeech();
  const onward = graph.edges.filter((edge) => edge.source === node.number);
  const from = graph.edges.filter((edge) => edge.target === node.number);
  const link = (number: number) => <button class="link" onClick={() => onGo(graph.nodes[number]!)}>{graph.nodes[number]?.name}</button>;
  return (
    <aside class="detail-panel" aria-label={say('detail')}>
      <h2>{node.name}</h2>
      <p class="note">{[say(`node-${node.kind}`), node.operation, node.shape.join(' × '), node.dtype, node.line, node.inside].filter(Boolean).join(' · ')}</p>
      <div class="table"><table class="numbers-table">
        <thead><tr><th scope="col" /><th scope="col" class="right">{say('value')}</th><th scope="col" class="right">{say('gradient')}</th></tr></thead>
        <tbody>
          {(['norm', 'mean', 'deviation', 'low', 'high', 'zeros', 'not_finite'] as const).map((one) => (
            <tr key={one}><th scope="row">{say(`statistic-${one.replace('_', '-')}`)}</th><td class="right">{shown(node.value, one, number)}</td><td class="right">{shown(node.gradient, one, number)}</td></tr>
          ))}
        </tbody>
      </table></div>
      {node.value && node.value.numbers.length > 0 && <Numbers label={say('values')} numbers={node.value.numbers} />}
      {node.gradient && node.gradient.numbers.length > 0 && <Numbers label={say('gradients')} numbers={node.gradient.numbers} />}
      {!node.gradient && <p class="note">{say('no-gradient')}</p>}
      {onward.length > 0 && <><h3>{say('gradient-from')}</h3><ul class="edges">{onward.map((edge, place) => <li key={place}>{link(edge.target)}<span>{edge.gradient === null ? '–' : number(edge.gradient, 3)}{edge.share !== null && ` · ${number(edge.share, 3)}`}</span></li>)}</ul></>}
      {from.length > 0 && <><h3>{say('computed-from')}</h3><ul class="edges">{from.map((edge, place) => <li key={place}>{link(edge.source)}<span>{edge.gradient === null ? '–' : number(edge.gradient, 3)}</span></li>)}</ul></>}
      {node.kind === 'weight' && <ChainRule key={node.name} node={node} at={chainAt} />}
    </aside>
  );
}

function shown(statistics: Statistics | null, name: 'norm' | 'mean' | 'deviation' | 'low' | 'high' | 'zeros' | 'not_finite', number: (value: number | null) => string): string {
  return statistics ? number(statistics[name]) : '';
}

function Numbers({label, numbers}: {label: string; numbers: (number | null)[]}) {
  const {number} = useSpeech();
  return <p class="note">{label}: <span class="numbers">{numbers.map((one) => number(one, 4)).join('  ')}</span></p>;
}

function ChainRule({node, at}: {node: GraphNode; at: string}) {
  const {say, number} = useSpeech();
  const [places, setPlaces] = useState(node.shape.map(() => 0).join(', '));
  const [asked, setAsked] = useState('');
  const [chain, setChain] = useState<Chain | null>(null);
  const [error, setError] = useState('');
  useEffect(() => {
    if (!asked) return;
    const control = new AbortController();
    ask<Chain>(`${at}&weight=${encodeURIComponent(asked)}`, undefined, control.signal).then(
      (found) => (setChain(found), setError('')),
      (failure: Error) => failure.name !== 'AbortError' && (setError(failure.message), setChain(null)),
    );
    return () => control.abort();
  }, [asked, at]);
  return (
    <section class="chain">
      <h3>{say('chain-rule')}</h3>
      <form class="tools" onSubmit={(event) => (event.preventDefault(), setAsked(node.shape.length ? `${node.name}[${places}]` : node.name))}>
        {node.shape.length > 0 && <label>{say('place')} <input id="place" size={8} value={places} onInput={(event) => setPlaces(event.currentTarget.value)} /></label>}
        <button class="main">{say('spell-out')}</button>
      </form>
      {error && <p class="bad-text" role="alert">{error}</p>}
      {chain && (
        <>
          <p>{say('chain-result', {weight: chain.weight, value: number(chain.value), gradient: number(chain.gradient)})}</p>
          <ol class="stations">{chain.stations.map((one, place) => <li key={place}><b>{one.name}</b> <span class="note">{say('station', {moves: number(one.moves), gradient: number(one.gradient), product: number(one.product)})}</span></li>)}</ol>
          {chain.paths.map((path, place) => (
            <details key={place} open={place === 0}>
              <summary>{say('path-of', {place: place + 1, count: number(chain.count), product: number(path.product)})}</summary>
              <ol class="factors">{path.factors.map((one, step) => <li key={step}>{one.source} → {one.target}: <b>{number(one.derivative)}</b> {one.rule && <span class="note">({one.rule})</span>}</li>)}</ol>
            </details>
          ))}
          {chain.paths.length > 0 && <p class="note">{say('rest-of-paths', {rest: number(chain.rest)})}</p>}
          {[chain.note, chain.why].filter(Boolean).map((one) => <p key={one} class="note">{one}</p>)}
        </>
      )}
    </section>
  );
}
