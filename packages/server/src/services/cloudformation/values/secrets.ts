import { ownValue } from "../../../kernel/own-value.ts";
import { withoutPaths } from "../../../kernel/resource-types/model-violations.ts";
import type { ResourceRow, VersionRow } from "../tables.ts";
import type { EngineType } from "../types/engine-types.ts";
import { base64Marks, delimitersIn, inJson, withoutBase64 } from "./derived-secrets.ts";
import type { StoredParameters } from "./evaluate-stack.ts";
import { propertiesOf } from "./stored-json.ts";

export const MASKED = "****";

/** Shorter texts are masked only where they are a whole value: they are in too many others. */
const PART_LENGTH_MIN = 4;

/** With more hidden texts than this a stack shows no text at all. The limits are ours. */
const TEXTS_MAX = 2_000;
/** Hidden texts times delimiters. */
const SPLITS_MAX = 100_000;
/** Characters times texts that are looked for in what is shown at once; the rest is masked. */
const LOOKED_AT_MAX = 100_000_000;
/** To look for a text costs as much as so many characters, however short the other text is. */
const LOOK_CHARS = 200;

/** The name in a custom resource's model of the list of attributes that its provider hides. */
export const NO_ECHO = "rolecast:noEcho";

type Version = Pick<VersionRow, "parameters" | "template" | "processed">;

/**
 * The values of parameters with NoEcho, and of custom resources whose providers ask for it, and
 * what functions make of them, which nothing that is shown of a stack has.
 */
export class Secrets {
  readonly #texts: ReadonlySet<string>;
  readonly #parts: readonly string[] = [];
  readonly #marks: readonly string[] = [];
  readonly #areTooMany: boolean;

  constructor(
    versions: readonly (Version | undefined)[],
    resources: Iterable<Pick<ResourceRow, "model" | "logical_id">> = [],
  ) {
    const texts = new Set<string>();
    const names = new Set<string>();
    for (const version of versions) {
      const stored = JSON.parse(version?.parameters ?? "{}") as StoredParameters;
      for (const [name, { text, ssmValue = "", value, noEcho }] of Object.entries(stored)) {
        if (!noEcho) continue;
        names.add(name);
        if (texts.size > TEXTS_MAX) continue;
        for (const each of [text, ssmValue, value].flat()) texts.add(String(each));
      }
    }
    for (const { model, logical_id } of resources)
      for (const each of hiddenIn(model)) {
        names.add(logical_id);
        texts.add(each);
      }
    texts.delete("");
    this.#texts = texts;
    this.#areTooMany = texts.size > 0 && !addDerived(texts, names, versions);
    if (this.#areTooMany) return;
    const long = [...texts].filter(({ length }) => length >= PART_LENGTH_MIN);
    this.#marks = long.flatMap(base64Marks);
    for (const text of [...texts]) texts.add(Buffer.from(text).toString("base64"));
    // Of two values, one of which is part of the other, the longer one goes first.
    this.#parts = long.sort((one, other) => other.length - one.length);
  }

  get any(): boolean {
    return this.#texts.size > 0;
  }

  /** A value of any shape with each secret in it masked; names of members stay. */
  mask<T>(value: T): T {
    return this.any ? (this.#masked(value, { left: LOOKED_AT_MAX }) as T) : value;
  }

  /** JSON text with each secret in it masked. */
  maskJson<T extends string | null | undefined>(text: T): T {
    if (!this.any || typeof text !== "string") return text;
    return JSON.stringify(this.mask(JSON.parse(text))) as T;
  }

  #masked(value: unknown, budget: { left: number }): unknown {
    if (Array.isArray(value)) return value.map((each) => this.#masked(each, budget));
    if (typeof value === "object" && value !== null)
      return Object.fromEntries(
        Object.entries(value).map(([name, each]) => [name, this.#masked(each, budget)]),
      );
    const isNumber = typeof value === "number";
    if (!isNumber && (typeof value !== "string" || value === "")) return value;
    if (this.#areTooMany || this.#texts.has(String(value))) return MASKED;
    if (isNumber || value.length < PART_LENGTH_MIN) return value;
    budget.left -= (this.#parts.length + this.#marks.length) * (value.length + LOOK_CHARS);
    if (budget.left < 0) return MASKED;
    const plain = this.#parts.reduce((text, part) => text.replaceAll(part, MASKED), value);
    return withoutBase64(plain, this.#marks, MASKED);
  }
}

/**
 * Adds what the versions' templates make of secrets that these names refer to. False: there are too
 * many to be looked for.
 */
function addDerived(
  texts: Set<string>,
  names: ReadonlySet<string>,
  versions: readonly (Version | undefined)[],
): boolean {
  if (texts.size > TEXTS_MAX) return false;
  const given = [...texts];
  const read = versions.filter((version) => version !== undefined);
  const delimiters = new Set(read.flatMap((version) => delimitersIn(version, names)));
  if (delimiters.size * given.length > SPLITS_MAX) return false;
  for (const delimiter of delimiters)
    for (const secret of given) {
      if (secret.includes(delimiter)) for (const part of secret.split(delimiter)) texts.add(part);
      if (texts.size > TEXTS_MAX) return false;
    }
  texts.delete("");
  for (const text of [...texts]) texts.add(inJson(text));
  return true;
}

/** Whether a resource has write-only properties, or attributes that its type declares as secret. */
export function holdsSecrets(
  { model, properties }: Pick<ResourceRow, "model" | "properties">,
  type: Pick<EngineType, "schema" | "secretAttributes"> | undefined,
): boolean {
  if (!type) return false;
  const { schema, secretAttributes = [] } = type;
  if (secretAttributes.some((name) => model?.includes(`"${name}"`))) return true;
  if (schema.writeOnly.length === 0) return false;
  const declared = propertiesOf({ properties });
  return withoutPaths(declared, schema.writeOnly) !== declared;
}

/** The texts of the attributes that a model hides. */
function hiddenIn(model: string | null): readonly string[] {
  if (!model?.includes(NO_ECHO)) return [];
  const { [NO_ECHO]: names = [], ...attributes } = JSON.parse(model) as HidingModel;
  return names.flatMap((name) => textsIn(ownValue(attributes, name)));
}

interface HidingModel {
  readonly [NO_ECHO]?: readonly string[];
  readonly [attribute: string]: unknown;
}

function textsIn(value: unknown): readonly string[] {
  if (typeof value === "object" && value !== null) return Object.values(value).flatMap(textsIn);
  return value === null || value === undefined ? [] : [String(value)];
}
