import { isDeepStrictEqual } from "node:util";
import { AwsError } from "../../kernel/aws-error.ts";
import type { Caller } from "../../kernel/principal.ts";
import { modelViolations, withoutWriteOnly } from "../../kernel/resource-types/model-violations.ts";
import { StepCalls } from "../../kernel/resource-types/resource-calls.ts";
import {
  ResourceError,
  type ResourceModel,
  type ResourceSchema,
  type ResourceType,
  type ResourceTypes,
  type Step,
} from "../../kernel/resources.ts";
import type { Transaction } from "../../kernel/store.ts";
import type { CloudControlDependencies } from "./dependencies.ts";
import { invalid, invalidModel, notUpdatable, typeNotFound, unsupportedAction } from "./errors.ts";
import { readIdentifier } from "./identifiers.ts";
import { applyPatch, operationsOf } from "./json-patch.ts";
import { PatchError } from "./patch-error.ts";
import { checkProtectedPaths } from "./protected-paths.ts";
import type { RequestOperation, RequestRow } from "./tables.ts";

export interface KnownType {
  readonly type: ResourceType;
  readonly schema: ResourceSchema;
}

/** Throws TypeNotFoundException, or UnsupportedActionException for a type without handlers. */
export async function requireType(
  typeName: string,
  action: RequestOperation | "READ" | "LIST",
  resources: ResourceTypes,
): Promise<KnownType> {
  const schema = await resources.schema(typeName);
  if (!schema) throw typeNotFound(typeName);
  const type = await resources.find(typeName);
  if (!type || type.isRemembered) throw unsupportedAction(typeName, action);
  return { type, schema };
}

/** Letters and digits of a name that nobody chose, as AWS gives them. */
const NAME_LENGTHS = [16, 12] as const;

/** The wanted properties, with a name where the type needs one. Throws ValidationException. */
export function wantedModel(
  { type, schema }: KnownType,
  declared: ResourceModel,
  { ids }: Pick<CloudControlDependencies, "ids">,
): ResourceModel {
  const violations = modelViolations(schema, declared);
  if (violations.length > 0) throw invalidModel(violations);
  const { naming } = type;
  if (!naming || declared[naming.property] !== undefined) return declared;
  // Some services' names begin with a letter.
  const [first, ...rest] = NAME_LENGTHS.map((length) => ids.alphanumeric(length));
  const random = [first?.replace(/^\d/, "r"), ...rest].join("-");
  const name = random.slice(0, naming.lengthMax);
  const isLower = naming.form === "lower-case";
  return { ...declared, [naming.property]: isLower ? name.toLowerCase() : name };
}

/**
 * The properties that a patch makes of those that a resource has. Throws ValidationException for a
 * patch that can't be applied, and NotUpdatableException where it would need another resource.
 */
export function patchedModel(
  { type, schema }: KnownType,
  current: ResourceModel,
  patch: string,
): { readonly was: ResourceModel; readonly want: ResourceModel } {
  const isOfService = (name: string) =>
    Object.hasOwn(current, name) && !type.properties.includes(name);
  const was = without(current, isOfService);
  const want = without(patched(schema, current, patch), isOfService);
  // What reading doesn't give back isn't there unless the patch has it.
  const unread = schema.writeOnly.map((path) => {
    const parts = ["#", ...path.split("/")];
    return `${parts.slice(0, -1).join("/")}: required key [${parts.at(-1)}] not found`;
  });
  const violations = modelViolations(schema, want).filter((each) => !unread.includes(each));
  if (violations.length > 0) throw invalidModel(violations);
  const replaced = Object.entries(schema.properties)
    .filter(
      ([name, { replacement }]) =>
        replacement === "yes" && !isDeepStrictEqual(was[name], want[name]),
    )
    .map(([name]) => name);
  if (replaced.length > 0) throw notUpdatable(replaced);
  return { was, want };
}

function without(model: ResourceModel, isLeft: (name: string) => boolean): ResourceModel {
  return Object.fromEntries(Object.entries(model).filter(([name]) => !isLeft(name)));
}

function patched(schema: ResourceSchema, was: ResourceModel, patch: string): ResourceModel {
  try {
    const operations = operationsOf(patch);
    checkProtectedPaths(schema, operations);
    const want = applyPatch(was, operations);
    if (typeof want === "object" && want !== null && !Array.isArray(want))
      return want as ResourceModel;
    throw new PatchError("The patch leaves no object.");
  } catch (error) {
    if (error instanceof PatchError) throw invalid(`Invalid patch update: ${error.message}`);
    throw error;
  }
}

interface Whence {
  readonly as: Caller;
  readonly region: string;
  readonly token: string;
  readonly baseUrl: string | undefined;
  readonly transaction?: Transaction;
  readonly state?: ResourceModel | undefined;
}

export function callsOf({ invoke, ids }: CloudControlDependencies, whence: Whence): StepCalls {
  return new StepCalls({ invoke, ids, systemTags: {}, ...whence });
}

/** The wish of a request: properties, or a patch of those that there are. */
export interface Work {
  readonly want?: ResourceModel;
  readonly patch?: string;
  /** The server's URL as whoever asked knows it: addresses in the model begin with it. */
  readonly baseUrl?: string;
}

/** One step of a request's work. Rejects as the type does, or with the refusal of a patch. */
export async function runStep(
  row: RequestRow,
  { want = {}, patch = "[]" }: Work,
  known: KnownType,
  calls: StepCalls,
): Promise<Step> {
  const { type, schema } = known;
  if (row.operation === "CREATE") return type.create(want, calls);
  const id = row.identifier === null ? {} : readIdentifier(schema, row.identifier);
  switch (row.operation) {
    case "UPDATE": {
      const current = await type.read(id, calls);
      const changed = inHandlersWords(() => patchedModel(known, current, patch));
      return type.update(current, changed.was, changed.want, calls);
    }
    case "DELETE":
      return type.delete(calls.state ? id : { ...(await type.read(id, calls)), ...id }, calls);
  }
}

/** A patch that fitted when it was sent, and doesn't any more: the request fails. */
function inHandlersWords<Result>(run: () => Result): Result {
  try {
    return run();
  } catch (error) {
    if (error instanceof AwsError) throw new ResourceError("InvalidRequest", error.message);
    throw error;
  }
}

/** The model as JSON, as answers have it. */
export function shownModel(schema: ResourceSchema, model: ResourceModel): string {
  return JSON.stringify(withoutWriteOnly(schema, model));
}
