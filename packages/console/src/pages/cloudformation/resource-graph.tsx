import { GetTemplateCommand, type Stack } from "@aws-sdk/client-cloudformation";
import Container from "@cloudscape-design/components/container";
import ExpandableSection from "@cloudscape-design/components/expandable-section";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { CallState } from "../../shared/call-state.tsx";
import { SCROLLED_BY_KEYS } from "../../shared/scrolled-by-keys.ts";
import type { AwsClients } from "../../wire/aws-clients.ts";
import { useCall } from "../../wire/use-call.ts";
import { type GraphNode, layersOf, type PlacedNode } from "./graph-layers.ts";
import { cloudFormationOf, versionOf } from "./stack-calls.ts";
import { statusKind } from "./status-text.tsx";

interface Stated {
  readonly LogicalResourceId?: string | undefined;
  readonly ResourceStatus?: string | undefined;
}

/** Resources as a picture, each after those that it waits for, with their states; and as a list. */
export function ResourceGraph(props: {
  readonly stack: Stack;
  readonly resources: readonly Stated[];
}) {
  const { stack, resources } = props;
  const key = `graph of ${stack.StackId} ${versionOf(stack)}`;
  const graph = useCall(key, (aws) => readGraph(aws, stack));
  const states = new Map(
    resources.map(({ LogicalResourceId, ResourceStatus }) => [LogicalResourceId, ResourceStatus]),
  );
  const stateOf = (id: string) => states.get(id) ?? "not made";
  return (
    <Container header={<Header variant="h2">Dependencies</Header>}>
      <CallState what="dependencies" call={graph} />
      {graph.data && (
        <SpaceBetween size="m">
          <Picture nodes={graph.data} stateOf={stateOf} />
          <ExpandableSection headerText="As a list">
            <ul className="levels">
              {graph.data.map((node) => (
                <li key={node.id}>
                  <b>{node.id}</b> ({node.type}, {stateOf(node.id)}) {waitsFor(node)}
                </li>
              ))}
            </ul>
          </ExpandableSection>
        </SpaceBetween>
      )}
    </Container>
  );
}

function waitsFor({ waitsFor: others }: GraphNode): string {
  return others.length === 0 ? "waits for none." : `waits for ${others.join(", ")}.`;
}

async function readGraph(aws: AwsClients, stack: Stack): Promise<readonly GraphNode[]> {
  const input = { StackName: stack.StackId, TemplateStage: "Processed" as const };
  const [{ TemplateBody = "" }, { templateGraph }] = await Promise.all([
    cloudFormationOf(aws).send(new GetTemplateCommand(input)),
    import("./template-graph.ts"),
  ]);
  return templateGraph(TemplateBody, stack);
}

const BOX = { width: 200, height: 56 } as const;
const GAP = { x: 56, y: 16 } as const;
const MARGIN = 4;
/** Longer names are cut in the picture; the list has them whole. */
const NAME_LENGTH = 22;

/** A word before the name says the state without its colour. */
const MARKS: Readonly<Record<string, string>> = {
  success: "✓",
  error: "✗",
  warning: "!",
  "in-progress": "…",
};

function Picture(props: {
  readonly nodes: readonly GraphNode[];
  readonly stateOf: (id: string) => string;
}) {
  const { nodes, stateOf } = props;
  const placed = layersOf(nodes);
  const byId = new Map(placed.map((node) => [node.id, node]));
  const width = span(Math.max(0, ...placed.map(({ layer }) => layer)), BOX.width, GAP.x);
  const height = span(Math.max(0, ...placed.map(({ row }) => row)), BOX.height, GAP.y);
  return (
    <section className="graph" aria-label="Picture of the dependencies" {...SCROLLED_BY_KEYS}>
      <svg
        width={width}
        height={height}
        role="img"
        aria-label={`${nodes.length} resources, listed below`}
      >
        {placed.flatMap((node) =>
          node.waitsFor.flatMap((other) => {
            const from = byId.get(other);
            return from ? [<Edge key={`${other} ${node.id}`} from={from} to={node} />] : [];
          }),
        )}
        {placed.map((node) => (
          <Node key={node.id} node={node} state={stateOf(node.id)} />
        ))}
      </svg>
    </section>
  );
}

function span(last: number, size: number, gap: number): number {
  return 2 * MARGIN + (last + 1) * size + last * gap;
}

function cornerOf({ layer, row }: PlacedNode) {
  return {
    x: MARGIN + layer * (BOX.width + GAP.x),
    y: MARGIN + row * (BOX.height + GAP.y),
  };
}

function Edge(props: { readonly from: PlacedNode; readonly to: PlacedNode }) {
  const [from, to] = [cornerOf(props.from), cornerOf(props.to)];
  const [x1, y1] = [from.x + BOX.width, from.y + BOX.height / 2];
  const [x2, y2] = [to.x, to.y + BOX.height / 2];
  const bend = (x2 - x1) / 2;
  return (
    <path
      className="graph-edge"
      d={`M${x1} ${y1}C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}`}
    />
  );
}

function Node({ node, state }: { readonly node: PlacedNode; readonly state: string }) {
  const { x, y } = cornerOf(node);
  const kind = state === "not made" ? "pending" : statusKind(state);
  return (
    <g className={`graph-node graph-${kind}`} transform={`translate(${x} ${y})`}>
      <title>{`${node.id}: ${node.type}, ${state}`}</title>
      <rect width={BOX.width} height={BOX.height} rx={8} />
      <text x={12} y={23} className="graph-name">
        {MARKS[kind] ?? "○"} {cut(node.id)}
      </text>
      <text x={12} y={43} className="graph-type">
        {cut(node.type.replace(/^AWS::/, ""))}
      </text>
    </g>
  );
}

function cut(text: string): string {
  return text.length > NAME_LENGTH ? `${text.slice(0, NAME_LENGTH - 1)}…` : text;
}
