import { TemplateError } from "@rolecast/template";
import type { ResourceModel, ResourceSchema, ResourceTypes } from "../../../kernel/resources.ts";
import { decidedType, type OwnType, type TypeHandlers } from "./own-type.ts";

/** A type as the engine works with it: a service's, whose operations decide, or its own. */
export type EngineType = TypeHandlers;

const CUSTOM = "Custom::";
const CUSTOM_RESOURCE = "AWS::CloudFormation::CustomResource";

/**
 * Finds types by their names, the engine's own first. Whoever works with one gets it here, and so
 * with its permissions decided.
 */
export class EngineTypes {
  readonly #resources: ResourceTypes;
  readonly #own = new Map<string, EngineType>();
  readonly #found = new Map<string, EngineType>();
  #custom: ((typeName: string) => OwnType) | undefined;

  constructor(resources: ResourceTypes) {
    this.#resources = resources;
  }

  /** Adds a type of the engine's own. */
  add(type: OwnType): void {
    this.#own.set(type.schema.typeName, decidedType(type));
  }

  /** Makes the types of custom resources that aren't added by their names. */
  addCustom(typeOf: (typeName: string) => OwnType): void {
    this.#custom = typeOf;
  }

  /** Custom resources' types aren't among them: they are no types of the registry. */
  get typeNames(): readonly string[] {
    const own = [...this.#own.keys()].filter((name) => !name.startsWith(CUSTOM));
    return [...new Set([...this.#resources.typeNames, ...own])].sort();
  }

  /** Whether it is the engine's own: nothing of it is anywhere but in the stacks' rows. */
  isOwn(name: string): boolean {
    return this.#ownType(name) !== undefined;
  }

  /** Whether it is a custom resource's type, whose provider's function needn't run. */
  isCustomResource(name: string): boolean {
    return name.startsWith(CUSTOM) && this.#own.has(name);
  }

  async find(name: string): Promise<EngineType | undefined> {
    const known = this.#ownType(name) ?? this.#found.get(name);
    if (known) return known;
    const [type, schema] = await Promise.all([
      this.#resources.find(name),
      this.#resources.schema(name),
    ]);
    if (!type || !schema) return undefined;
    const found: EngineType = {
      schema,
      ...(type.naming === undefined ? {} : { naming: type.naming }),
      ...(type.secretAttributes && { secretAttributes: type.secretAttributes }),
      create: (want, call) => type.create(want, call),
      read: (model, call) => type.read(model, call),
      update: (model, was, want, call) => type.update(model, was, want, call),
      delete: (model, call) => type.delete(model, call),
    };
    this.#found.set(name, found);
    return found;
  }

  #ownType(name: string): EngineType | undefined {
    const own = this.#own.get(name);
    if (own) return own;
    const isCustom = name.startsWith(CUSTOM) || name === CUSTOM_RESOURCE;
    return isCustom && this.#custom ? decidedType(this.#custom(name)) : undefined;
  }

  /** Rejects with TemplateError in AWS's words where there is no such type. */
  async require(name: string): Promise<EngineType> {
    const type = await this.find(name);
    if (type) return type;
    throw new TemplateError(`Template format error: Unrecognized resource types: [${name}]`);
  }

  /** The names among these that there is no type for. */
  async unrecognized(names: Iterable<string>): Promise<readonly string[]> {
    const missing: string[] = [];
    for (const name of new Set(names)) if (!(await this.find(name))) missing.push(name);
    return missing;
  }
}

/** The text that `Ref` gives: the physical id. */
export function physicalIdOf(
  { ref, typeName }: Pick<ResourceSchema, "ref" | "typeName">,
  model: ResourceModel,
): string {
  const parts = ref.map((name) => model[name]).filter((part) => part !== undefined);
  if (parts.length === 0)
    throw new Error(`A resource of ${typeName} was made without ${ref.join(", ")}.`);
  return parts.join("|");
}
