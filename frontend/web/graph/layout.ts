// Where the boxes and lines lie: dagre, which is fetched when a graph is first opened.
import dagre from '@dagrejs/dagre';

import type {Seen} from './fold';

export type Placed = {
  width: number;
  height: number;
  boxes: Map<string, {x: number; y: number; width: number; height: number}>;
  lines: Map<string, {x: number; y: number}[]>;
};

const [HEIGHT, LEAST, MOST] = [40, 90, 240];

export function placed({boxes, lines}: Seen): Placed {
  const graph = new dagre.graphlib.Graph();
  graph.setGraph({rankdir: 'TB', nodesep: 16, ranksep: 34, marginx: 16, marginy: 16});
  graph.setDefaultEdgeLabel(() => ({}));
  for (const box of boxes) {
    const detail = box.group ? (box.group.weights ? 23 : 10) : box.detail.length;
    const letters = Math.max(box.title.length + (box.group ? 2 : 0), detail);
    graph.setNode(box.id, {width: Math.min(MOST, Math.max(LEAST, 7.2 * letters + 28)), height: HEIGHT});
  }
  for (const line of lines) graph.setEdge(line.source, line.target);
  dagre.layout(graph);
  const size = graph.graph() as {width?: number; height?: number};
  return {
    width: size.width ?? 100,
    height: size.height ?? 100,
    boxes: new Map(boxes.map((box) => [box.id, graph.node(box.id) as {x: number; y: number; width: number; height: number}])),
    lines: new Map(lines.map((line) => [`${line.source} ${line.target}`, (graph.edge(line.source, line.target) as {points: {x: number; y: number}[]}).points])),
  };
}
