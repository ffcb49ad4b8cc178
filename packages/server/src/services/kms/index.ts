import { defineService } from "../../kernel/define-service.ts";
import type { IdentityDirectory } from "../../kernel/ports/identity.ts";
import type { ManagedKeys } from "../../kernel/ports/managed-keys.ts";
import type { ServiceDependencies } from "../../kernel/service.ts";
import { ImportTokens } from "./ciphertext/import-tokens.ts";
import { KeyMaterials } from "./ciphertext/key-materials.ts";
import { kmsAccessDenied } from "./errors.ts";
import { DueKeys } from "./keys/due-keys.ts";
import { AwsManagedKeys } from "./keys/managed-keys.ts";
import { SHAREABLE_KEYS } from "./keys/shareable-keys.ts";
import { kmsMigrations } from "./migrations.ts";
import { kmsResourceTypes } from "./resources/kms-type-names.ts";
import { KeyUses } from "./uses/key-uses.ts";

interface KmsNeeds extends ServiceDependencies {
  readonly sealingKey: Uint8Array;
  readonly directory: IdentityDirectory;
}

/**
 * Operations that change nothing, and whose answers aren't recorded. Source: KMS developer guide,
 * "Logging AWS KMS API calls with AWS CloudTrail".
 */
const CRYPTOGRAPHY = [
  ...["Encrypt", "Decrypt", "ReEncrypt", "GenerateDataKey", "GenerateDataKeyWithoutPlaintext"],
  ...["GenerateDataKeyPair", "GenerateDataKeyPairWithoutPlaintext", "GenerateRandom"],
  ...["Sign", "Verify", "GenerateMac", "VerifyMac", "DeriveSharedSecret"],
];

/** AWS KMS: keys whose material is sealed in the store and never leaves it. */
export const kms = defineService({
  title: "KMS",
  definition: {
    name: "kms",
    signingName: "kms",
    protocol: "awsJson1_1",
    targetPrefix: "TrentService",
    version: "2014-11-01",
  },
  migrations: kmsMigrations,
  audit: {
    resourceTypePrefix: "AWS::KMS",
    readOnly: CRYPTOGRAPHY,
    withoutElements: CRYPTOGRAPHY,
    secretMembers: ["GrantToken", "GrantTokens"],
  },
  create: createKms,
});

function createKms({ store, clock, ids, log, sealingKey, directory }: KmsNeeds) {
  const materials = new KeyMaterials(sealingKey, ids);
  const importTokens = new ImportTokens(sealingKey);
  const managedKeys: ManagedKeys = new AwsManagedKeys({ ids, materials });
  const uses = new KeyUses(store, log);
  const due = new DueKeys({ store, clock, log, materials });
  return {
    api: async () => {
      const { kmsApi } = await import("./api.ts");
      return kmsApi({ directory, ids, materials, importTokens, managedKeys, uses });
    },
    accessDenied: kmsAccessDenied,
    provides: { managedKeys },
    contributes: { resourceTypes: [kmsResourceTypes], shareableResources: [SHAREABLE_KEYS] },
    async start() {
      due.start();
      uses.start();
    },
    async close() {
      await due.close();
      await uses.close();
    },
    async reset() {
      uses.clear();
      materials.clear();
    },
  };
}
