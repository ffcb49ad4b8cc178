import { checkPolicy, type PolicyKey } from "../declare/policies.ts";
import type { ResourceDeclaration, Template } from "../declare/template.ts";
import { MAX_CHARACTERS_MADE } from "../document/limits.ts";
import { formatError, functionError, TemplateError, tooLarge } from "../document/template-error.ts";
import { type MapValue, mapOf, type Value } from "../document/value.ts";
import { functionCall } from "../functions/function-call.ts";
import { type DependencyGraph, dependencyGraph } from "../order/dependency-graph.ts";
import { holds } from "./condition-functions.ts";
import { type Attributes, type Environment, pseudoParameter } from "./environment.ts";
import { EXTENDED_FUNCTIONS, FUNCTIONS } from "./intrinsic-functions.ts";
import { checkRules } from "./rules.ts";
import { NO_VALUE, type Resolved, type Scope } from "./scope.ts";
import { isUnknown } from "./text-functions.ts";

/** A resource whose policies are resolved, and nothing else of it. */
export interface DecidedResource extends ResourceDeclaration {
  readonly deletionPolicy: string | undefined;
  readonly updateReplacePolicy: string | undefined;
}

/** A resource with its functions resolved. */
export interface ResolvedResource {
  readonly logicalId: string;
  readonly type: string;
  readonly properties: MapValue;
  readonly deletionPolicy: string;
  readonly updateReplacePolicy: string;
  readonly metadata: Value | undefined;
  readonly creationPolicy: Value | undefined;
  readonly updatePolicy: Value | undefined;
}

/** An output with its functions resolved. */
export interface ResolvedOutput {
  readonly name: string;
  readonly value: string;
  readonly description: string | undefined;
  readonly exportName: string | undefined;
}

/** The policy of resources that say nothing. */
const DEFAULT_POLICY = "Delete";

/** A template in an environment: its conditions are decided, its functions can be resolved. */
export class Evaluation {
  readonly template: Template;
  readonly environment: Environment;
  /** The resources whose condition holds, in the template's order. */
  readonly resources: ReadonlyMap<string, DecidedResource>;
  readonly #conditions = new Map<string, boolean>();
  readonly #deciding = new Set<string>();
  #graph: DependencyGraph | undefined;

  /** @throws TemplateError if a rule fails, or a condition or a policy can't be decided. */
  constructor(template: Template, environment: Environment) {
    this.template = template;
    this.environment = environment;
    checkRules(template.rules.values(), new Resolver(this, noAttributes, "/Rules"));
    for (const name of template.conditions.keys()) this.condition(name);
    this.resources = new Map(
      [...template.resources]
        .filter(([, { condition }]) => this.#exists(condition, "Resources"))
        .map(([name, declared]) => [name, this.#decided(declared)]),
    );
  }

  /** Whether a condition holds. @throws TemplateError if there is none of the name. */
  condition(name: string, where = "Condition"): boolean {
    const known = this.#conditions.get(name);
    if (known !== undefined) return known;
    const declared = this.template.conditions.get(name);
    if (declared === undefined)
      throw functionError(`unresolved condition dependency ${name} in ${where}`);
    if (this.#deciding.has(name))
      throw functionError(
        `Found circular condition dependency: [${[...this.#deciding].join(", ")}]`,
      );
    this.#deciding.add(name);
    const decided = holds(declared, new Resolver(this, noAttributes, `/Conditions/${name}`));
    this.#deciding.delete(name);
    this.#conditions.set(name, decided);
    return decided;
  }

  /** Which resource waits for which. @throws TemplateError if they wait in a circle. */
  get graph(): DependencyGraph {
    this.#graph ??= dependencyGraph(this);
    return this.#graph;
  }

  /** Resolves a resource's functions. @throws TemplateError with AWS's text. */
  resource(logicalId: string, attributes: Attributes): ResolvedResource {
    const declared = this.resources.get(logicalId);
    if (declared === undefined)
      throw new TemplateError(`Resource ${logicalId} does not exist in the template`);
    const at = `/Resources/${logicalId}`;
    const resolve = (value: Value | undefined, key: string): Value | undefined => {
      if (value === undefined) return undefined;
      const resolved = new Resolver(this, attributes, at).resolve(value, key);
      return resolved === NO_VALUE ? undefined : resolved;
    };
    return {
      logicalId,
      type: declared.type,
      properties: (resolve(declared.properties, "Properties") ?? {}) as MapValue,
      deletionPolicy: declared.deletionPolicy ?? DEFAULT_POLICY,
      updateReplacePolicy: declared.updateReplacePolicy ?? DEFAULT_POLICY,
      metadata: resolve(declared.metadata, "Metadata"),
      creationPolicy: resolve(declared.creationPolicy, "CreationPolicy"),
      updatePolicy: resolve(declared.updatePolicy, "UpdatePolicy"),
    };
  }

  /** Resolves the outputs whose condition holds. @throws TemplateError with AWS's text. */
  outputs(attributes: Attributes): readonly ResolvedOutput[] {
    return [...this.template.outputs.values()]
      .filter(({ condition }) => this.#exists(condition, "Outputs"))
      .map(({ name, value, description, exportName }) => {
        const resolver = new Resolver(this, attributes, `/Outputs/${name}`);
        const exported =
          exportName === undefined
            ? undefined
            : text(resolver.resolve(exportName, "Export"), "Name field of every Export");
        return {
          name,
          value: text(resolver.resolve(value, "Value"), "Value field of every Outputs"),
          description,
          exportName: exported,
        };
      });
  }

  /** Resolves a value that belongs to no resource. @throws TemplateError with AWS's text. */
  resolve(value: Value, attributes: Attributes, at: string): Value | undefined {
    const resolved = new Resolver(this, attributes, "").resolve(value, at);
    return resolved === NO_VALUE ? undefined : resolved;
  }

  #decided(declared: ResourceDeclaration): DecidedResource {
    return {
      ...declared,
      deletionPolicy: this.#policy(declared, "DeletionPolicy", declared.deletionPolicy),
      updateReplacePolicy: this.#policy(
        declared,
        "UpdateReplacePolicy",
        declared.updateReplacePolicy,
      ),
    };
  }

  /** A policy follows from parameters and conditions: it is needed before the resources exist. */
  #policy(
    { logicalId }: ResourceDeclaration,
    key: PolicyKey,
    value: Value | undefined,
  ): string | undefined {
    if (value === undefined || typeof value === "string") return value;
    const attributes: Attributes = () => {
      throw formatError(`Unsupported expression for ${key} in resource ${logicalId}`);
    };
    const resolved = new Resolver(this, attributes, `/Resources/${logicalId}`).resolve(value, key);
    // A nested stack's parameter may not have its value yet.
    if (resolved === NO_VALUE || isUnknown(resolved)) return undefined;
    return checkPolicy(logicalId, key, resolved);
  }

  #exists(condition: string | undefined, block: string): boolean {
    if (condition === undefined) return true;
    if (!this.template.conditions.has(condition))
      throw formatError(
        `Unresolved condition dependency ${condition} in the ${block} block of the template`,
      );
    return this.condition(condition);
  }
}

const noAttributes: Attributes = (logicalId) => {
  throw formatError(
    `Unresolved dependencies [${logicalId}]. Cannot reference resources in the Conditions block ` +
      "of the template",
  );
};

function text(value: Resolved, what: string): string {
  if (Array.isArray(value))
    throw formatError(`The ${what} member must evaluate to a String and not a List.`);
  if (typeof value === "object" || value === NO_VALUE)
    throw formatError(`The ${what} member must evaluate to a String and not a Map.`);
  return String(value);
}

/** Resolves functions, and knows where it is for the texts of errors. */
class Resolver implements Scope {
  readonly #evaluation: Evaluation;
  readonly #attributes: Attributes;
  readonly #path: (string | number)[];
  #characters = 0;

