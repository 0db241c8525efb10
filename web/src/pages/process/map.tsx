// The process as a map: activities and what leads to what. Whoever does not see it has the same as tables.
import "@xyflow/react/dist/base.css";
import { Box, Group, SegmentedControl, Slider, Text, Title } from "@mantine/core";
import {
  BaseEdge,
  Controls,
  EdgeLabelRenderer,
  Handle,
  Position,
  ReactFlow,
  type Edge,
  type EdgeProps,
  type Node,
  type NodeProps,
} from "@xyflow/react";
import { useQuery } from "@tanstack/react-query";
import { useId, useMemo, useRef, useState, type KeyboardEvent, type ReactNode } from "react";
import type { Figure, Process } from "~/api/process.ts";
import { QueryView } from "~/ui/query-view.tsx";
import { share as part, took } from "./figures.ts";
import { activityId, arrows, END, graph, readable, SHARES, START, thickness, type Arrow, type Graph } from "./graph.ts";
import { arrowId, BOX, DOT, firstView, layOut, rounded, type Layout } from "./layout.ts";
import classes from "./process.module.css";

type ActivityNode = Node<{ name: string; count: number; median: number | null; heat: number }, "activity">;
type EndNode = Node<{ name: string; count: number }, "end">;
type ArrowEdge = Edge<{ path: string; label: string; at: { x: number; y: number }; width: number; rare: boolean }, "arrow">;

/** What a click on the map shows the cases of. */
export type Drill = (title: string, figure: Figure) => void;

/** The map with its slider. */
export function ProcessMap({ process, drill, choice }: { process: Process; drill: Drill; choice: ReactNode }) {
  const all = useMemo(() => arrows(process), [process]);
  const beginning = useMemo(() => readable(all), [all]);
  const [chosen, setChosen] = useState<number | null>(null);
  const [shows, setShows] = useState<"count" | "wait">("count");
  const share = chosen ?? beginning;
  const drawn = useMemo(() => graph(all, share), [all, share]);
  const ids = drawn.arrows.map(({ from, to }) => arrowId(from, to)).join("\u0001");
  const layout = useQuery({
    queryKey: ["process-layout", ids],
    queryFn: () => layOut(drawn),
    staleTime: Infinity,
    gcTime: 60_000,
    retry: false,
    placeholderData: (last: Layout | undefined) => last,
  });
  const step = SHARES.indexOf(share);

  return (
    <Box component="section" className="panel" aria-labelledby="map">
      <Group justify="space-between" p="md" pb="xs" gap="md">
        <Group gap="sm">
          <Title order={2} id="map">
            Process map
          </Title>
          {choice}
        </Group>
        <Group gap="lg" className={classes.controls}>
          <Box className={classes.slider}>
            <Text size="xs" c="dimmed" role="status">
              {part(drawn.covered, 1)} of all steps: {drawn.activities.length} of {process.activities.length} activities, {drawn.arrows.length} of {all.length} arrows
            </Text>
            <Slider
              thumbLabel="How much is shown"
              size="sm"
              min={0}
              max={SHARES.length - 1}
              step={1}
              value={step < 0 ? SHARES.length - 1 : step}
              label={null}
              onChange={(at) => setChosen(SHARES[at] ?? 1)}
            />
          </Box>
          <SegmentedControl
            size="xs"
            aria-label="What arrows say"
            value={shows}
            onChange={(value) => setShows(value === "wait" ? "wait" : "count")}
            data={[
              { value: "count", label: "How often" },
              { value: "wait", label: "Waiting time" },
            ]}
          />
        </Group>
      </Group>
      <QueryView query={layout} loading={<Box className={classes.map} role="status" aria-label="Drawing the map" />}>
        {(found) => <Drawn process={process} graph={drawn} layout={found} shows={shows} drill={drill} />}
      </QueryView>
    </Box>
  );
}

function name(id: string): string {
  return id === START ? "Start" : id === END ? "End" : id.slice(activityId("").length);
}

function Drawn({ process, graph: drawn, layout, shows, drill }: { process: Process; graph: Graph; layout: Layout; shows: "count" | "wait"; drill: Drill }) {
  const place = useRef<HTMLDivElement>(null);
  const nodes = useMemo(() => toNodes(process, drawn, layout), [process, drawn, layout]);
  const edges = useMemo(() => toEdges(drawn, layout, shows), [drawn, layout, shows]);
  const open = (id: string) => {
    const activity = process.activities.find((one) => activityId(one.name) === id);
    if (activity) drill(activity.name, { activity: activity.name });
    const arrow = drawn.arrows.find(({ from, to }) => arrowId(from, to) === id);
    if (arrow && arrow.from !== START && arrow.to !== END) {
      drill(`${name(arrow.from)} → ${name(arrow.to)}`, { from_activity: name(arrow.from), to_activity: name(arrow.to) });
    }
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== "Enter" && event.key !== " ") return;
    const target = event.target instanceof Element ? event.target.closest(".react-flow__node, .react-flow__edge") : null;
    const id = target?.getAttribute("data-id");
    if (!id) return;
    event.preventDefault();
    open(id);
  };
  return (
    <Box ref={place} className={classes.map} onKeyDown={onKeyDown}>
      <ReactFlow
        // Another map is looked at from the beginning.
        key={[...layout.nodes.keys()].join("\u0001")}
        nodes={nodes}
        edges={edges}
        nodeTypes={nodeTypes}
        edgeTypes={edgeTypes}
        fitViewOptions={{ padding: 0.06, maxZoom: 1 }}
        onInit={(flow) => {
          const room = place.current?.getBoundingClientRect();
          if (room) void flow.setViewport(firstView(layout, room));
        }}
        minZoom={0.1}
        maxZoom={2}
        nodesDraggable={false}
        nodesConnectable={false}
        elementsSelectable
        nodesFocusable
        edgesFocusable
        deleteKeyCode={null}
        multiSelectionKeyCode={null}
        selectionKeyCode={null}
        preventScrolling={false}
        zoomOnScroll={false}
        zoomActivationKeyCode={["Control", "Meta"]}
        onNodeClick={(_, node) => open(node.id)}
        onEdgeClick={(_, edge) => open(edge.id)}
        ariaLabelConfig={{
          "node.a11yDescription.default": "Press Enter to see the cases.",
          "edge.a11yDescription.default": "Press Enter to see the cases.",
        }}
      >
        <Controls showInteractive={false} />
      </ReactFlow>
    </Box>
  );
}

