import { MAX_LIST_ITEMS, type Shape } from "@rolecast/wire";
import { expect, test } from "vitest";
import { loadedServices } from "./testing/loaded-services.ts";
import { ITEMS_MAX } from "./validation/member-checks.ts";
import { findViolations } from "./validation/violations.ts";

/*
 * Each list and map of each operation has a bound that is checked before the request is decided:
 * its service's model has one, or it is the bound of all.
 */

interface Repeated {
  readonly path: string;
  /** An input with too many items there, and the way to them. */
  readonly input: unknown;
}

const LENGTH = MAX_LIST_ITEMS + 1;
const list = (item: unknown) => Array.from({ length: LENGTH }, () => item);
const map = (item: unknown) => Object.fromEntries(list(item).map((each, at) => [`k${at}`, each]));
const TEXTS = { list: list("a"), map: map("a") };
const STRUCTURES = { list: list({}), map: map({}) };
const itemsOf = ({ kind }: Shape) => (kind === "string" ? TEXTS : STRUCTURES);

function* listsAndMaps(shape: Shape, path = "", above: readonly Shape[] = []): Generator<Repeated> {
  if (above.includes(shape)) return;
  const inside = [...above, shape];
  const within = (target: Shape, name: string) => listsAndMaps(target, `${path}.${name}`, inside);
  switch (shape.kind) {
    case "structure":
    case "union":
      for (const { name, target } of shape.members)
        for (const { path, input } of within(target, name))
          yield { path, input: { [name]: input } };
      return;
    case "list":
      yield { path, input: itemsOf(shape.member.target).list };
      for (const { path, input } of within(shape.member.target, "member"))
        yield { path, input: [input] };
      return;
    case "map":
      yield { path, input: itemsOf(shape.value.target).map };
      for (const { path, input } of within(shape.value.target, "value"))
        yield { path, input: { k: input } };
      return;
    default:
      return;
  }
}

test("no list and no map is without a bound", async () => {
  const without: string[] = [];
  const bounds: number[] = [];
  for (const { wire, operations, constraints } of await loadedServices())
    for (const operation of wire.operations.values()) {
      if (!operation.input || !Object.hasOwn(operations, operation.name)) continue;
      for (const { path, input } of listsAndMaps(operation.input)) {
        const members = input as Readonly<Record<string, unknown>>;
        const found = findViolations(operation, members, constraints);
        const bound = found.find(({ excess }) => excess?.length === LENGTH)?.excess;
        if (bound) bounds.push(bound.max);
        else without.push(`${wire.definition.name} ${operation.name}${path}`);
      }
    }
  expect(without).toEqual([]);
  expect(bounds.length).toBeGreaterThan(300);
  // CompleteMultipartUpload's parts.
  expect(bounds.filter((max) => max > ITEMS_MAX)).toEqual([MAX_LIST_ITEMS]);
});