  constructor(evaluation: Evaluation, attributes: Attributes, at: string) {
    this.#evaluation = evaluation;
    this.#attributes = attributes;
    this.#path = [at];
  }

  get environment(): Environment {
    return this.#evaluation.environment;
  }

  get mappings(): MapValue {
    return this.#evaluation.template.mappings;
  }

  get extended(): boolean {
    return this.#evaluation.template.extended;
  }

  resolve(value: Value, key: string | number): Resolved {
    if (typeof value !== "object" || value === null) return value;
    this.#path.push(key);
    const resolved = this.#resolve(value);
    this.#path.pop();
    return resolved;
  }

  #resolve(value: Exclude<Value, string | number | boolean | null>): Resolved {
    if (Array.isArray(value)) return this.resolveAll(value);
    const call = functionCall(value);
    if (call !== undefined) return this.#call(call.name, call.argument);
    const pairs: [string, Value][] = [];
    for (const [key, below] of Object.entries(value as MapValue)) {
      const resolved = this.resolve(below, key);
      if (resolved !== NO_VALUE) pairs.push([key, resolved]);
    }
    return mapOf(pairs);
  }

  resolveAll(values: readonly Value[]): readonly Value[] {
    const resolved: Value[] = [];
    values.forEach((value, index) => {
      const item = this.resolve(value, index);
      if (item !== NO_VALUE) resolved.push(item);
    });
    return resolved;
  }

  #call(name: string, argument: Value): Resolved {
    const known = FUNCTIONS.get(name) ?? (this.extended ? EXTENDED_FUNCTIONS.get(name) : undefined);
    if (known === undefined) throw functionError(`${name} isn't supported here`);
    this.#path.push(name);
    const resolved = known(argument, this);
    this.#path.pop();
    return resolved;
  }

  refer(name: string, attribute: string | undefined): Resolved {
    if (attribute === undefined) {
      const value =
        pseudoParameter(name, this.environment) ?? this.environment.parameters.get(name);
      if (value !== undefined) {
        if (typeof value !== "string") this.spend(value.length + value.join("").length);
        return value;
      }
      if (name === "AWS::NoValue") return NO_VALUE;
    }
    return this.#attribute(name, attribute);
  }

  #attribute(name: string, attribute: string | undefined): Value {
    const value = this.#attributes(name, attribute ?? "Ref");
    if (value !== undefined) return value;
    const type = this.#evaluation.template.resources.get(name)?.type ?? name;
    throw new TemplateError(
      `[Error] ${this.#path.join("/")}: Resource type ${type} does not support attribute ` +
        `{${attribute}}.`,
    );
  }

  condition(name: string, where: string): boolean {
    return this.#evaluation.condition(name, where);
  }

  spend(characters: number): void {
    this.#characters += characters;
    if (this.#characters > MAX_CHARACTERS_MADE) throw tooLarge();
  }
}
