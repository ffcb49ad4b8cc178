import { type Evaluation, UNKNOWN } from "@rolecast/template";
import type { Caller } from "../../../kernel/principal.ts";
import { StepCalls } from "../../../kernel/resource-types/resource-calls.ts";
import type { HandlerErrorCode, ResourceModel } from "../../../kernel/resources.ts";
import type { EngineDependencies } from "../dependencies.ts";
import type { EngineType } from "../types/engine-types.ts";

/** The identifier, if the template itself has all of it. */
export function staticIdentifier(
  names: readonly string[],
  after: Evaluation,
  logicalId: string,
): Readonly<Record<string, string>> | undefined {
  const { properties } = after.resource(logicalId, () => UNKNOWN);
  const pairs = names.map((name) => [name, properties[name]] as const);
  const isKnown = (value: unknown) =>
    typeof value === "string" && value !== "" && !value.includes(UNKNOWN);
  if (!pairs.every(([, value]) => isKnown(value))) return undefined;
  return Object.fromEntries(pairs) as Readonly<Record<string, string>>;
}

/** Refusals that say that there is no such resource, or that none can have the identifier. */
const ABSENT: readonly HandlerErrorCode[] = ["NotFound", "InvalidRequest"];

/**
 * Whether there is a resource with this identifier. Rejects where it can't be known: with a denial,
 * or because its service doesn't answer.
 */
export async function isThere(
  type: EngineType,
  identifier: ResourceModel,
  as: Caller,
  region: string,
  { invoke, ids }: Pick<EngineDependencies, "invoke" | "ids">,
): Promise<boolean> {
  const calls = new StepCalls({ invoke, ids, as, region, token: ids.uuid() });
  try {
    await type.read(identifier, calls as never);
    return true;
  } catch (error) {
    const failure = calls.failureOf(error);
    if (failure && ABSENT.includes(failure.code)) return false;
    throw error;
  }
}