function toNodes(process: Process, drawn: Graph, layout: Layout): (ActivityNode | EndNode)[] {
  const most = Math.max(1, ...process.activities.map(({ count }) => count));
  const found: (ActivityNode | EndNode)[] = [];
  const common = { draggable: false, connectable: false };
  for (const activity of process.activities) {
    const id = activityId(activity.name);
    const position = layout.nodes.get(id);
    if (!position || !drawn.activities.includes(id)) continue;
    const median = activity.median_seconds ?? null;
    found.push({
      ...common,
      id,
      type: "activity",
      position,
      ...BOX,
      data: { name: activity.name, count: activity.count, median, heat: activity.count / most },
      ariaRole: "button",
      ariaLabel: `${activity.name}: done ${activity.count.toLocaleString()} times in ${activity.cases.toLocaleString()} cases${median === null ? "" : `, takes ${took(median)} (median)`}`,
    });
  }
  for (const [id, count] of [
    [START, process.cases],
    [END, process.finished],
  ] as const) {
    const position = layout.nodes.get(id);
    if (position) found.push({ ...common, id, type: "end", position, ...DOT, focusable: false, data: { name: name(id), count } });
  }
  return found;
}

function labelOf(arrow: Arrow, shows: "count" | "wait"): string {
  if (shows === "count") return arrow.count.toLocaleString();
  return arrow.median === null ? "" : took(arrow.median);
}

function toEdges(drawn: Graph, layout: Layout, shows: "count" | "wait"): ArrowEdge[] {
  const value = (arrow: Arrow) => (shows === "count" ? arrow.count : (arrow.median ?? 0));
  const most = Math.max(1, ...drawn.arrows.map(value));
  return drawn.arrows.flatMap((arrow): ArrowEdge[] => {
    const { from, to, count, median } = arrow;
    const id = arrowId(from, to);
    const run = layout.arrows.get(id);
    if (!run) return [];
    const ends = from === START || to === END;
    const wait = median === null ? "" : `, ${took(median)} between them (median)`;
    const width = thickness(value(arrow), most);
    return [
      {
        id,
        source: from,
        target: to,
        type: "arrow",
        focusable: !ends,
        ariaRole: ends ? "img" : "button",
        ariaLabel: `${name(from)} to ${name(to)}: ${count.toLocaleString()} times${wait}`,
        data: { path: rounded(run.points), label: labelOf(arrow, shows), at: run.label, width, rare: ends },
      },
    ];
  });
}

function ActivityBox({ data }: NodeProps<ActivityNode>) {
  return (
    <div className={classes.activity} style={{ "--heat": `${Math.round(4 + 22 * data.heat)}%` } as React.CSSProperties} title={data.name}>
      <Handle type="target" position={Position.Top} isConnectable={false} className={classes.handle} />
      <span className={classes.name}>{data.name}</span>
      <span className={classes.numbers}>
        {data.count.toLocaleString()}
        {data.median !== null && ` · ${took(data.median)}`}
      </span>
      <Handle type="source" position={Position.Bottom} isConnectable={false} className={classes.handle} />
    </div>
  );
}

function EndMark({ data }: NodeProps<EndNode>) {
  return (
    <div className={classes.end} title={`${data.count.toLocaleString()} cases`}>
      <Handle type="target" position={Position.Top} isConnectable={false} className={classes.handle} />
      {data.name}
      <Handle type="source" position={Position.Bottom} isConnectable={false} className={classes.handle} />
    </div>
  );
}

function ArrowLine({ data }: EdgeProps<ArrowEdge>) {
  const tip = useId();
  if (!data) return null;
  return (
    <>
      <defs>
        <marker id={tip} markerWidth="9" markerHeight="9" refX="7" refY="4.5" orient="auto" markerUnits="userSpaceOnUse">
          <path d="M0 0 L9 4.5 L0 9 z" className={classes.tip} />
        </marker>
      </defs>
      <BaseEdge path={data.path} markerEnd={`url('#${tip}')`} interactionWidth={16} className={data.rare ? classes.endLine : classes.arrow} style={{ strokeWidth: data.width }} />
      {data.label !== "" && (
        <EdgeLabelRenderer>
          <div className={classes.label} style={{ transform: `translate(-50%, -50%) translate(${data.at.x}px, ${data.at.y}px)` }}>
            {data.label}
          </div>
        </EdgeLabelRenderer>
      )}
    </>
  );
}

const nodeTypes = { activity: ActivityBox, end: EndMark };
const edgeTypes = { arrow: ArrowLine };
