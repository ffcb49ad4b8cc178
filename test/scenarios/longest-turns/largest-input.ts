import { MAX_LIST_ITEMS, type Shape, type StructureShape } from "@rolecast/wire";
import type {
  Constraint,
  ServiceConstraints,
} from "../../../packages/server/src/kernel/constraints.ts";
import { ITEMS_MAX } from "../../../packages/server/src/validation/member-checks.ts";
import { longestMatch } from "./longest-match.ts";

/** A request's body has no more bytes of one list or text. */
const BYTES_MAX = 300_000;
const TEXT_LENGTH_MAX = 100_000;
const BRIEF_LENGTH = 12;
/** Documents whose length only the service limits. */
const DOCUMENT_LENGTH_MAX = 60_000;
const DEPTH_MAX = 6;

/** A value, or what makes one of at most so many characters. */
export type Seed = unknown;
/**
 * Values of members by name, or `Operation.Member`: what is there, and the worst that a document
 * may hold.
 */
export type Seeds = Readonly<Record<string, readonly Seed[]>>;

export interface Variant {
  /** The members that it has beside the required ones. */
  readonly of: string;
  readonly input: Readonly<Record<string, unknown>>;
}

/**
 * The largest inputs that an operation takes: with all members, with each one, with each seed. And
 * lists that are longer than they may be, as long as the wire takes them.
 */
export function* largestInputs(
  operation: string,
  shape: StructureShape | undefined,
  constraints: ServiceConstraints,
  seeds: Seeds,
): Generator<Variant> {
  const maker = new Maker(operation, constraints, seeds);
  const members = (shape?.members ?? []).filter(
    ({ name }) => !constraints.unsupported?.includes(`${operation}.${name}`),
  );
  const required = members.filter(
    ({ name, required }) => required || constraints.required?.[operation]?.includes(name),
  );
  const inputOf = (chosen: typeof members) =>
    Object.fromEntries(chosen.map((member) => [member.name, maker.member(member, 0)]));
  yield { of: "all", input: inputOf(members) };
  // A name of the greatest length gets no further than to where there is nothing of that name.
  maker.isBrief = true;
  yield { of: "required", input: inputOf(required) };
  for (const member of members) {
    const others = required.filter((each) => each !== member);
    const values = maker.seedsOf(member.name);
    if (!required.includes(member) && (isLarge(member.target) || values.length > 0))
      yield { of: member.name, input: inputOf([...others, member]) };
    if (member.target.kind === "list" || member.target.kind === "map") {
      maker.itemsMax = MAX_LIST_ITEMS;
      yield { of: `${member.name}, too long`, input: inputOf([...others, member]) };
      maker.itemsMax = undefined;
    }
    for (const [index, value] of values.entries())
      if (index > 0)
        yield {
          of: `${member.name}[${index}]`,
          input: { ...inputOf(others), [member.name]: value },
        };
  }
}

function isLarge({ kind }: Shape): boolean {
  return ["list", "map", "structure", "union", "blob", "document"].includes(kind);
}

class Maker {
  readonly #operation: string;
  readonly #constraints: ServiceConstraints;
  readonly #seeds: Seeds;
  /** Texts are short but for seeds. */
  isBrief = false;
  /** In place of what lists and maps may have. */
  itemsMax: number | undefined;

  constructor(operation: string, constraints: ServiceConstraints, seeds: Seeds) {
    this.#operation = operation;
    this.#constraints = constraints;
    this.#seeds = seeds;
  }

  seedsOf(name: string): readonly unknown[] {
    const own = `${this.#operation}.${name}`;
    const seeds = this.#seeds[own] ?? this.#seeds[name] ?? [];
    const { max = DOCUMENT_LENGTH_MAX } = this.#limit(name);
    return seeds.map((seed) => (typeof seed === "function" ? seed(max) : seed));
  }

  member(
    { name, target }: { readonly name: string; readonly target: Shape },
    index: number,
    parent?: string,
    depth = 0,
  ): unknown {
    const [seed] = this.seedsOf(name);
    if (seed !== undefined) return seed;
    return this.#value(name, target, this.#limit(name, parent), index, depth);
  }

  #limit(name: string, parent?: string): Constraint {
    const { members } = this.#constraints;
    const inParent = parent && members[`${this.#operation}.${parent}.${name}`];
    return inParent || members[`${this.#operation}.${name}`] || members[name] || {};
  }

  #value(name: string, shape: Shape, limit: Constraint, index: number, depth: number): unknown {
    switch (shape.kind) {
      case "string":
        return textOf(limit, index, this.isBrief ? BRIEF_LENGTH : TEXT_LENGTH_MAX);
      case "boolean":
        return true;
      case "number":
      case "bigInteger":
      case "bigDecimal":
        return limit.max ?? 1_000_000;
      case "timestamp":
        return new Date(Date.now() - index * 1000);
      case "blob":
        return new Uint8Array(limit.max ?? 4096);
      case "streamingBlob":
        return Buffer.alloc(1_000_000, "a,b\n");
      case "document":
        return {};
      case "list": {
        const item = (at: number) =>
          this.#value(name, shape.member.target, this.#limit(`${name}.member`), at, depth + 1);
        return repeated(item, this.itemsMax ?? limit.max ?? ITEMS_MAX, depth);
      }
      case "map": {
        const { key = {}, value = {} } = limit.entries ?? {};
        const entry = (at: number) =>
          [
            textOf(key, at, TEXT_LENGTH_MAX),
            this.#value(name, shape.value.target, value, at, depth + 1),
          ] as const;
        return Object.fromEntries(repeated(entry, this.itemsMax ?? limit.max ?? ITEMS_MAX, depth));
      }
      case "structure":
      case "union": {
        if (depth > DEPTH_MAX) return {};
        const members =
          shape.kind === "union"
            ? shape.members.slice(index % shape.members.length).slice(0, 1)
            : shape.members;
        return Object.fromEntries(
          members.map((member) => [member.name, this.member(member, index, name, depth + 1)]),
        );
      }
    }
  }
}

/** As many items as may be, and as fit into a body. */
function repeated<Item>(item: (at: number) => Item, max: number, depth: number): Item[] {
  const first = item(0);
  const size = JSON.stringify(first)?.length ?? 1;
  const count = Math.max(
    1,
    Math.min(max, Math.floor(BYTES_MAX / 4 ** Math.max(0, depth - 1) / size)),
  );
  return Array.from({ length: count }, (_, at) => (at === 0 ? first : item(at)));
}

function textOf(
  { values, pattern, min = 0, max = TEXT_LENGTH_MAX }: Constraint,
  index: number,
  lengthMax: number,
) {
  if (values) return values[index % values.length];
  const length = Math.max(min, Math.min(max, index === 0 ? lengthMax : Math.min(lengthMax, 256)));
  const text = pattern === undefined ? undefined : longestMatch(pattern, length, index);
  return text ?? `${index}`.padStart(length, "a").slice(-length);
}
