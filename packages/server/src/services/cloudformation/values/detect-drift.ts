import type { PropertyDifference, StackResourceDriftStatus } from "@aws-sdk/client-cloudformation";
import { ownValue } from "../../../kernel/own-value.ts";
import type { Caller } from "../../../kernel/principal.ts";
import { withoutPaths } from "../../../kernel/resource-types/model-violations.ts";
import { StepCalls } from "../../../kernel/resource-types/resource-calls.ts";
import type { ResourceModel } from "../../../kernel/resources.ts";
import type { EngineDependencies } from "../dependencies.ts";
import type { ResourceRow, StackRow } from "../tables.ts";
import { actualOf, differencesOf } from "./differences.ts";
import { modelOf, propertiesOf } from "./stored-json.ts";

/** The outcome of comparing a resource with what is there, as its row keeps it. */
export interface StoredDrift {
  readonly status: StackResourceDriftStatus;
  readonly checkedMs: number;
  readonly expected?: string;
  readonly actual?: string;
  readonly differences?: readonly PropertyDifference[];
  readonly reason?: string;
}

/** A resource's drift, with its declared properties as they are there. */
export interface DetectedDrift extends StoredDrift {
  /** Undefined: nothing could be read, or there is nothing. */
  readonly actualProperties?: ResourceModel;
  /** Declared properties that reading doesn't give back, as paths. */
  readonly ignored?: readonly string[];
}

/** Compares one resource with what is there, by the caller's permissions. */
export async function detectDrift(
  row: Pick<ResourceRow, "type" | "physical_id" | "properties" | "model">,
  { region }: Pick<StackRow, "region">,
  as: Caller,
  deps: Pick<EngineDependencies, "types" | "invoke" | "ids" | "clock">,
): Promise<DetectedDrift> {
  const checkedMs = deps.clock.nowMs();
  const type = await deps.types.find(row.type);
  if (!type || deps.types.isOwn(row.type) || row.physical_id === null)
    return { status: "NOT_CHECKED", checkedMs };
  const { invoke, ids } = deps;
  const calls = new StepCalls({ invoke, ids, as, region, token: ids.uuid() });
  const expected = propertiesOf(row);
  const shown = { checkedMs, expected: JSON.stringify(expected) };
  try {
    const actual = await type.read(modelOf(row), calls as never);
    const { writeOnly } = type.schema;
    const differences = differencesOf(expected, actual, writeOnly);
    const declared = Object.keys(expected).filter((name) => ownValue(actual, name) !== undefined);
    const compared = Object.fromEntries(declared.map((name) => [name, ownValue(actual, name)]));
    return {
      ...shown,
      status: differences.length > 0 ? "MODIFIED" : "IN_SYNC",
      actual: JSON.stringify(compared),
      differences,
      actualProperties: actualOf(expected, actual, writeOnly),
      ignored: writeOnly
        .filter((path) => withoutPaths(expected, [path]) !== expected)
        .map((path) => `/Properties/${path}`),
    };
  } catch (error) {
    const failure = calls.failureOf(error);
    if (!failure) throw error;
    if (failure.code === "NotFound") return { ...shown, status: "DELETED" };
    return { checkedMs, status: "UNKNOWN", reason: failure.message };
  }
}
