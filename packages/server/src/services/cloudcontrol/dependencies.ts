import type { Clock } from "../../kernel/clock.ts";
import type { SecretBox } from "../../kernel/crypto/secret-box.ts";
import type { Ids } from "../../kernel/ids.ts";
import type { Invoke } from "../../kernel/invoke.ts";
import type { CredentialSource } from "../../kernel/ports/identity.ts";
import type { Log } from "../../kernel/ports/log.ts";
import type { ResourceTypes } from "../../kernel/resources.ts";
import type { Store } from "../../kernel/store.ts";
import type { StoredCallers } from "../../kernel/stored-callers.ts";

export interface CloudControlDependencies {
  readonly store: Store;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
  readonly invoke: Invoke;
  /** Finds the sessions of roles that requests name. */
  readonly sessions: CredentialSource;
  readonly resources: ResourceTypes;
  readonly storedCallers: StoredCallers;
  /** Seals what requests want, until they have ended. */
  readonly secrets: SecretBox;
}
