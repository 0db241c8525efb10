// Where things stand in the map. ELK computes it, in a worker, so that the page stays alive.
import type { ELK, ElkExtendedEdge, ElkNode } from "elkjs/lib/elk-api.js";
import worker from "elkjs/lib/elk-worker.min.js?url";
import type { Graph } from "./graph.ts";
import { END, START } from "./graph.ts";

/** The size of an activity's box and of the round ends, in pixels. */
export const BOX = { width: 196, height: 62 };
export const DOT = { width: 64, height: 34 };

/** A point. */
export interface Point {
  x: number;
  y: number;
}

/** Where an arrow runs and its label stands. */
export interface Run {
  points: readonly Point[];
  label: Point;
}

/** Where everything stands, and how large it is. */
export interface Layout {
  width: number;
  height: number;
  nodes: ReadonlyMap<string, Point>;
  arrows: ReadonlyMap<string, Run>;
}

/** The id of an arrow. */
export function arrowId(from: string, to: string): string {
  return `${from}\u0000${to}`;
}

/** The label's room. */
const LABEL = { width: 48, height: 18 };

let elk: Promise<ELK> | undefined;

function engine(): Promise<ELK> {
  elk ??= import("elkjs/lib/elk-api.js").then(({ default: Elk }) => new Elk({ workerFactory: () => new Worker(worker) }));
  return elk;
}

const OPTIONS = {
  "elk.algorithm": "layered",
  "elk.direction": "DOWN",
  "elk.edgeRouting": "ORTHOGONAL",
  "elk.layered.spacing.nodeNodeBetweenLayers": "24",
  "elk.layered.spacing.edgeNodeBetweenLayers": "16",
  "elk.spacing.nodeNode": "36",
  "elk.spacing.edgeNode": "18",
  "elk.spacing.edgeEdge": "14",
  "elk.spacing.edgeLabel": "3",
  "elk.layered.nodePlacement.strategy": "BRANDES_KOEPF",
  "elk.layered.nodePlacement.favorStraightEdges": "true",
  "elk.layered.edgeLabels.sideSelection": "SMART_DOWN",
  "elk.layered.considerModelOrder.strategy": "PREFER_EDGES",
  "elk.layered.feedbackEdges": "true",
};

/** Lays a graph out, from top to bottom. */
export async function layOut(graph: Graph): Promise<Layout> {
  const node = (id: string, size: { width: number; height: number }, layer?: "FIRST" | "LAST"): ElkNode => ({
    id,
    ...size,
    ...(layer ? { layoutOptions: { "elk.layered.layering.layerConstraint": layer } } : {}),
  });
  const root: ElkNode = {
    id: "map",
    layoutOptions: OPTIONS,
    children: [node(START, DOT, "FIRST"), ...graph.activities.map((id) => node(id, BOX)), node(END, DOT, "LAST")],
    edges: graph.arrows.map(({ from, to, count }): ElkExtendedEdge => {
      const id = arrowId(from, to);
      return {
        id,
        sources: [from],
        targets: [to],
        labels: [{ id: `${id}\u0000label`, text: " ", ...LABEL, layoutOptions: { "elk.edgeLabels.inline": "true" } }],
        // Frequent arrows are the straight ones.
        layoutOptions: { "elk.layered.priority.straightness": String(count), "elk.layered.priority.direction": String(count) },
      };
    }),
  };
  const laid = await (await engine()).layout(root);
  const nodes = new Map((laid.children ?? []).map(({ id, x = 0, y = 0 }) => [id, { x, y }]));
  const arrows = new Map<string, Run>();
  for (const edge of laid.edges ?? []) {
    const section = edge.sections?.[0];
    if (!section) continue;
    const points = [section.startPoint, ...(section.bendPoints ?? []), section.endPoint];
    const label = edge.labels?.[0];
    arrows.set(edge.id, {
      points,
      label: { x: (label?.x ?? points[0]?.x ?? 0) + LABEL.width / 2, y: (label?.y ?? points[0]?.y ?? 0) + LABEL.height / 2 },
    });
  }
  return { width: laid.width ?? 0, height: laid.height ?? 0, nodes, arrows };
}

/** The smallest scale at which the map can be read. */
const LEGIBLE = 0.72;
const MARGIN = 14;

/** From where a map is first seen in a window: all of it if that can be read, or else its beginning. */
export function firstView(layout: Layout, window: { width: number; height: number }): { x: number; y: number; zoom: number } {
  const fits = Math.min((window.width - 2 * MARGIN) / Math.max(layout.width, 1), (window.height - 2 * MARGIN) / Math.max(layout.height, 1), 1);
  const zoom = Math.max(fits, LEGIBLE);
  const whole = layout.width * zoom <= window.width;
  const middle = whole ? layout.width / 2 : (layout.nodes.get(START)?.x ?? 0) + DOT.width / 2;
  return { x: window.width / 2 - middle * zoom, y: MARGIN, zoom };
}

const CORNER = 10;

/** The path through the points with rounded corners, as SVG. */
export function rounded(points: readonly Point[]): string {
  const [first, ...rest] = points;
  if (!first) return "";
  let path = `M ${first.x} ${first.y}`;
  let before = first;
  rest.forEach((corner, n) => {
    const after = rest[n + 1];
    if (!after) {
      path += ` L ${corner.x} ${corner.y}`;
      return;
    }
    const [a, b] = [toward(corner, before), toward(corner, after)];
    path += ` L ${a.x} ${a.y} Q ${corner.x} ${corner.y} ${b.x} ${b.y}`;
    before = corner;
  });
  return path;
}

/** The point near `from` on the way to `to`, at most half of it. */
function toward(from: Point, to: Point): Point {
  const length = Math.hypot(to.x - from.x, to.y - from.y);
  const part = length === 0 ? 0 : Math.min(CORNER, length / 2) / length;
  return { x: from.x + (to.x - from.x) * part, y: from.y + (to.y - from.y) * part };
}
