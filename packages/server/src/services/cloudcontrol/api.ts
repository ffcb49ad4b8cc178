import type { ServiceApi } from "../../kernel/service.ts";
import { cloudControlConstraints } from "./constraints.ts";
import type { CloudControlDependencies } from "./dependencies.ts";
import { readOperations } from "./read-resources.ts";
import type { RequestWorker } from "./request-worker.ts";
import { requestOperations } from "./requests.ts";
import { cloudControlSchemas } from "./schema.ts";

export function cloudControlApi(deps: CloudControlDependencies, worker: RequestWorker): ServiceApi {
  return {
    schemas: cloudControlSchemas,
    constraints: cloudControlConstraints,
    operations: { ...readOperations(deps), ...requestOperations(deps, worker) },
  };
}
