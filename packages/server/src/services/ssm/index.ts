import { defineService } from "../../kernel/define-service.ts";
import type { ManagedKeys } from "../../kernel/ports/managed-keys.ts";
import type { ServiceDependencies } from "../../kernel/service.ts";
import { ssmAccessDenied } from "./errors.ts";
import { ssmMigrations } from "./migrations.ts";
import { DuePolicies } from "./policies/due-policies.ts";
import { ssmResourceTypes } from "./resources/ssm-type-names.ts";

interface SsmNeeds extends ServiceDependencies {
  readonly managedKeys: ManagedKeys;
}

/** AWS Systems Manager, of which there is Parameter Store. */
export const ssm = defineService({
  title: "SSM",
  definition: {
    name: "ssm",
    signingName: "ssm",
    protocol: "awsJson1_1",
    targetPrefix: "AmazonSSM",
    version: "2014-11-06",
  },
  migrations: ssmMigrations,
  audit: { resourceTypePrefix: "AWS::SSM" },
  create: createSsm,
});

function createSsm({ store, clock, ids, events, log, managedKeys }: SsmNeeds) {
  const policies = new DuePolicies({ store, clock, ids, events, log });
  const policyDue = (dueMs: number) => policies.due(dueMs);
  return {
    api: async () => (await import("./api.ts")).ssmApi({ ids, events, managedKeys, policyDue }),
    accessDenied: ssmAccessDenied,
    contributes: { resourceTypes: [ssmResourceTypes] },
    async start() {
      policies.start();
    },
    close: () => policies.close(),
  };
}
