import { SecretBox } from "../../kernel/crypto/secret-box.ts";
import { defineService } from "../../kernel/define-service.ts";
import type { CredentialSource } from "../../kernel/ports/identity.ts";
import type { ResourceTypes } from "../../kernel/resources.ts";
import type { ServiceDependencies } from "../../kernel/service.ts";
import { StoredCallers } from "../../kernel/stored-callers.ts";
import type { CloudControlDependencies } from "./dependencies.ts";
import { cloudControlDenied } from "./errors.ts";
import { cloudControlMigrations } from "./migrations.ts";
import { RequestWorker } from "./request-worker.ts";

interface CloudControlNeeds extends ServiceDependencies {
  readonly sealingKey: Uint8Array;
  readonly sessions: CredentialSource;
  readonly resources: ResourceTypes;
}

/** AWS Cloud Control API: resources of all services, by the same eight operations. */
export const cloudControl = defineService({
  title: "CloudControl",
  definition: {
    name: "cloudcontrol",
    signingName: "cloudcontrolapi",
    protocol: "awsJson1_0",
    targetPrefix: "CloudApiService",
    version: "2021-09-30",
  },
  migrations: cloudControlMigrations,
  audit: {
    resourceTypePrefix: "AWS::CloudFormation",
    secretMembers: ["DesiredState", "PatchDocument", "ResourceModel"],
  },
  create: createCloudControl,
});

function createCloudControl(needs: CloudControlNeeds) {
  const deps: CloudControlDependencies = {
    ...needs,
    storedCallers: new StoredCallers(needs.sealingKey),
    secrets: new SecretBox(needs.sealingKey, "rolecast cloud control requests"),
  };
  const worker = new RequestWorker(deps);
  return {
    api: async () => (await import("./api.ts")).cloudControlApi(deps, worker),
    accessDenied: cloudControlDenied,
    async start() {
      worker.start();
    },
    drain: () => worker.drain(),
    close: () => worker.close(),
  };
}
