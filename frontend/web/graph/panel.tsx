// The graph of the loss on one example: folded by layer, searched by name, every node with its value and gradient.
import {useMemo, useState} from 'preact/hooks';

import {Message} from '../message';
import type {PanelProps} from '../run';
import {useAnswer} from '../server';
import {useSpeech} from '../speech';
import {Detail} from './detail';
import {Drawing} from './drawing';
import {around, seen, WHOLE, type Box, type Graph, type GraphNode} from './fold';
import {placed} from './layout';

const MOST = 700; // boxes drawn at once
const SPLITS = ['test', 'train', 'validation'];

export default function GraphPanel({name, head}: PanelProps) {
  const {say, known, number, count} = useSpeech();
  const [split, setSplit] = useState('test');
  const [example, setExample] = useState(0);
  const at = `split=${split}&example=${example}`;
  const base = `api/runs/${encodeURIComponent(name)}`;
  const finished = head.status === 'finished';
  const {content, error, waiting} = useAnswer<Graph>(finished ? `${base}/graph?${at}` : null);
  if (!finished) return <p>{say('graph-when-finished')}</p>;
  return (
    <>
      <div class="tools">
        <label>{say('split')} <select id="split" value={split} onChange={(event) => setSplit(event.currentTarget.value)}>{SPLITS.map((one) => <option key={one} value={one}>{known(`split-${one}`, one)}</option>)}</select></label>
        <label>{say('example-number')} <input id="example" type="number" min={0} value={example} onChange={(event) => setExample(Math.max(0, Math.round(Number(event.currentTarget.value) || 0)))} /></label>
        {content && <span class="note" role="status">{say('graph-facts', {loss: number(content.loss), nodes: count(content.nodes.length), edges: count(content.edges.length)})}</span>}
      </div>
      {error ? <Message tone="bad">{error}</Message> : waiting || !content ? <p class="note" role="status">{say('looking')}</p> : <Folded key={content.title} graph={content} chainAt={`${base}/chain?${at}`} />}
    </>
  );
}

function Folded({graph, chainAt}: {graph: Graph; chainAt: string}) {
  const {say, count} = useSpeech();
  const [open, setOpen] = useState<ReadonlySet<number>>(() => new Set([WHOLE]));
  const [constants, setConstants] = useState(false);
  const [chosen, setChosen] = useState('');
  const [words, setWords] = useState('');
  const shown = useMemo(() => seen(graph, open, constants), [graph, open, constants]);
  const layout = useMemo(() => (shown.boxes.length <= MOST ? placed(shown) : null), [shown]);
  const found = useMemo(() => search(graph, words), [graph, words]);
  const matched = useMemo(() => new Set(found.map((node) => `n${node.number}`)), [found]);
  const box = shown.boxes.find((one) => one.id === chosen) ?? null;
  const reveal = (node: GraphNode) => {
    setOpen(new Set([...open, ...around(graph, node.group)]));
    if (node.kind === 'constant') setConstants(true);
    setChosen(`n${node.number}`);
  };
  const opened = (one: Box) => one.group && setOpen(new Set([...open, one.group.number]));
  const within = box?.node ? around(graph, box.node.group).filter((one) => one !== WHOLE && open.has(one)) : [];
  return (
    <>
      <div class="tools">
        <label>{say('find')} <input id="find" type="search" autocomplete="off" list="found" value={words} onInput={(event) => setWords(event.currentTarget.value)} onKeyDown={(event) => event.key === 'Enter' && found[0] && reveal(found[0])} /></label>
        <button onClick={() => setOpen(new Set(graph.groups.map((group) => group.number)))}>{say('open-all')}</button>
        <button onClick={() => (setOpen(new Set([WHOLE])), setChosen(''))}>{say('close-all')}</button>
        {within.length > 0 && <button onClick={() => (setOpen(new Set([...open].filter((one) => one !== within[0]))), setChosen(`g${within[0]}`))}>{say('close-group', {name: graph.groups[within[0]!]!.name})}</button>}
        <label class="check"><input type="checkbox" checked={constants} onChange={(event) => setConstants(event.currentTarget.checked)} /> {say('constants')}</label>
      </div>
      {words && <ul class="found" aria-label={say('found-nodes')}>{found.slice(0, 12).map((node) => <li key={node.number}><button onClick={() => reveal(node)}>{node.name}</button></li>)}{found.length === 0 && <li class="note">{say('nothing-fits')}</li>}{found.length > 12 && <li class="note">{say('more-rows', {count: count(found.length - 12)})}</li>}</ul>}
      {graph.notes.map((note) => <p key={note} class="note">{note}</p>)}
      <div class="graph-and-detail">
        {layout ? <Drawing seen={shown} placed={layout} chosen={chosen} matched={matched} onChoose={(one) => setChosen(one.id)} onOpen={opened} /> : <Message tone="warning">{say('too-many-boxes', {count: count(shown.boxes.length), most: count(MOST)})}</Message>}
        <Detail graph={graph} box={box} chainAt={chainAt} onGo={reveal} onOpen={opened} />
      </div>
      <p class="note">{graph.kept.words}</p>
    </>
  );
}

function search(graph: Graph, words: string): GraphNode[] {
  const wanted = words.toLowerCase().trim();
  return wanted ? graph.nodes.filter((node) => `${node.name} ${node.operation}`.toLowerCase().includes(wanted)) : [];
}
