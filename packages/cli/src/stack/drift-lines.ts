import type { StackResourceDrift } from "@aws-sdk/client-cloudformation";

/** The lines that show a resource's drift: the resource, and each property that differs. */
export function driftLines(drift: StackResourceDrift): readonly string[] {
  const { ResourceType, LogicalResourceId, StackResourceDriftStatus, PropertyDifferences } = drift;
  const deleted = StackResourceDriftStatus === "DELETED" ? " (deleted)" : "";
  return [
    `${deleted ? "-" : "~"} ${ResourceType} ${LogicalResourceId}${deleted}`,
    ...(PropertyDifferences ?? []).map(
      ({ PropertyPath, ExpectedValue: expected, ActualValue: actual }) =>
        `    ${PropertyPath?.slice(1)}: ${expected || "nothing"} → ${actual || "nothing"}`,
    ),
  ];
}
