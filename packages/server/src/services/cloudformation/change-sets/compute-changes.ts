import type { Change } from "@aws-sdk/client-cloudformation";
import {
  compareTemplates,
  type DeployedStack,
  type Evaluation,
  importsIn,
  type MapValue,
  TemplateError,
  UNKNOWN,
} from "@rolecast/template";
import type { ResourceSchema } from "../../../kernel/resources.ts";
import type { ResourceRow } from "../tables.ts";
import type { EngineTypes } from "../types/engine-types.ts";
import { attributesOf } from "../values/attributes.ts";
import type { DetectedDrift } from "../values/detect-drift.ts";
import type { EarlyValidation } from "../values/early-findings.ts";
import type { EvaluatedStack } from "../values/evaluate-stack.ts";
import type { Secrets } from "../values/secrets.ts";
import { actualStack, driftAwareChanges, withoutValues } from "./drift-aware-changes.ts";

/** A change set's changes: in short, and with the values of properties. */
export interface StoredChanges {
  readonly short: readonly Change[];
  readonly whole: readonly Change[];
  /** The reason for which values are missing, where they are asked for. */
  readonly incomplete?: string | undefined;
  /** Failures that the change set's execution would meet. */
  readonly early?: EarlyValidation | undefined;
}

/** Changes without the values of parameters with NoEcho. */
export function maskedChanges({ short, whole, ...more }: StoredChanges, secrets: Secrets) {
  if (!secrets.any) return { short, whole, ...more };
  return { short, whole: whole.map((change) => maskedChange(change, secrets)), ...more };
}

function maskedChange(change: Change, secrets: Secrets): Change {
  const { ResourceChange } = change;
  if (!ResourceChange) return change;
  const { Details, BeforeContext, AfterContext, ...more } = ResourceChange;
  return {
    ...change,
    ResourceChange: {
      ...more,
      ...(Details && { Details: secrets.mask(Details) }),
      ...(BeforeContext !== undefined && { BeforeContext: secrets.maskJson(BeforeContext) }),
      ...(AfterContext !== undefined && { AfterContext: secrets.maskJson(AfterContext) }),
    },
  };
}

interface Question {
  /** The version that the stack has; undefined: the stack is new. */
  readonly previous: EvaluatedStack | undefined;
  /** The stack's resources. */
  readonly rows: readonly ResourceRow[];
  readonly after: Evaluation;
  readonly tags: string;
  readonly imports: ReadonlyMap<string, string>;
  /** The drift of the stack's resources, for a change set that reverts it. */
  readonly drifts?: ReadonlyMap<string, DetectedDrift> | undefined;
}

/**
 * Computes what a stack's resources need to become those of another version. Throws TemplateError.
 */
export async function computeChanges(
  { previous, rows, after, tags, imports, drifts }: Question,
  types: EngineTypes,
): Promise<StoredChanges> {
  const before = previous && deployedStack(previous, rows);
  const names = [
    ...[...after.resources.values()].map(({ type }) => type),
    ...[...(before?.resources.values() ?? [])].map(({ type }) => type),
  ];
  const schemas = await schemasOf(names, types);
  const comparison = {
    before,
    after,
    schemas: (name: string) => schemas.get(name),
    ...(imports.size > 0 ? { imports } : {}),
    stackTagsChange: previous !== undefined && previous.version.tags !== tags,
  };
  const changesFrom = (from: DeployedStack | undefined, includeValues: boolean): Change[] =>
    compareTemplates({ ...comparison, before: from, includeValues }).map((ResourceChange) => ({
      Type: "Resource",
      ResourceChange: ResourceChange as Change["ResourceChange"],
    }));
  const incomplete = missingExport(after);
  if (!drifts || !before)
    return { short: changesFrom(before, false), whole: changesFrom(before, true), incomplete };
  const actual = actualStack(before, drifts);
  const planned = changesFrom(before, true);
  const whole = driftAwareChanges({ actual: changesFrom(actual, true), planned, drifts, before });
  return { short: whole.map(withoutValues), whole, incomplete };
}

/** The sentence about the first export that isn't there yet. */
function missingExport(after: Evaluation): string | undefined {
  for (const { logicalId, properties } of after.resources.values())
    for (const name of importsIn(properties, after))
      if (after.environment.exports(name) === UNKNOWN)
        return (
          "[WARN] --include-property-values option can return incomplete ChangeSet data because: " +
          `ChangeSet creation failed for resource [${logicalId}] because: No export named ${name}`
        );
  return undefined;
}

/** The stack as it is, for comparison with what it is to become. */
function deployedStack(
  { evaluation }: EvaluatedStack,
  rows: readonly ResourceRow[],
): DeployedStack {
  const there = rows.filter(
    ({ physical_id, status }) => physical_id !== null && status !== "DELETE_COMPLETE",
  );
  const attributes = attributesOf(new Map(there.map((row) => [row.logical_id, row])));
  const resources = there.map(({ logical_id, type, physical_id, properties }) => {
    const declared = evaluation.resources.has(logical_id)
      ? declaredProperties(evaluation, logical_id, attributes)
      : (JSON.parse(properties) as MapValue);
    return [logical_id, { type, physicalId: physical_id ?? "", properties: declared }] as const;
  });
  return { evaluation, attributes, resources: new Map(resources) };
}

function declaredProperties(
  evaluation: Evaluation,
  logicalId: string,
  attributes: ReturnType<typeof attributesOf>,
): MapValue {
  try {
    return evaluation.resource(logicalId, attributes).properties;
  } catch (error) {
    // It failed for this when it was to be made: nothing of it is there to be compared with.
    if (error instanceof TemplateError) return {};
    throw error;
  }
}

async function schemasOf(
  names: readonly string[],
  types: EngineTypes,
): Promise<ReadonlyMap<string, ResourceSchema & { readonly updatesAlways?: boolean }>> {
  const schemas = new Map<string, ResourceSchema & { readonly updatesAlways?: boolean }>();
  for (const name of new Set(names)) {
    const type = await types.find(name);
    const always = type?.updatesAlways ? { updatesAlways: true } : {};
    if (type) schemas.set(name, { ...type.schema, ...always });
  }
  return schemas;
}
