import { ownValue } from "../own-value.ts";
import { ResourceError } from "../resources.ts";

/**
 * The members of a property's value and those of an operation's input: `"same"`, or where the
 * operation has it, a path with dots. It is read in both directions.
 */
export interface Mapping {
  readonly [member: string]: Member;
}

interface MemberMapping {
  readonly to: string;
  /** The members of the value, or of each element of a list. */
  readonly of?: Mapping;
  /** The operation wants a list of the one value. */
  readonly asList?: boolean;
  /** The value is a moment: text in models, a Date in operations. */
  readonly isDate?: boolean;
}

type Member = "same" | string | MemberMapping;

type Value = Readonly<Record<string, unknown>>;

/** Rejects a member that the mapping lacks by its name: no operation takes it. */
export function toOperation(mapping: Mapping, value: unknown): unknown {
  if (Array.isArray(value)) return value.map((each) => toOperation(mapping, each));
  const result: Record<string, unknown> = {};
  for (const [name, each] of Object.entries(value as Value)) {
    if (each === undefined) continue;
    const member = ownValue(mapping, name);
    if (member === undefined)
      throw new ResourceError("InvalidRequest", `Rolecast doesn't implement '${name}' yet.`);
    const { to, of, asList, isDate } = mappingOf(name, member);
    const inner = of ? toOperation(of, each) : isDate ? new Date(String(each)) : each;
    setAt(result, to.split("."), asList ? [inner] : inner);
  }
  return result;
}

/** The way back: members that the mapping lacks, or that have no value, are left out. */
export function fromOperation(mapping: Mapping, value: unknown): unknown {
  if (Array.isArray(value)) return value.map((each) => fromOperation(mapping, each));
  const result: Record<string, unknown> = {};
  for (const [name, member] of Object.entries(mapping)) {
    const { to, of, asList, isDate } = mappingOf(name, member);
    const found = at(value, to.split("."));
    const each = asList && Array.isArray(found) ? found[0] : found;
    if (each === undefined || each === null) continue;
    result[name] = of ? fromOperation(of, each) : isDate ? (each as Date).toISOString() : each;
  }
  return result;
}

function mappingOf(name: string, member: Member): MemberMapping {
  if (typeof member !== "string") return member;
  return { to: member === "same" ? name : member };
}

function setAt(into: Record<string, unknown>, path: readonly string[], value: unknown): void {
  const [first = "", ...rest] = path;
  if (rest.length === 0) {
    const before = into[first];
    const isBoth = isRecord(before) && isRecord(value);
    into[first] = isBoth ? { ...before, ...value } : value;
    return;
  }
  const inner = { ...(into[first] as Value | undefined) };
  setAt(inner, rest, value);
  into[first] = inner;
}

function isRecord(value: unknown): value is Value {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function at(value: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((found, name) => (isRecord(found) ? found[name] : undefined), value);
}

/** A mapping of members that have the same names on both sides. */
export function same(...names: readonly string[]): Mapping {
  return Object.fromEntries(names.map((name) => [name, "same"]));
}
