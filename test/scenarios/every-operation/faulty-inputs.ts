import type { Operation, Shape } from "@rolecast/wire";
import type { ServiceConstraints } from "../../../packages/server/src/kernel/constraints.ts";

type Values = Readonly<Record<string, unknown>>;

export interface FaultyInput {
  /** `Tags[].Key: missing`. */
  readonly at: string;
  readonly input: Values;
  /** A required member is missing. */
  readonly isMissed: boolean;
  /** Stands in the body of JSON in place of a text that the SDK takes. */
  readonly written?: { readonly standIn: string; readonly text: string } | undefined;
}

interface Fault {
  readonly at: string;
  readonly value: unknown;
  readonly isMissed?: boolean;
  readonly written?: FaultyInput["written"];
}

const STAND_IN = "zq7zq7zq7zq7";
/** Values of JSON, each of which most members' schemas don't take. */
const JSON_VALUES = ["null", "1", "true", '""', "[]", "[null]", "{}", '{"a":[{}]}', "1e400"];
/** A text's length where no limit is known; a header or a path still holds it. */
const LONG = 5_000;
/** No limit that is larger is tried. */
const LONGEST = 300_000;

/**
 * The input with one fault in each of its members, at every depth: missing, of a shape that isn't
 * the member's, empty, or longer than may be.
 */
export function* faultyInputs(
  { name: operation, input: shape }: Operation,
  { members: limits, required = {} }: ServiceConstraints,
  input: Values,
  isJson: boolean,
): Generator<FaultyInput> {
  const further = required[operation] ?? [];
  for (const { name, target, required: isRequired } of shape?.members ?? [])
    if (Object.hasOwn(input, name)) {
      const { [name]: own, ...others } = input;
      const isMissed = isRequired || further.includes(name);
      yield { at: `${name}: missing`, input: others, isMissed };
      for (const { value, ...fault } of faultsOf(target, name, own, name))
        yield { isMissed: false, ...fault, input: { ...others, [name]: value } };
    }

  function* faultsOf(target: Shape, name: string, value: unknown, at: string): Generator<Fault> {
    yield* shapesOf(target, at);
    yield* longOf(target, name, value, at);
    yield* insideOf(target, name, value, at);
  }

  function* shapesOf({ kind }: Shape, at: string): Generator<Fault> {
    if (isJson) {
      for (const text of JSON_VALUES)
        yield {
          ...{ at: `${at}: ${text}`, value: STAND_IN },
          written: { standIn: `"${STAND_IN}"`, text },
        };
    }
    if (kind !== "string") yield { at: `${at}: a text`, value: STAND_IN };
    else yield { at: `${at}: empty`, value: "" };
    if (kind === "list") yield { at: `${at}: empty`, value: [] };
    if (/^(?:structure|union|map)$/.test(kind)) yield { at: `${at}: empty`, value: {} };
    if (/^(?:number|bigInteger|bigDecimal)$/.test(kind))
      for (const number of [-1, 0.5, 2 ** 53]) yield { at: `${at}: ${number}`, value: number };
  }

  function* longOf({ kind }: Shape, name: string, value: unknown, at: string): Generator<Fault> {
    const { max = LONG - 1 } = limits[`${operation}.${name}`] ?? limits[name] ?? {};
    if (max >= LONGEST) return;
    if (kind === "string") yield { at: `${at}: too long`, value: "a".repeat(max + 1) };
    if (kind === "list" && Array.isArray(value) && max < LONG - 1)
      yield { at: `${at}: too many`, value: Array.from({ length: max + 1 }, () => value[0]) };
  }

  function* insideOf(target: Shape, name: string, value: unknown, at: string): Generator<Fault> {
    if (target.kind === "list" && Array.isArray(value) && value.length > 0)
      for (const each of faultsOf(target.member.target, `${name}.member`, value[0], `${at}[]`))
        yield { ...each, value: [each.value] };
    if (target.kind !== "structure" && target.kind !== "union") return;
    if (target.eventStream || !isObject(value)) return;
    for (const member of target.members) {
      if (!Object.hasOwn(value, member.name)) continue;
      const { [member.name]: own, ...others } = value;
      const way = `${at}.${member.name}`;
      yield { at: `${way}: missing`, value: others, isMissed: member.required };
      for (const each of faultsOf(member.target, member.name, own, way))
        yield { ...each, value: { ...others, [member.name]: each.value } };
    }
  }
}

function isObject(value: unknown): value is Values {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
