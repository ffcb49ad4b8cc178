import type { OperationTable } from "../../../kernel/operations.ts";
import type { LinkedServiceUsage, ServiceLinkedRoles } from "../../../kernel/ports/identity.ts";
import type { LinkedRoleReport } from "../../../kernel/ports/linked-services.ts";
import type { Migration } from "../../../kernel/store.ts";
import type { IamParts } from "../parts.ts";
import { DeletionWorker } from "./deletion-worker.ts";
import { createLinkedRoleReport } from "./linked-role-report.ts";
import { createLinkedRoles } from "./linked-roles.ts";
import { LinkedServices } from "./linked-services.ts";
import { serviceLinkedRoleMigrations } from "./migrations.ts";
import { serviceLinkedRoleOperations } from "./operations.ts";

/** The parts of IAM's service object that are about service-linked roles. */
export interface ServiceLinkedRolePart {
  readonly operations: OperationTable;
  readonly migrations: readonly Migration[];
  /** For the services that own a role. */
  readonly linkedRoles: ServiceLinkedRoles;
  readonly report: LinkedRoleReport;
  /** Makes a service answer for its role before the role is deleted; before `start`. */
  register(usage: LinkedServiceUsage): void;
  /** Takes up the deletions that an earlier process left. */
  start(): void;
  drain(): Promise<void>;
  close(): Promise<void>;
  /** Takes one pending deletion one step further, for tests that choose the order themselves. */
  step(): Promise<boolean>;
}

export function createServiceLinkedRoles(parts: IamParts): ServiceLinkedRolePart {
  const services = new LinkedServices(parts.templates);
  const worker = new DeletionWorker({ ...parts, services });
  return {
    operations: serviceLinkedRoleOperations(parts, worker),
    migrations: serviceLinkedRoleMigrations,
    linkedRoles: createLinkedRoles(parts.generations, parts.templates),
    report: createLinkedRoleReport(parts, services),
    register: (usage) => services.register(usage),
    start: () => worker.start(),
    drain: () => worker.drain(),
    close: () => worker.close(),
    step: () => worker.step(),
  };
}
