import type { ServiceApi } from "../../kernel/service.ts";
import { ecrConstraints } from "./constraints.ts";
import type { EcrDependencies } from "./dependencies.ts";
import { repositoryPolicyOperations } from "./policies/repository-policies.ts";
import { imageOperations } from "./repositories/images.ts";
import { repositoryOperations } from "./repositories/repositories.ts";
import { repositoryTagOperations } from "./repositories/repository-tags.ts";
import { ecrSchemas } from "./schema.ts";

export function ecrApi(deps: EcrDependencies): ServiceApi {
  return {
    schemas: ecrSchemas,
    constraints: ecrConstraints,
    operations: {
      ...repositoryOperations(deps),
      ...repositoryPolicyOperations(deps),
      ...repositoryTagOperations(),
      ...imageOperations(),
    },
  };
}
