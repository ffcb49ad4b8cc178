import { EXTENSIONS } from "../declare/transforms.ts";
import { TemplateError } from "../document/template-error.ts";
import { isList, isMap, isScalar, type MapValue, mapOf, type Value } from "../document/value.ts";
import type { ExpansionBudget } from "./expansion-budget.ts";
import type { ResolveByParameters } from "./parameters-only.ts";

/** Sections in which loops may stand (Template Reference, "Fn::ForEach"). */
const SECTIONS = new Set(["Conditions", "Resources", "Outputs"]);
const LOOP = /^Fn::ForEach::[A-Za-z0-9]+$/;

/** Writes out the loops of a template's conditions, resources and outputs. */
export function expandLoops(
  document: MapValue,
  resolve: ResolveByParameters,
  budget: ExpansionBudget,
): MapValue {
  const loops = new Loops(resolve, budget);
  return mapOf(
    Object.entries(document).map(([name, section]) => [
      name,
      SECTIONS.has(name) ? loops.expand(section) : section,
    ]),
  );
}

class Loops {
  readonly #resolve: ResolveByParameters;
  readonly #budget: ExpansionBudget;

  constructor(resolve: ResolveByParameters, budget: ExpansionBudget) {
    this.#resolve = resolve;
    this.#budget = budget;
  }

  expand(value: Value): Value {
    if (isList(value)) return value.map((item) => this.expand(item));
    if (!isMap(value)) return value;
    const pairs: [string, Value][] = [];
    for (const [key, below] of Object.entries(value)) {
      this.#budget.spend(key.length);
      if (key.startsWith("Fn::ForEach")) pairs.push(...this.#loop(key, below));
      else pairs.push([key, this.expand(below)]);
    }
    refuseTwice(pairs);
    return mapOf(pairs);
  }

  #loop(key: string, loop: Value): [string, Value][] {
    const [identifier, collection, fragment, ...more]: readonly Value[] = isList(loop) ? loop : [];
    if (!LOOP.test(key) || typeof identifier !== "string" || collection === undefined)
      throw failed("Fn::ForEach layout is incorrect.");
    if (!isMap(fragment) || more.length > 0) throw failed("Fn::ForEach layout is incorrect.");
    const items = this.#items(collection, key);
    this.#budget.spendCopies(items.length, fragment);
    return items.flatMap((item) => {
      this.#budget.spend(1);
      const written = this.#write(fragment, new Identifier(identifier, item));
      return Object.entries(this.expand(written) as MapValue);
    });
  }

  #items(collection: Value, at: string): readonly string[] {
    const items = this.#resolve(collection, at);
    if (!isList(items) || !items.every(isScalar))
      throw failed("Fn::ForEach collection must be a list of strings.");
    return items.map(String);
  }

  /** Puts an item in the place of the identifier, in keys and in values. */
  #write(value: Value, identifier: Identifier): Value {
    if (typeof value === "string") return this.#text(value, identifier);
    if (isList(value)) return value.map((item) => this.#write(item, identifier));
    if (!isMap(value)) return value;
    const entries = Object.entries(value);
    if (entries.length === 1 && value.Ref === identifier.name) return identifier.item;
    return mapOf(
      entries.map(([key, below]) => [this.#text(key, identifier), this.#write(below, identifier)]),
    );
  }

  #text(text: string, identifier: Identifier): string {
    const written = identifier.in(text);
    this.#budget.spend(written.length);
    return written;
  }
}

/** The name that a loop gives its item. */
class Identifier {
  readonly name: string;
  readonly item: string;
  readonly #plain: string;

  constructor(name: string, item: string) {
    this.name = name;
    this.item = item;
    this.#plain = item.replace(/[^A-Za-z0-9]/g, "");
  }

  /** `${Name}` becomes the item, `&{Name}` its letters and digits. */
  in(text: string): string {
    return text
      .replaceAll(`\${${this.name}}`, () => this.item)
      .replaceAll(`&{${this.name}}`, () => this.#plain);
  }
}

function refuseTwice(pairs: readonly (readonly [string, Value])[]): void {
  const seen = new Set<string>();
  for (const [key] of pairs) {
    if (seen.has(key)) throw failed(`Fn::ForEach makes the key ${key} twice.`);
    seen.add(key);
  }
}

function failed(reason: string): TemplateError {
  return new TemplateError(`Transform ${EXTENSIONS} failed with: ${reason}`);
}
