/** A resource, with the ids of those that it waits for. */
export interface GraphNode {
  readonly id: string;
  readonly type: string;
  readonly waitsFor: readonly string[];
}

export interface PlacedNode extends GraphNode {
  /** Counted from 0: a node is one further than the last of those that it waits for. */
  readonly layer: number;
  /** Its place among the nodes of its layer, from 0. */
  readonly row: number;
}

/**
 * Places nodes in layers, so that each waits only for nodes of earlier ones. `nodes` come after
 * those that they wait for. Within a layer, nodes stand near those that they wait for.
 */
export function layersOf(nodes: readonly GraphNode[]): readonly PlacedNode[] {
  const layers = new Map<string, number>();
  for (const { id, waitsFor } of nodes)
    layers.set(id, 1 + Math.max(-1, ...waitsFor.map((other) => layers.get(other) ?? -1)));
  const rows = new Map<string, number>();
  const depth = 1 + Math.max(-1, ...layers.values());
  const placed: PlacedNode[] = [];
  for (let layer = 0; layer < depth; layer += 1) {
    const own = nodes.filter(({ id }) => layers.get(id) === layer);
    const middle = ({ waitsFor }: GraphNode) =>
      waitsFor.reduce((sum, other) => sum + (rows.get(other) ?? 0), 0) /
      Math.max(1, waitsFor.length);
    const sorted = own.toSorted((a, b) => middle(a) - middle(b));
    for (const [row, node] of sorted.entries()) {
      rows.set(node.id, row);
      placed.push({ ...node, layer, row });
    }
  }
  return placed;
}
