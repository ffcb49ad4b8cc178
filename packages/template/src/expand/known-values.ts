import { isList, isMap, type MapValue, mapOf, member, type Value } from "../document/value.ts";
import { pseudoParameter, UNKNOWN } from "../evaluate/environment.ts";
import type { Evaluation } from "../evaluate/evaluation.ts";
import { functionCall } from "../functions/function-call.ts";
import { ifParts, refName, variableReference } from "../functions/references.ts";
import { readSub } from "../functions/sub-text.ts";

/** Functions whose results follow from more than the template and its parameters. */
const LATER = new Set([
  ...["Fn::GetAtt", "Fn::ImportValue", "Fn::GetAZs", "Fn::Cidr", "Fn::Transform"],
]);

/**
 * The document of a template whose transforms are done, as AWS::LanguageExtensions leaves it: in
 * resources and outputs, functions are their results where these are known before any resource is.
 *
 * @param hidden parameters whose values mustn't be shown; functions of them stay.
 * @throws TemplateError if a function can't be resolved.
 */
export function withKnownValues(evaluation: Evaluation, hidden: ReadonlySet<string>): MapValue {
  const known = new KnownValues(evaluation, hidden);
  return mapOf(
    Object.entries(evaluation.template.document).map(([name, section]): [string, Value] => {
      if (name === "Resources" && isMap(section)) return [name, known.resources(section)];
      return [name, name === "Outputs" ? known.write(section) : section];
    }),
  );
}

class KnownValues {
  readonly #evaluation: Evaluation;
  readonly #hidden: ReadonlySet<string>;

  constructor(evaluation: Evaluation, hidden: ReadonlySet<string>) {
    this.#evaluation = evaluation;
    this.#hidden = hidden;
  }

  resources(section: MapValue): MapValue {
    return mapOf(
      Object.entries(section).map(([name, resource]): [string, Value] => {
        const written = this.write(resource);
        if (!isMap(written)) return [name, written];
        // A list of one resource is written as its name.
        const { DependsOn } = written;
        const [only, ...others] = isList(DependsOn) ? DependsOn : [];
        const isOne = typeof only === "string" && others.length === 0;
        return [name, isOne ? { ...written, DependsOn: only } : written];
      }),
    );
  }

  write(value: Value): Value {
    if (isList(value)) return value.map((item) => this.write(item));
    if (!isMap(value)) return value;
    const call = functionCall(value);
    if (call && this.#isKnown(value))
      return this.#evaluation.resolve(value, () => UNKNOWN, call.name) ?? value;
    if (call?.name === "Fn::If") return this.write(this.#taken(call.argument));
    // A text that is known in part stays whole.
    if (call?.name === "Fn::Sub") return value;
    return mapOf(Object.entries(value).map(([key, below]) => [key, this.write(below)]));
  }

  #isKnown(value: Value): boolean {
    if (isList(value)) return value.every((item) => this.#isKnown(item));
    if (!isMap(value)) return true;
    const call = functionCall(value);
    if (call === undefined) return Object.values(value).every((below) => this.#isKnown(below));
    if (LATER.has(call.name)) return false;
    if (call.name === "Ref") return this.#isNameKnown(refName(call.argument));
    if (call.name === "Fn::Sub") return this.#isTextKnown(call.argument);
    if (call.name === "Fn::If") return this.#isKnown(this.#taken(call.argument));
    return this.#isKnown(call.argument);
  }

  #isTextKnown(argument: Value): boolean {
    const { parts, locals } = readSub(argument);
    return parts.every((part) => {
      if (!("variable" in part)) return true;
      const local = member(locals, part.variable);
      if (local !== undefined) return this.#isKnown(local);
      const { kind, name } = variableReference(part.variable);
      return kind === "Ref" && this.#isNameKnown(name);
    });
  }

  #isNameKnown(name: string): boolean {
    const { environment } = this.#evaluation;
    if (this.#hidden.has(name)) return false;
    const value = pseudoParameter(name, environment) ?? environment.parameters.get(name);
    return value !== undefined && !String(value).includes(UNKNOWN);
  }

  #taken(argument: Value): Value {
    const { condition, yes, no } = ifParts(argument);
    return this.#evaluation.condition(condition, "Fn::If") ? yes : no;
  }
}
