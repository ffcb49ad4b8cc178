import type { ServiceApi } from "../../kernel/service.ts";
import { ssmConstraints } from "./constraints.ts";
import type { SsmDependencies } from "./dependencies.ts";
import { deleteParameterOperations } from "./parameters/delete-parameters.ts";
import { getParameterOperations } from "./parameters/get-parameters.ts";
import { listParameterOperations } from "./parameters/list-parameters.ts";
import { parameterHistoryOperations } from "./parameters/parameter-history.ts";
import { parameterLabelOperations } from "./parameters/parameter-labels.ts";
import { parameterTagOperations } from "./parameters/parameter-tags.ts";
import { putParameterOperations } from "./parameters/put-parameter.ts";
import { ssmSchemas } from "./schema.ts";

export function ssmApi(deps: SsmDependencies): ServiceApi {
  return {
    schemas: ssmSchemas,
    constraints: ssmConstraints,
    operations: {
      ...putParameterOperations(deps),
      ...getParameterOperations(),
      ...listParameterOperations(),
      ...parameterHistoryOperations(),
      ...deleteParameterOperations(deps),
      ...parameterLabelOperations(deps),
      ...parameterTagOperations(),
    },
  };
}
