import type { ChangeCounter } from "../../kernel/ports/change-counter.ts";
import type {
  AccountDirectory,
  IdentityDirectory,
  ServiceLinkedRoles,
} from "../../kernel/ports/identity.ts";
import type { ServiceDependencies } from "../../kernel/service.ts";
import type { MembershipEvents } from "./membership-events.ts";

/** What Organizations' operations are made with. */
export interface OrganizationsDependencies
  extends Pick<ServiceDependencies, "ids" | "invoke">,
    MembershipEvents {
  readonly changes: ChangeCounter;
  readonly accounts: AccountDirectory;
  readonly directory: IdentityDirectory;
  readonly linkedRoles: ServiceLinkedRoles;
  readonly settings: { readonly organizationAccounts: number };
}
