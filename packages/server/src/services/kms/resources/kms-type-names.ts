import type { ResourceTypeSource } from "../../../kernel/resources.ts";

export const kmsResourceTypes: ResourceTypeSource = {
  typeNames: ["AWS::KMS::Alias", "AWS::KMS::Key", "AWS::KMS::ReplicaKey"],
  load: async () => (await import("./kms-resources.ts")).kmsResources,
};
