// The graph as it is seen: nodes that lie in a closed group are one box, and edges between boxes are one line.

export type Statistics = {mean: number | null; deviation: number | null; low: number | null; high: number | null; norm: number | null; zeros: number; not_finite: number; numbers: (number | null)[]};
export type GraphNode = {number: number; name: string; kind: 'weight' | 'input' | 'constant' | 'operation' | 'loss'; operation: string; group: number; shape: number[]; dtype: string; line: string; inside: string; value: Statistics | null; gradient: Statistics | null};
export type GraphEdge = {source: number; target: number; gradient: number | null; share: number | null};
export type Group = {number: number; name: string; path: string; kind: string; parent: number | null; nodes: number; weights: number};
export type Graph = {title: string; loss: number | null; nodes: GraphNode[]; edges: GraphEdge[]; groups: Group[]; kept: {words: string}; notes: string[]};

export type Box = {id: string; title: string; detail: string; kind: string; node: GraphNode | null; group: Group | null; gradient: number | null};
export type Line = {source: string; target: string; gradient: number | null; count: number};
export type Seen = {boxes: Box[]; lines: Line[]};

export const WHOLE = 0;

/** The groups round a group, itself first. */
export function around(graph: Graph, group: number): number[] {
  const found: number[] = [];
  for (let at: number | null = group; at !== null && !found.includes(at); at = graph.groups[at]?.parent ?? null) found.push(at);
  return found;
}

export function seen(graph: Graph, open: ReadonlySet<number>, constants: boolean): Seen {
  const homes = graph.groups.map((group) => closed(graph, group.number, open));
  const id = (node: GraphNode) => {
    const home = homes[node.group] ?? null;
    return home === null ? `n${node.number}` : `g${home}`;
  };
  const boxes = new Map<string, Box>();
  const ids = new Map<number, string>();
  for (const node of graph.nodes) {
    if (node.kind === 'constant' && !constants) continue;
    const name = id(node);
    ids.set(node.number, name);
    const before = boxes.get(name);
    if (!before) boxes.set(name, name.startsWith('n') ? nodeBox(name, node) : groupBox(name, graph.groups[homes[node.group]!]!));
    const box = boxes.get(name)!;
    if (box.group && node.gradient?.norm) box.gradient = Math.max(box.gradient ?? 0, node.gradient.norm);
  }
  const lines = new Map<string, Line>();
  for (const edge of graph.edges) {
    const [source, target] = [ids.get(edge.source), ids.get(edge.target)];
    if (source === undefined || target === undefined || source === target) continue;
    const key = `${source} ${target}`;
    const line = lines.get(key) ?? {source, target, gradient: null, count: 0};
    line.count += 1;
    if (edge.gradient !== null) line.gradient = Math.max(line.gradient ?? 0, edge.gradient);
    lines.set(key, line);
  }
  return {boxes: [...boxes.values()], lines: [...lines.values()]};
}

/** The outermost group round `group` that is closed; null where all are open. */
function closed(graph: Graph, group: number, open: ReadonlySet<number>): number | null {
  const shut = around(graph, group).filter((one) => one !== WHOLE && !open.has(one));
  return shut.at(-1) ?? null;
}

function nodeBox(id: string, node: GraphNode): Box {
  const title = node.name.split('/').at(-1)!;
  const shape = node.shape.length ? node.shape.join('×') : (node.value?.numbers[0]?.toPrecision(4) ?? '');
  return {id, title: node.kind === 'operation' ? node.operation || title : title, detail: shape, kind: node.kind, node, group: null, gradient: node.gradient?.norm ?? null};
}

function groupBox(id: string, group: Group): Box {
  return {id, title: group.name, detail: '', kind: 'group', node: null, group, gradient: null};
}
