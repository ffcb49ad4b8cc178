import type { Contributions } from "../../kernel/contributions.ts";
import type {
  CredentialSource,
  IdentityDirectory,
  IdentityInventory,
  ServiceLinkedRoles,
} from "../../kernel/ports/identity.ts";
import type { OrganizationPorts } from "../../kernel/ports/organizations.ts";
import type { PermissionUses } from "../../kernel/ports/permission-uses.ts";
import type { ServiceDependencies } from "../../kernel/service.ts";

/** The parts that Access Analyzer's operations are made with. */
export interface AnalyzerDependencies
  extends Pick<ServiceDependencies, "store" | "clock" | "ids" | "events" | "log" | "invoke"> {
  readonly directory: IdentityDirectory;
  readonly linkedRoles: ServiceLinkedRoles;
  readonly inventory: IdentityInventory;
  readonly permissionUses: Pick<PermissionUses, "list">;
  /** Services that are created after this one add to the first list. */
  readonly contributed: Pick<Contributions, "shareableResources"> & {
    readonly organizations: readonly OrganizationPorts[];
  };
}

/** Jobs of policy generation need these beside. */
export interface GenerationDependencies extends AnalyzerDependencies {
  readonly sessions: CredentialSource;
}
