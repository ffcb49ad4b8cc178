import type { ServiceApi } from "../../kernel/service.ts";
import { changeSetOperations } from "./change-sets/change-sets.ts";
import { cloudFormationConstraints } from "./constraints.ts";
import type { CloudFormationDependencies } from "./dependencies.ts";
import { driftOperations } from "./drift/drift.ts";
import { exportOperations } from "./exports/exports.ts";
import { stackRefactorOperations } from "./refactors/stack-refactors.ts";
import { typeOperations } from "./registry/types.ts";
import { cloudFormationSchemas } from "./schema.ts";
import { signalOperations } from "./signals/signal-resource.ts";
import { operationEventOperations } from "./stacks/operation-events.ts";
import { protectionOperations } from "./stacks/protection.ts";
import { rollbackOperations } from "./stacks/rollbacks.ts";
import { stackChangeOperations } from "./stacks/stack-changes.ts";
import { stackReadOperations } from "./stacks/stack-reads.ts";
import { templateOperations } from "./templates/templates.ts";

export function cloudFormationApi(deps: CloudFormationDependencies): ServiceApi {
  return {
    schemas: cloudFormationSchemas,
    constraints: cloudFormationConstraints,
    operations: {
      ...stackChangeOperations(deps),
      ...stackReadOperations(),
      ...operationEventOperations(),
      ...changeSetOperations(deps),
      ...templateOperations(deps),
      ...rollbackOperations(deps),
      ...protectionOperations(deps),
      ...driftOperations(deps),
      ...stackRefactorOperations(deps),
      ...exportOperations(),
      ...signalOperations(),
      ...typeOperations(deps),
    },
  };
}
