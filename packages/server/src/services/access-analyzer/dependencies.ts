import type { Contributions } from "../../kernel/contributions.ts";
import type { IdentityDirectory, ServiceLinkedRoles } from "../../kernel/ports/identity.ts";
import type { OrganizationPorts } from "../../kernel/ports/organizations.ts";
import type { ServiceDependencies } from "../../kernel/service.ts";

/** What Access Analyzer's operations are made with. */
export interface AnalyzerDependencies
  extends Pick<ServiceDependencies, "store" | "clock" | "ids" | "events" | "log" | "invoke"> {
  readonly directory: IdentityDirectory;
  readonly linkedRoles: ServiceLinkedRoles;
  /** Services that are created after this one add to the first list. */
  readonly contributed: Pick<Contributions, "shareableResources"> & {
    readonly organizations: readonly OrganizationPorts[];
  };
}
