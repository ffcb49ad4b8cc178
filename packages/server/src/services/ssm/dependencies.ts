import type { EventBus } from "../../kernel/events.ts";
import type { Ids } from "../../kernel/ids.ts";
import type { ManagedKeys } from "../../kernel/ports/managed-keys.ts";

/** What SSM's operations are made with. */
export interface SsmDependencies {
  readonly ids: Ids;
  readonly events: EventBus;
  readonly managedKeys: ManagedKeys;
  /** Takes note that a policy will be due at that time. */
  readonly policyDue: (dueMs: number) => void;
}
