import type { Operation, Shape, StructureShape } from "@rolecast/wire";
import type {
  Constraint,
  ServiceConstraints,
} from "../../../packages/server/src/kernel/constraints.ts";
import { longestMatch } from "../longest-turns/longest-match.ts";
import { KINDS } from "./documents.ts";

const DEPTH_MAX = 6;
const LENGTH = 12;

/**
 * Values that members have, by their names or `Operation.Member`; `*.Member` is one that every
 * operation is sent, though no schema requires it.
 */
export type Values = Readonly<Record<string, unknown>>;

export interface Placed {
  /** `Tags[].Key`, or `tags{}` for a map's key. */
  readonly at: string;
  readonly input: Readonly<Record<string, unknown>>;
  /** The limits of the member say no to the text. */
  readonly isRefused: boolean;
}

/** Smallest plausible inputs of an operation, with a text in one place after the other. */
export class Inputs {
  readonly #operation: Operation;
  readonly #constraints: ServiceConstraints;
  readonly #values: Values;

  constructor(operation: Operation, constraints: ServiceConstraints, values: Values) {
    this.#operation = operation;
    this.#constraints = constraints;
    this.#values = values;
  }

  /** The required members, and those that have a value. */
  smallest(): Readonly<Record<string, unknown>> {
    const { name, input } = this.#operation;
    const further = this.#constraints.required?.[name] ?? [];
    return Object.fromEntries(
      (input?.members ?? []).flatMap((member) =>
        member.required || further.includes(member.name) || this.#own(member.name) !== undefined
          ? [[member.name, this.#value(member.target, member.name, 0)] as const]
          : [],
      ),
    );
  }

  /** An input for each place where a text may be, with `text` there. */
  *placed(text: string): Generator<Placed> {
    const smallest = this.smallest();
    for (const { name, target } of this.#operation.input?.members ?? [])
      for (const { at, value, isRefused } of this.#variants(target, name, text, name, []))
        yield { at, input: { ...smallest, [name]: value }, isRefused };
  }

  *#variants(
    shape: Shape,
    name: string,
    text: string,
    at: string,
    above: readonly Shape[],
  ): Generator<{ at: string; value: unknown; isRefused: boolean }> {
    if (above.includes(shape)) return;
    const inside = [...above, shape];
    switch (shape.kind) {
      case "string":
        yield { at, value: text, isRefused: this.#refuses(name, text) };
        for (const { members, withName } of KINDS)
          if (members.test(name))
            for (const [index, value] of withName(text).entries())
              yield { at: `${at}#${index}`, value, isRefused: false };
        return;
      case "list":
        for (const each of this.#variants(shape.member.target, name, text, `${at}[]`, inside))
          yield { ...each, value: [each.value] };
        return;
      case "map": {
        const value = this.#value(shape.value.target, name, 1);
        yield { at: `${at}{}`, value: { [text]: value }, isRefused: false };
        for (const each of this.#variants(shape.value.target, name, text, `${at}{}.`, inside))
          yield { ...each, value: { key: each.value } };
        return;
      }
      case "structure":
      case "union": {
        if (shape.eventStream) return;
        const others = shape.kind === "union" ? {} : this.#structure(shape, 1);
        for (const member of shape.members) {
          const way = `${at}.${member.name}`;
          for (const each of this.#variants(member.target, member.name, text, way, inside))
            yield { ...each, value: { ...others, [member.name]: each.value } };
        }
        return;
      }
      case "document":
        return yield { at, value: { [text]: { [text]: text } }, isRefused: false };
      default:
        return;
    }
  }

  #refuses(name: string, text: string): boolean {
    const { values, pattern, min = 0, max = Number.POSITIVE_INFINITY } = this.#limit(name);
    if (values && !values.includes(text)) return true;
    if (text.length < min || text.length > max) return true;
    if (pattern === undefined) return false;
    return !new RegExp(`^(?:${pattern.replaceAll("\\-", "\\x2d")})$`, "u").test(text);
  }

  /** `arn` and `identifier` are of the resource that the operation's name ends in. */
  #own(name: string): unknown {
    const { name: operation } = this.#operation;
    const noun = operation.replace(/^[A-Z][a-z]+/, "");
    const ofNoun = noun.charAt(0).toLowerCase() + noun.slice(1);
    const names = [
      `${operation}.${name}`,
      `*.${name}`,
      ...(/^(arn|identifier)$/.test(name) ? [`${ofNoun}Arn`] : []),
    ];
    return names.map((each) => this.#values[each]).find((each) => each !== undefined);
  }

  #limit(name: string): Constraint {
    const { members } = this.#constraints;
    return members[`${this.#operation.name}.${name}`] ?? members[name] ?? {};
  }

  #value(shape: Shape, name: string, depth: number): unknown {
    const own =
      this.#own(name) ?? (Object.hasOwn(this.#values, name) ? this.#values[name] : undefined);
    const isText = shape.kind === "string";
    if (own !== undefined && isText === (typeof own === "string")) return own;
    const { max, min = 0 } = this.#limit(name);
    switch (shape.kind) {
      case "string":
        return this.#text(name);
      case "boolean":
        return true;
      case "number":
      case "bigInteger":
      case "bigDecimal":
        return Math.min(Math.max(min, 1), max ?? 1);
      case "timestamp":
        return new Date(Date.now() - 60_000);
      case "blob":
      case "streamingBlob":
        return Buffer.from("text");
      case "document":
        return {};
      case "list":
        return [this.#value(shape.member.target, `${name}.member`, depth + 1)];
      case "map":
        return { key: this.#value(shape.value.target, name, depth + 1) };
      case "structure":
      case "union":
        return this.#structure(shape, depth);
    }
  }

  #structure(shape: StructureShape, depth: number): Readonly<Record<string, unknown>> {
    if (depth > DEPTH_MAX) return {};
    const needed =
      shape.kind === "union" ? shape.members.slice(0, 1) : shape.members.filter((m) => m.required);
    return Object.fromEntries(
      needed.map(({ name, target }) => [name, this.#value(target, name, depth + 1)] as const),
    );
  }

  #text(name: string): string {
    const document = KINDS.find(({ members }) => members.test(name));
    if (document) return document.plain;
    const { values, pattern, min = 0 } = this.#limit(name);
    if (values) return values[0] ?? "";
    const length = Math.max(min, LENGTH);
    const text = "a".repeat(length);
    return (pattern === undefined ? undefined : longestMatch(pattern, length, 0)) ?? text;
  }
}
