import type * as ecr from "@aws-sdk/client-ecr";
import { AwsError } from "../../../kernel/aws-error.ts";
import { defineOperations, type OperationTable } from "../../../kernel/operations.ts";
import { toShownPolicy } from "../../../kernel/policy-principals.ts";
import type { RequestContext } from "../../../kernel/request-context.ts";
import {
  changeRepository,
  namesOf,
  onPlace,
  repositoryOperation,
  writeRepository,
} from "../access/repository-access.ts";
import { storedRepositoryPolicy } from "../access/repository-policy.ts";
import type { EcrDependencies } from "../dependencies.ts";
import { invalidParameter, lifecyclePolicyNotFound, repositoryPolicyNotFound } from "../errors.ts";
import { updateRepository } from "../rows/repositories.ts";
import type { RepositoryRow } from "../tables.ts";
import { checkLifecyclePolicy } from "./lifecycle-policy.ts";

/** Set, Get, DeleteRepositoryPolicy and Put, Get, DeleteLifecyclePolicy. */
export function repositoryPolicyOperations({ directory }: EcrDependencies): OperationTable {
  const shown = async (row: RepositoryRow, policy: string, context: RequestContext) => ({
    ...namesOf(row),
    policyText: await toShownPolicy(policy, directory, context),
  });
  return defineOperations<typeof ecr>()({
    SetRepositoryPolicy: repositoryOperation(
      "SetRepositoryPolicy",
      async (row, { policyText, force }, context) => {
        const policy = await storedRepositoryPolicy(policyText, directory, context);
        if (!force) await refuseLockout(row, policy, context);
        await writeRepository(row, { policy }, context);
        return shown(row, policy, context);
      },
    ),
    GetRepositoryPolicy: repositoryOperation("GetRepositoryPolicy", (row, _input, context) => {
      if (row.policy === null) throw repositoryPolicyNotFound(row);
      return shown(row, row.policy, context);
    }),
    DeleteRepositoryPolicy: repositoryOperation("DeleteRepositoryPolicy", (row, _input, context) =>
      changeRepository(row, context, async (current, db) => {
        if (current.policy === null) throw repositoryPolicyNotFound(row);
        await updateRepository(current, { policy: null }, db);
        return shown(row, current.policy, context);
      }),
    ),
    PutLifecyclePolicy: repositoryOperation(
      "PutLifecyclePolicy",
      async (row, { lifecyclePolicyText }, context) => {
        checkLifecyclePolicy(lifecyclePolicyText);
        await writeRepository(row, { lifecycle_policy: lifecyclePolicyText }, context);
        return { ...namesOf(row), lifecyclePolicyText };
      },
    ),
    GetLifecyclePolicy: repositoryOperation("GetLifecyclePolicy", (row) => {
      if (row.lifecycle_policy === null) throw lifecyclePolicyNotFound(row);
      return shownLifecyclePolicy(row, row.lifecycle_policy);
    }),
    DeleteLifecyclePolicy: repositoryOperation("DeleteLifecyclePolicy", (row, _input, context) =>
      changeRepository(row, context, async (current, db) => {
        if (current.lifecycle_policy === null) throw lifecyclePolicyNotFound(row);
        await updateRepository(current, { lifecycle_policy: null }, db);
        return shownLifecyclePolicy(row, current.lifecycle_policy);
      }),
    ),
  });
}

/** AWS shows the beginning of its time for a policy that it hasn't evaluated yet. */
const NEVER = new Date(0);

function shownLifecyclePolicy(row: RepositoryRow, lifecyclePolicyText: string) {
  return { ...namesOf(row), lifecyclePolicyText, lastEvaluatedAt: NEVER };
}

/** Whoever sets a policy without force must be able to set the next one. */
async function refuseLockout(
  row: RepositoryRow,
  policy: string,
  context: RequestContext,
): Promise<void> {
  const again = onPlace("SetRepositoryPolicy", row, policy);
  try {
    await context.authorize(again, { isCall: false, isRepeated: true });
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    throw invalidParameter(
      "PolicyText",
      "The policy would prevent you from setting another policy; force sets it all the same",
    );
  }
}
