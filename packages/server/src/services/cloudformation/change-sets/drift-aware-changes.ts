import type {
  Change,
  ResourceChange,
  ResourceChangeDetail,
  ResourceTargetDefinition,
  StackResourceDriftStatus,
} from "@aws-sdk/client-cloudformation";
import type { DeployedStack, MapValue } from "@rolecast/template";
import type { DetectedDrift } from "../values/detect-drift.ts";

type Drifts = ReadonlyMap<string, DetectedDrift>;

/** A stack with its resources' properties as they are there, and without those that are gone. */
export function actualStack(before: DeployedStack, drifts: Drifts): DeployedStack {
  const resources = [...before.resources].flatMap(([id, resource]) => {
    const drift = drifts.get(id);
    if (drift?.status === "DELETED") return [];
    const actual = drift?.status === "MODIFIED" ? drift.actualProperties : undefined;
    return [[id, actual ? { ...resource, properties: actual as MapValue } : resource] as const];
  });
  return { ...before, resources: new Map(resources) };
}

interface Comparisons {
  /** The changes from what is there. */
  readonly actual: readonly Change[];
  /** The changes from what was deployed last. */
  readonly planned: readonly Change[];
  readonly drifts: Drifts;
  readonly before: DeployedStack;
}

/**
 * The changes of a change set that reverts drift: those that what is there needs, and for what has
 * come to be as the template has it that nothing but its drift is forgotten. Source: API
 * reference, ResourceChange and ResourceTargetDefinition.
 */
export function driftAwareChanges(of: Comparisons): Change[] {
  const ids = new Set([...of.actual, ...of.planned].map(idOf));
  return [...ids].sort().flatMap((id) => {
    const actual = of.actual.find((each) => idOf(each) === id)?.ResourceChange;
    const planned = of.planned.find((each) => idOf(each) === id)?.ResourceChange;
    const change = actual ?? (planned && synchronized(planned));
    if (!change) return [];
    const drift = of.drifts.get(id);
    const synced = actual?.Action === "Modify" ? syncedDetails(actual, planned) : [];
    const Details = [...(change.Details ?? []), ...synced].map((detail) =>
      withDrift(detail, id, drift, of),
    );
    const ignored = drift?.ignored?.map(
      (Path) => ({ Path, Reason: "WRITE_ONLY_PROPERTY" }) as const,
    );
    const ResourceChange: ResourceChange = {
      ...change,
      Details,
      ...(drift ? { ResourceDriftStatus: shownStatus(drift.status) } : {}),
      ...(ignored?.length ? { ResourceDriftIgnoredAttributes: ignored } : {}),
    };
    return [{ Type: "Resource" as const, ResourceChange }];
  });
}

function idOf({ ResourceChange: change }: Change): string {
  return change?.LogicalResourceId ?? "";
}

/** Types whose state can't be read are what AWS calls unsupported. */
function shownStatus(status: StackResourceDriftStatus): StackResourceDriftStatus {
  return status === "NOT_CHECKED" ? "UNSUPPORTED" : status;
}

/** The template has become what is there: nothing of the resource changes. */
function synchronized(planned: ResourceChange): ResourceChange {
  const { Replacement: _replacement, PolicyAction: _policy, ...rest } = planned;
  return { ...rest, Action: "SyncWithActual", Details: (planned.Details ?? []).map(syncedDetail) };
}

/** The properties that the template now has as they are there, beside others that change. */
function syncedDetails(
  actual: ResourceChange,
  planned: ResourceChange | undefined,
): readonly ResourceChangeDetail[] {
  const changing = new Set(actual.Details?.map(({ Target }) => Target?.Path));
  return (planned?.Details ?? [])
    .filter(({ Target }) => Target?.Path !== undefined && !changing.has(Target.Path))
    .map(syncedDetail);
}

function syncedDetail({ Target }: ResourceChangeDetail): ResourceChangeDetail {
  return {
    Target: { ...Target, RequiresRecreation: "Never", AttributeChangeType: "SyncWithActual" },
    Evaluation: "Static",
    ChangeSource: "NoModification",
  };
}

function withDrift(
  detail: ResourceChangeDetail,
  id: string,
  drift: DetectedDrift | undefined,
  { before }: Comparisons,
): ResourceChangeDetail {
  const { Target } = detail;
  if (Target?.Path === undefined) return detail;
  const isRead = drift?.status === "MODIFIED" || drift?.status === "IN_SYNC";
  const [, attribute, ...path] = Target.Path.split("/");
  const isProperty = attribute === "Properties";
  const previous = textAt(before.resources.get(id)?.properties, path);
  const actual = textAt(drift?.actualProperties, path);
  const hasDrifted = isProperty && drift?.status === "MODIFIED" && previous !== actual;
  const shown: ResourceTargetDefinition = {
    ...Target,
    BeforeValueFrom: isProperty && isRead ? "ACTUAL_STATE" : "PREVIOUS_DEPLOYMENT_STATE",
    AfterValueFrom: "TEMPLATE",
    ...(hasDrifted
      ? {
          Drift: {
            ...(previous === undefined ? {} : { PreviousValue: previous }),
            ...(actual === undefined ? {} : { ActualValue: actual }),
            DriftDetectionTimestamp: new Date(drift.checkedMs),
          },
        }
      : {}),
  };
  return { ...detail, Target: shown };
}

function textAt(properties: unknown, path: readonly string[]): string | undefined {
  let value = properties;
  for (const name of path) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, name))
      return undefined;
    value = (value as Readonly<Record<string, unknown>>)[name];
  }
  if (value === undefined) return undefined;
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

/** A change as a change set shows it that is asked for without the values of properties. */
export function withoutValues({ Type, ResourceChange: change }: Change): Change {
  const { BeforeContext: _before, AfterContext: _after, ...rest } = change ?? {};
  const details = (rest.Details ?? []).map((detail) => {
    const { Attribute, Name, RequiresRecreation } = detail.Target ?? {};
    const Target = { Attribute, RequiresRecreation, ...(Name === undefined ? {} : { Name }) };
    return { ...detail, Target };
  });
  const Details = details.filter(
    (one, index) =>
      details.findIndex((other) => JSON.stringify(other) === JSON.stringify(one)) === index,
  );
  return { Type, ResourceChange: { ...rest, Details } };
}
