import { isDeepStrictEqual } from "node:util";
import {
  type Naming,
  type ResourceCall,
  ResourceError,
  type ResourceModel,
  type ResourceType,
  type Step,
} from "../resources.ts";
import { isSystemTag, ownTags } from "../system-tags.ts";
import { listed, type Tag } from "./members.ts";

/** A change of a resource's properties: from the declared ones of before to those wanted now. */
export interface Change {
  /** At least the primary identifier's members. */
  readonly id: ResourceModel;
  readonly was: ResourceModel;
  readonly want: ResourceModel;
}

/** Properties of a resource that some operations of its service write and read. */
export interface Part {
  readonly properties: readonly string[];
  /** The operation that creates the resource takes them too, so that nothing is left to write. */
  readonly isCreated?: boolean;
  /** They are the resource's tags. */
  readonly isTags?: boolean;
  /** Called when one of them changes; a wanted property that is undefined gets its default. */
  write(change: Change, call: ResourceCall): Promise<void>;
  /** Left out, the resource's own `read` gives them. */
  read?(id: ResourceModel, call: ResourceCall): Promise<ResourceModel>;
  /** Removes those that `id`'s model has, where they keep the resource from being deleted. */
  clear?(id: ResourceModel, call: ResourceCall): Promise<void>;
}

/** A deletion that goes on; the next step has its state. */
export type Waiting = Extract<Step, { readonly kind: "wait" }>;

/** A resource type as its service declares it: its operations, and the parts it consists of. */
export interface TypeDeclaration {
  readonly typeName: string;
  readonly naming?: Naming;
  readonly isRemembered?: boolean;
  /** See ResourceType. */
  readonly secretAttributes?: readonly string[];
  /** Properties that only `create` takes. */
  readonly fixed: readonly string[];
  readonly parts?: readonly Part[];
  /** Resolves to the identifier, with the attributes that the operation's answer has. */
  create(want: ResourceModel, call: ResourceCall): Promise<ResourceModel>;
  /** Creating and changing end with a `read`, whose permission AWS's handler needs as well. */
  readonly isReadAfterwards?: boolean;
  read(id: ResourceModel, call: ResourceCall): Promise<ResourceModel>;
  /** The pause until a resource that was created is looked at again; undefined: it is complete. */
  waitMs?(model: ResourceModel): number | undefined;
  /** May leave something to wait for: the pause and the state of a step. */
  delete(id: ResourceModel, call: ResourceCall): Promise<Waiting | undefined>;
  /** Left out, there is no operation that lists them. */
  list?(model: ResourceModel, call: ResourceCall): AsyncIterable<ResourceModel>;
}

/** Makes a resource type of its declaration. */
export function declareType(declared: TypeDeclaration): ResourceType {
  const { typeName, naming, isRemembered, secretAttributes, fixed, parts = [] } = declared;
  const properties = [...fixed, ...parts.flatMap((part) => part.properties)];
  const created = async (model: ResourceModel, want: ResourceModel): Promise<Step> => {
    const ms = declared.waitMs?.(model);
    const whole = { ...want, ...model };
    if (ms !== undefined) return { kind: "wait", ms, state: { id: model, want }, model: whole };
    return { kind: "done", model: whole };
  };
  const readItself = async (id: ResourceModel, call: ResourceCall) =>
    withoutSystemTags(await declared.read(id, call));
  const look = (id: ResourceModel, call: ResourceCall) =>
    declared.isReadAfterwards || declared.waitMs ? readItself(id, call) : undefined;
  return {
    typeName,
    properties,
    ...(naming && { naming }),
    ...(isRemembered && { isRemembered }),
    ...(secretAttributes && { secretAttributes }),
    async create(want, call) {
      if (call.state) {
        const { id, want: whole } = call.state as Readonly<Record<"id" | "want", ResourceModel>>;
        return created({ ...id, ...(await readItself(id, call)) }, whole);
      }
      refuseOthers(typeName, [...properties, naming?.property ?? ""], want);
      const id = await declared.create(want, call);
      for (const part of parts) {
        const isDeclared = part.properties.some((property) => want[property] !== undefined);
        if (isDeclared && !part.isCreated) await part.write({ id, was: {}, want }, call);
      }
      return created({ ...id, ...(await look(id, call)) }, want);
    },
    async read(id, call) {
      const model = { ...(await readItself(id, call)) };
      for (const part of parts) Object.assign(model, await part.read?.({ ...id, ...model }, call));
      return defined(withoutSystemTags(model));
    },
    async update(id, was, want, call) {
      refuseOthers(typeName, [...properties, naming?.property ?? ""], want);
      const differs = (property: string) => !isDeepStrictEqual(was[property], want[property]);
      const changed = fixed.find((property) => want[property] !== undefined && differs(property));
      if (changed !== undefined)
        throw new ResourceError("NotUpdatable", `${typeName}'s '${changed}' can't be changed.`);
      for (const part of parts) {
        const isRewritten = call.rewritesTags && part.isTags;
        if (isRewritten || part.properties.some(differs)) await part.write({ id, was, want }, call);
      }
      const kept = Object.entries(id).filter(([name]) => !properties.includes(name));
      const model = { ...Object.fromEntries(kept), ...want, ...pickIdentity(id, want) };
      return { kind: "done", model: defined({ ...model, ...(await look(id, call)) }) };
    },
    async delete(id, call) {
      if (!call.state) for (const part of parts) await part.clear?.(id, call);
      return (await declared.delete(id, call)) ?? { kind: "done", model: {} };
    },
    list(model, call) {
      if (declared.list) return declared.list(model, call);
      throw new ResourceError("InvalidRequest", `${typeName} can't be listed.`);
    },
  };

  /** A name that the resource was given, where `want` doesn't declare it. */
  function pickIdentity(id: ResourceModel, want: ResourceModel): ResourceModel {
    return Object.fromEntries(
      fixed.filter((name) => want[name] === undefined).map((name) => [name, id[name]]),
    );
  }
}

/**
 * Tags that AWS itself gave aren't the resource's properties: neither drift nor Cloud Control sees
 * them. Source: github.com/aws/aws-sdk/issues/594.
 */
function withoutSystemTags(model: ResourceModel): ResourceModel {
  const { Tags } = model;
  if (Array.isArray(Tags))
    return {
      ...model,
      Tags: listed((Tags as readonly Tag[]).filter(({ Key }) => !isSystemTag(Key))),
    };
  if (typeof Tags !== "object" || Tags === null) return model;
  return { ...model, Tags: ownTags(Tags as Readonly<Record<string, string>>) };
}

/**
 * Properties of the specification that no operation here takes are refused by name. An empty text
 * asks for nothing: the CDK writes `KmsKeyIdentifier: ""` for EventBridge's own key.
 */
function refuseOthers(typeName: string, own: readonly string[], want: ResourceModel): void {
  const others = Object.keys(want).filter(
    (name) => want[name] !== undefined && want[name] !== "" && !own.includes(name),
  );
  if (others.length === 0) return;
  throw new ResourceError(
    "InvalidRequest",
    `Rolecast doesn't implement ${typeName}'s ${others.map((name) => `'${name}'`).join(", ")} yet.`,
  );
}

/** The members that have a value. */
export function defined(model: ResourceModel): ResourceModel {
  return Object.fromEntries(Object.entries(model).filter(([, value]) => value !== undefined));
}
