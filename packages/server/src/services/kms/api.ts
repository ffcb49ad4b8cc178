import type { ServiceApi } from "../../kernel/service.ts";
import { aliasOperations } from "./aliases/aliases.ts";
import { kmsConstraints } from "./constraints.ts";
import type { KmsDependencies } from "./dependencies.ts";
import { dataKeyOperations } from "./encryption/data-keys.ts";
import { encryptionOperations } from "./encryption/encryption.ts";
import { grantOperations } from "./grants/grants.ts";
import { importOperations } from "./keys/imported-material.ts";
import { keyPolicyOperations } from "./keys/key-policies.ts";
import { keyRotationOperations } from "./keys/key-rotations.ts";
import { keyStateOperations } from "./keys/key-states.ts";
import { keyTagOperations } from "./keys/key-tags.ts";
import { keyOperations } from "./keys/keys.ts";
import { multiRegionOperations } from "./keys/multi-region.ts";
import { kmsSchemas } from "./schema.ts";
import { macOperations } from "./signatures/macs.ts";
import { publicKeyOperations } from "./signatures/public-keys.ts";
import { signingOperations } from "./signatures/signing.ts";

export function kmsApi(deps: KmsDependencies): ServiceApi {
  return {
    schemas: kmsSchemas,
    constraints: kmsConstraints,
    operations: {
      ...keyOperations(deps),
      ...keyStateOperations(),
      ...keyPolicyOperations(deps),
      ...keyTagOperations(),
      ...keyRotationOperations(deps.materials),
      ...aliasOperations(),
      ...encryptionOperations(deps),
      ...dataKeyOperations(deps),
      ...signingOperations(deps),
      ...macOperations(deps),
      ...publicKeyOperations(deps),
      ...importOperations(deps),
      ...multiRegionOperations(deps),
      ...grantOperations(deps),
    },
  };
}
