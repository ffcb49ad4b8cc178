import { defineService } from "../../kernel/define-service.ts";
import type { IdentityDirectory } from "../../kernel/ports/identity.ts";
import type { ManagedKeys } from "../../kernel/ports/managed-keys.ts";
import type { ServiceDependencies } from "../../kernel/service.ts";
import { ecrAccessDenied } from "./errors.ts";
import { ecrMigrations } from "./migrations.ts";
import { ecrResourceTypes } from "./resources/ecr-type-names.ts";

interface EcrNeeds extends ServiceDependencies {
  readonly directory: IdentityDirectory;
  readonly managedKeys: ManagedKeys;
}

/** Amazon ECR's repositories as records: there is no registry that takes images. */
export const ecr = defineService({
  title: "ECR",
  definition: {
    name: "ecr",
    signingName: "ecr",
    protocol: "awsJson1_1",
    targetPrefix: "AmazonEC2ContainerRegistry_V20150921",
    version: "2015-09-21",
    floats: ["CvssScore.baseScore", "CvssScoreDetails.score", "EnhancedImageScanFinding.score"],
  },
  migrations: ecrMigrations,
  audit: { resourceTypePrefix: "AWS::ECR" },
  create: ({ ids, directory, managedKeys }: EcrNeeds) => ({
    api: async () => (await import("./api.ts")).ecrApi({ ids, directory, managedKeys }),
    accessDenied: ecrAccessDenied,
    contributes: { resourceTypes: [ecrResourceTypes] },
  }),
});
