import type { Evaluation } from "@rolecast/template";
import type { ResourceRow } from "../tables.ts";
import { RefactorError } from "./refactor-error.ts";
import type { Location, Move } from "./refactor-plan.ts";

interface Mapping {
  readonly source: Location;
  readonly destination: Location;
}

/** A resource that is there, and the place that the new templates have for it. */
export interface Placed {
  readonly row: ResourceRow;
  readonly destination: Location;
  readonly isMapped: boolean;
}

const keyOf = ({ stackId, logicalId }: Location) => `${stackId} ${logicalId}`;

/**
 * Finds each resource's place in the new templates: where the request maps it, else where it is,
 * else in another stack by its logical id and type. Throws RefactorError if one would be made or
 * removed.
 */
export function placeResources(
  rows: readonly ResourceRow[],
  after: ReadonlyMap<string, Evaluation>,
  mappings: readonly Mapping[],
): readonly Placed[] {
  const free = new Map<string, { readonly place: Location; readonly type: string }>();
  for (const [stackId, { resources }] of after)
    for (const { logicalId, type } of resources.values())
      free.set(keyOf({ stackId, logicalId }), { place: { stackId, logicalId }, type });
  const left = new Map(rows.map((row) => [keyOf(placeOf(row)), row]));
  const placed: Placed[] = [];
  const put = (row: ResourceRow, destination: Location, isMapped: boolean) => {
    free.delete(keyOf(destination));
    left.delete(keyOf(placeOf(row)));
    placed.push({ row, destination, isMapped });
  };
  for (const { source, destination } of mappings) {
    const row = left.get(keyOf(source));
    const target = free.get(keyOf(destination));
    if (!row) throw new RefactorError(`Resource mapping: ${nameOf(source)} does not exist.`);
    if (!target)
      throw new RefactorError(`Resource mapping: no template has ${nameOf(destination)}.`);
    if (target.type !== row.type)
      throw new RefactorError(
        `Resource mapping: ${nameOf(source)} is of type ${row.type}, and ` +
          `${nameOf(destination)} of type ${target.type}.`,
      );
    put(row, destination, true);
  }
  for (const row of [...left.values()])
    if (free.get(keyOf(placeOf(row)))?.type === row.type) put(row, placeOf(row), false);
  for (const row of [...left.values()]) {
    const same = [...free.values()].filter(
      ({ place, type }) => type === row.type && place.logicalId === row.logical_id,
    );
    const [only] = same;
    if (only && same.length === 1) put(row, only.place, false);
  }
  refuseOthers([...left.values()].map(placeOf), "remove");
  refuseOthers(
    [...free.values()].map(({ place }) => place),
    "create",
  );
  return placed;
}

export function movesOf(placed: readonly Placed[]): readonly Move[] {
  return placed.flatMap(({ row, destination, isMapped }) => {
    const source = placeOf(row);
    if (keyOf(source) === keyOf(destination)) return [];
    const physicalId = row.physical_id ?? "";
    return [{ source, destination, physicalId, type: row.type, isMapped }];
  });
}

function placeOf({ stack_id: stackId, logical_id: logicalId }: ResourceRow): Location {
  return { stackId, logicalId };
}

function nameOf({ stackId, logicalId }: Location): string {
  return `${stackId.split("/")[1] ?? stackId}.${logicalId}`;
}

function refuseOthers(places: readonly Location[], verb: "remove" | "create"): void {
  if (places.length === 0) return;
  const names = places.map(nameOf).join(", ");
  throw new RefactorError(
    `A stack refactor only moves resources, and these templates ${verb}: [${names}]`,
  );
}
