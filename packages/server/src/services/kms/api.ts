import type { ServiceApi } from "../../kernel/service.ts";
import { aliasOperations } from "./aliases/aliases.ts";
import { kmsConstraints } from "./constraints.ts";
import type { KmsDependencies } from "./dependencies.ts";
import { dataKeyOperations } from "./encryption/data-keys.ts";
import { encryptionOperations } from "./encryption/encryption.ts";
import { otherUsageOperations } from "./encryption/other-usages.ts";
import { grantOperations } from "./grants/grants.ts";
import { keyPolicyOperations } from "./keys/key-policies.ts";
import { keyRotationOperations } from "./keys/key-rotations.ts";
import { keyStateOperations } from "./keys/key-states.ts";
import { keyTagOperations } from "./keys/key-tags.ts";
import { keyOperations } from "./keys/keys.ts";
import { kmsSchemas } from "./schema.ts";

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
      ...encryptionOperations(deps.materials),
      ...dataKeyOperations(deps),
      ...otherUsageOperations(),
      ...grantOperations(deps),
    },
  };
}
