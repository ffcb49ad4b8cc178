import type { ServiceAuthorization } from "../packages/policy/src/index.ts";

/** Actions that Rolecast decides on and that the reference's data lacks, all about "*". */
const FURTHER_ACTIONS: Readonly<Record<string, readonly string[]>> = {
  /** Of AWS, and newer than the data. */
  iam: ["GetRequestAuthorizationDetails", "GetRequestAuthorizationPolicy"],
  /** The server's own; docs/audit.md lists its routes. */
  rolecast: [
    ...["CreateForwardAccessSession", "Drain", "ListPermissionUses", "ReadCloudTrail"],
    ...["ReadDecisions", "ReadEvents", "ReadHealth", "ReadLogs", "ReadMetrics", "Reset"],
  ],
};

/** Changes with the actions, so that files made of older ones are made again. */
export const FURTHER_ACTIONS_KEY = Object.entries(FURTHER_ACTIONS).flat(2).join(",");

export const SERVICES_WITH_FURTHER_ACTIONS = Object.keys(FURTHER_ACTIONS);

/** The data of a service with what it lacks; what it has stays as it is. */
export function withFurtherActions(
  service: string,
  known: ServiceAuthorization,
): ServiceAuthorization {
  const further = (FURTHER_ACTIONS[service] ?? []).map((name) => [
    name,
    { resources: [], keys: [] },
  ]);
  return { ...known, actions: { ...Object.fromEntries(further), ...known.actions } };
}
