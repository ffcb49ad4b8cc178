import type { Evaluation } from "@rolecast/template";
import { AwsError } from "../../../kernel/aws-error.ts";
import type { Caller } from "../../../kernel/principal.ts";
import { StepCalls } from "../../../kernel/resource-types/resource-calls.ts";
import type { ResourceModel } from "../../../kernel/resources.ts";
import type { EngineDependencies } from "../dependencies.ts";
import type { EngineType } from "../types/engine-types.ts";

/** The identifier, if the template itself has all of it. */
export function staticIdentifier(
  names: readonly string[],
  after: Evaluation,
  logicalId: string,
): Readonly<Record<string, string>> | undefined {
  let isKnown = true;
  const { properties } = after.resource(logicalId, () => {
    isKnown = false;
    return "";
  });
  const pairs = names.map((name) => [name, properties[name]] as const);
  if (!isKnown && pairs.some(([, value]) => value === "")) return undefined;
  if (!pairs.every(([, value]) => typeof value === "string" && value !== "")) return undefined;
  return Object.fromEntries(pairs) as Readonly<Record<string, string>>;
}

/** Whether there is a resource with this identifier that the caller may read. */
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
    // Whoever may not see it can't take it over either: creating it will say why.
    if (error instanceof AwsError || error instanceof Error) return false;
    throw error;
  }
}
