import type * as analyzer from "@aws-sdk/client-accessanalyzer";
import type { Authorization } from "../../kernel/authorization.ts";
import { defineOperations, type OperationTable } from "../../kernel/operations.ts";
import { type RequestContext, requireAccount } from "../../kernel/request-context.ts";
import type { CheckThreads } from "./checks/check-threads.ts";
import type { CheckInput, CheckName } from "./checks/policy-checks.ts";

/** CheckNoNewAccess, CheckAccessNotGranted, CheckNoPublicAccess, ValidatePolicy. */
export function policyCheckOperations(threads: CheckThreads): OperationTable {
  const operation = <Name extends CheckName>(name: Name) => ({
    authorize: (): Authorization => ({ action: `access-analyzer:${name}`, resource: "*" }),
    handle: (input: CheckInput<Name>, context: RequestContext) =>
      threads.run(name, input, requireAccount(context)),
  });
  return defineOperations<typeof analyzer>()({
    CheckNoNewAccess: operation("CheckNoNewAccess"),
    CheckAccessNotGranted: operation("CheckAccessNotGranted"),
    CheckNoPublicAccess: operation("CheckNoPublicAccess"),
    ValidatePolicy: operation("ValidatePolicy"),
  });
}
