import type { CredentialSource, LinkedServiceUsage } from "./ports/identity.ts";
import type { MetricSink } from "./ports/metric-sink.ts";
import type { NodeAbilities } from "./ports/node-abilities.ts";
import type { OrganizationPorts } from "./ports/organizations.ts";
import type { ServiceEventRecorder } from "./ports/service-events.ts";
import type { ShareableResources } from "./ports/shareable-resources.ts";
import type { ResourceTypeSource } from "./resources.ts";

/** The ports that a service listens at beside HTTP, by name; 0 until it does. */
export type ListeningPorts = Readonly<Record<string, number>>;

/**
 * Lists that any service may add to, each read by one collector. They fill while the services are
 * created, in the services' order: a collector may hold a list from its own creation on, but reads
 * it only once it is started or called.
 */
export interface Contributions {
  /** Find the secrets of keys that sign requests; the authenticator asks one after the other. */
  readonly credentialSources: readonly CredentialSource[];
  /** Find where a service-linked role is in use; IAM asks them before it deletes the role. */
  readonly linkedServiceUsages: readonly LinkedServiceUsage[];
  /** Answer in which organization an account is; IAM, which is created earlier, asks the first. */
  readonly organizations: readonly OrganizationPorts[];
  /** Requests that callers ask for aren't sent to these ports of this server. */
  readonly listeningPorts: readonly (() => ListeningPorts)[];
  /** Types of resources that stacks and Cloud Control make of services' operations. */
  readonly resourceTypes: readonly ResourceTypeSource[];
  /** Find the resources that policies may share; Access Analyzer looks at each. */
  readonly shareableResources: readonly ShareableResources[];
  /** Take measurements of services that are created earlier. */
  readonly metricSinks: readonly MetricSink[];
  /** Know what the nodes of a shared database can do, which may be of two releases. */
  readonly nodeAbilities: readonly NodeAbilities[];
  /** Record what services do by themselves; services that are created earlier call them. */
  readonly serviceEventRecorders: readonly ServiceEventRecorder[];
}

/** The same lists while they are being filled. */
export type GatheredContributions = {
  readonly [Point in keyof Contributions]: Contributions[Point][number][];
};

export function noContributions(): GatheredContributions {
  return {
    credentialSources: [],
    linkedServiceUsages: [],
    organizations: [],
    listeningPorts: [],
    resourceTypes: [],
    shareableResources: [],
    metricSinks: [],
    nodeAbilities: [],
    serviceEventRecorders: [],
  };
}

export function gather(into: GatheredContributions, contributed: Partial<Contributions>): void {
  for (const point of Object.keys(into) as (keyof Contributions)[]) {
    const list: unknown[] = into[point];
    list.push(...(contributed[point] ?? []));
  }
}
