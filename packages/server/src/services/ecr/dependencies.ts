import type { Ids } from "../../kernel/ids.ts";
import type { IdentityDirectory } from "../../kernel/ports/identity.ts";
import type { ManagedKeys } from "../../kernel/ports/managed-keys.ts";

/** What ECR's operations are made with. */
export interface EcrDependencies {
  readonly ids: Ids;
  readonly directory: IdentityDirectory;
  readonly managedKeys: ManagedKeys;
}
