import type * as kms from "@aws-sdk/client-kms";
import { defineOperations, type OperationTable } from "../../../kernel/operations.ts";
import { toShownPolicy } from "../../../kernel/policy-principals.ts";
import { keyOperation } from "../access/key-operation.ts";
import { POLICY_NAME, refuseLockout, storedPolicy } from "../access/key-policy.ts";
import type { KmsDependencies } from "../dependencies.ts";
import { notFound } from "../errors.ts";
import { updateKey } from "../rows/keys.ts";
import type { KmsTables } from "../tables.ts";

/** GetKeyPolicy, PutKeyPolicy, ListKeyPolicies. */
export function keyPolicyOperations({ directory }: KmsDependencies): OperationTable {
  return defineOperations<typeof kms>()({
    GetKeyPolicy: keyOperation("GetKeyPolicy", {}, async (key, { PolicyName }, context) => {
      checkName(PolicyName);
      return {
        Policy: await toShownPolicy(key.policy, directory, context),
        PolicyName: POLICY_NAME,
      };
    }),
    PutKeyPolicy: keyOperation(
      "PutKeyPolicy",
      {
        asked: ({ BypassPolicyLockoutSafetyCheck: bypasses = false }) => ({
          keys: { "kms:bypasspolicylockoutsafetycheck": String(bypasses) },
        }),
      },
      async (key, input, context) => {
        checkName(input.PolicyName);
        const policy = await storedPolicy(input.Policy, directory, context);
        if (!input.BypassPolicyLockoutSafetyCheck) await refuseLockout({ ...key, policy }, context);
        return context.transaction<KmsTables, object>(async ({ db }) => {
          await updateKey(key, { policy }, db);
          return {};
        });
      },
    ),
    ListKeyPolicies: keyOperation("ListKeyPolicies", {}, () => {
      return { PolicyNames: [POLICY_NAME], Truncated: false };
    }),
  });
}

/** Throws NotFoundException: a key has one policy, with the one name. */
function checkName(name: string = POLICY_NAME): void {
  if (name !== POLICY_NAME) throw notFound("No such policy exists");
}
