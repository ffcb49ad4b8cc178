import type { ServiceApi } from "../../kernel/service.ts";
import type { AuthorizationDetails } from "./details/authorization-details.ts";
import { authorizationDetailOperations } from "./details/operations.ts";
import { iamToolboxSchemas } from "./schema.ts";

export function iamToolboxApi(kept: AuthorizationDetails): ServiceApi {
  return {
    schemas: iamToolboxSchemas,
    constraints: {
      errorCode: "ValidationException",
      members: { authorizationId: { min: 1, max: 64, pattern: "[0-9a-z-]+" } },
    },
    operations: authorizationDetailOperations(kept),
  };
}
