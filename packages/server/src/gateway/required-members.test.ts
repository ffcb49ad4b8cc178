import { readdirSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import type { Shape, StructureShape } from "@rolecast/wire";
import { ServiceWire } from "@rolecast/wire";
import { describe, expect, test } from "vitest";
import { withBlankMembers } from "./blank-members.ts";
import { findMissingMembers } from "./required-members.ts";

/*
 * `Checked` types what these two functions hold, so they are held to every operation's schema: to
 * structures in structures, lists, maps and unions.
 */

const SERVICES = join(import.meta.dirname, "../services");

/** Each service's `schema.ts` exports its schemas. */
const files = readdirSync(SERVICES, { recursive: true, encoding: "utf8" }).filter(
  (path) => basename(path) === "schema.ts",
);
const schemasOf = await Promise.all(
  files.map(async (path) => {
    const [schemas]: Readonly<Record<string, unknown>>[] = Object.values(
      await import(join(SERVICES, path)),
    );
    return [dirname(path), schemas ?? {}] as const;
  }),
);

/** Older clients' schemas don't say it; the services' constraints do (model-limits.test.ts). */
const WITHOUT_REQUIRED: readonly string[] = ["ivs-chat"];

test("every service has schemas", () => {
  expect(schemasOf.length).toBeGreaterThan(9);
});

describe.each(schemasOf)("every operation of %s", (name, schemas) => {
  const operations = [...operationsOf(name, schemas)];

  test("lacks nothing when all is there, and that one member which is taken away or null", () => {
    let taken = 0;
    for (const { input } of operations) {
      const all = fullStructure(input, []);
      expect(findMissingMembers(input, all)).toEqual([]);
      for (const { holder, member } of requiredIn(input, all)) {
        const value = holder[member];
        for (const absent of [undefined, null]) {
          holder[member] = absent;
          const [found, ...more] = findMissingMembers(input, all);
          expect(more).toEqual([]);
          expect(found).toMatchObject({ rule: "Member must not be null", value: null });
          const bean = member.charAt(0).toLowerCase() + member.slice(1);
          expect(`.${found?.path}`.endsWith(`.${bean}`)).toBe(true);
        }
        holder[member] = value;
        taken += 1;
      }
    }
    if (!WITHOUT_REQUIRED.includes(name)) expect(taken).toBeGreaterThan(2);
  });

  test("lacks nothing once blanks are filled in, and keeps what it has", () => {
    for (const { input } of operations) {
      expect(findMissingMembers(input, withBlankMembers(input, {}))).toEqual([]);
      const all = fullStructure(input, []);
      expect(withBlankMembers(input, all)).toEqual(all);
      for (const { holder, member } of requiredIn(input, all)) delete holder[member];
      expect(findMissingMembers(input, withBlankMembers(input, all))).toEqual([]);
    }
  });
});

function* operationsOf(name: string, schemas: Readonly<Record<string, unknown>>) {
  const wire = new ServiceWire({
    name,
    signingName: name,
    protocol: name === "s3" ? "restXml" : "restJson1",
    version: "",
    schemas,
  });
  for (const { input } of wire.operations.values()) if (input) yield { input };
}

/** A structure with every member at every depth, recursion apart. */
function fullStructure(shape: StructureShape, within: readonly Shape[]): Record<string, unknown> {
  const full: Record<string, unknown> = {};
  for (const { name, target } of shape.members) {
    if (!within.includes(target)) full[name] = fullValue(target, [...within, shape]);
  }
  return full;
}

function fullValue(shape: Shape, within: readonly Shape[]): unknown {
  switch (shape.kind) {
    case "structure":
    case "union":
      return fullStructure(shape, within);
    case "list":
      return within.includes(shape.member.target) ? [] : [fullValue(shape.member.target, within)];
    case "map":
      return { key: fullValue(shape.value.target, within) };
    default:
      return shape.kind;
  }
}

interface Place {
  readonly holder: Record<string, unknown>;
  readonly member: string;
}

/** Each place of a required member, the deepest first. */
function* requiredIn(shape: Shape, value: unknown): Generator<Place> {
  if (typeof value !== "object" || value === null) return;
  if (shape.kind === "list") yield* requiredIn(shape.member.target, (value as unknown[])[0]);
  if (shape.kind === "map") yield* requiredIn(shape.value.target, Object.values(value)[0]);
  if (shape.kind !== "structure" && shape.kind !== "union") return;
  const holder = value as Record<string, unknown>;
  for (const { name, target, required } of shape.members) {
    yield* requiredIn(target, holder[name]);
    if (required && holder[name] !== undefined) yield { holder, member: name };
  }
}
