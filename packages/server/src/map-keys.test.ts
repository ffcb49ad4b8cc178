import type { Operation, Shape, StructureShape } from "@rolecast/wire";
import { expect, test } from "vitest";
import type { LoadedService } from "./gateway/registered-service.ts";
import { loadedServices } from "./testing/loaded-services.ts";
import { findViolations } from "./validation/violations.ts";

/*
 * The keys of a map are the caller's own words. A key that is called like a member of the service's
 * is held to the map's limits and nothing else: each map of each operation gets the same entries
 * under such names and under others, and the same is wrong with both.
 */

const TEXTS = ["", "Alice Smith", "a/b!", "x".repeat(3000)];
const DEPTH_MAX = 5;

/** Inputs with one map that has an entry for each key, and nothing else but the way to it. */
function* inputsWithMap(
  shape: Shape,
  keys: readonly string[],
  text: string,
  depth = 0,
): Generator<unknown> {
  if (depth > DEPTH_MAX) return;
  switch (shape.kind) {
    case "structure":
    case "union":
      for (const { name, target } of shape.members)
        for (const inside of inputsWithMap(target, keys, text, depth + 1)) yield { [name]: inside };
      return;
    case "list":
      for (const inside of inputsWithMap(shape.member.target, keys, text, depth + 1))
        yield [inside];
      return;
    case "map": {
      const value = () => filled(shape.value.target, text);
      yield Object.fromEntries(keys.map((key) => [key, value()]));
      return;
    }
    default:
      return;
  }
}

function filled(shape: Shape, text: string, depth = 0): unknown {
  switch (shape.kind) {
    case "structure":
    case "union":
      return depth > DEPTH_MAX ? {} : filledStructure(shape, text, depth);
    case "list":
      return [filled(shape.member.target, text, depth + 1)];
    case "map":
      return {};
    case "number":
      return text.length;
    default:
      return shape.kind === "string" ? text : undefined;
  }
}

const filledStructure = ({ members }: StructureShape, text: string, depth: number) =>
  Object.fromEntries(
    members.map(({ name, target }) => [name, filled(target, text, depth + 1)] as const),
  );

function* memberNames(shape: Shape, above: readonly Shape[] = []): Generator<string> {
  if (above.includes(shape)) return;
  const inside = [...above, shape];
  if (shape.kind === "list") yield* memberNames(shape.member.target, inside);
  if (shape.kind === "map") yield* memberNames(shape.value.target, inside);
  if (shape.kind !== "structure" && shape.kind !== "union") return;
  for (const { name, target } of shape.members) {
    yield name;
    yield* memberNames(target, inside);
  }
}

/** Names of as many letters that no member has. */
const other = (name: string) => `q${name.slice(0, -1)}`.slice(0, name.length);

function violationsOf(operation: Operation, input: unknown, { constraints }: LoadedService) {
  const found = findViolations(operation, input as Readonly<Record<string, unknown>>, constraints);
  // `tags.1.member.key`: what is between isn't a key.
  return found.map(({ path, rule }) => `${path.replace(/(\.\d+)\.member\b/g, "$1")}: ${rule}`);
}

test("keys called like members are held to their map's limits alone", async () => {
  const services = await loadedServices();
  const wrong: string[] = [];
  let maps = 0;
  for (const service of services) {
    const operations = [...service.wire.operations.values()];
    const names = [
      ...new Set([
        ...operations.flatMap(({ input }) => (input ? [...memberNames(input)] : [])),
        ...Object.keys(service.constraints.members).flatMap((name) => name.split(".")),
      ]),
    ].filter((name) => /^\w+$/.test(name));
    for (const operation of operations) {
      if (!operation.input || !Object.hasOwn(service.operations, operation.name)) continue;
      for (const text of TEXTS)
        for (const name of names) {
          const called = [...inputsWithMap(operation.input, [name], text)];
          const others = [...inputsWithMap(operation.input, [other(name)], text)];
          maps += called.length;
          for (const [index, input] of called.entries()) {
            const found = violationsOf(operation, input, service).map((each) =>
              each.replace(`.${name}.`, `.${other(name)}.`),
            );
            const expected = violationsOf(operation, others[index], service);
            if (found.join() !== expected.join())
              wrong.push(`${operation.name} ${JSON.stringify(input).slice(0, 80)}: ${found}`);
          }
        }
    }
  }
  expect(maps).toBeGreaterThan(10_000);
  expect(wrong.slice(0, 20)).toEqual([]);
}, 60_000);
