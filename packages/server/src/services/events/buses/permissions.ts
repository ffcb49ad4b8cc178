import type * as eventbridge from "@aws-sdk/client-eventbridge";
import { defineOperations, type OperationTable } from "../../../kernel/operations.ts";
import type { IdentityDirectory } from "../../../kernel/ports/identity.ts";
import type { RequestContext } from "../../../kernel/request-context.ts";
import { busArn, DEFAULT_BUS, locationOf } from "../arns.ts";
import { resourceNotFound, validation } from "../errors.ts";
import { changeBus } from "../rows/buses.ts";
import { storedBusPolicy, withoutPermission, withPermission } from "./bus-policy.ts";

/** PutPermission and RemovePermission: the policy of a bus, whole or by the statement. */
export function permissionOperations(directory: IdentityDirectory): OperationTable {
  return defineOperations<typeof eventbridge>()({
    PutPermission: {
      authorize: () => ({ action: "events:PutPermission", resource: "*" }),
      async handle(input, context) {
        const { Policy, Action, Principal, StatementId, Condition } = input;
        const bus = ownBus(input.EventBusName, context);
        const parts = [Action, Principal, StatementId, Condition];
        if (Policy !== undefined && parts.some((part) => part !== undefined))
          throw validation(
            "Parameter Policy is not valid. Reason: it takes the place of the other parameters.",
          );
        const whole =
          Policy === undefined ? undefined : await storedBusPolicy(Policy, directory, context);
        await changeBus(bus, context, ({ policy }) => ({
          policy: whole ?? withPermission(policy, input, busArn(bus)),
          modified_at_ms: context.nowMs,
        }));
        return {};
      },
    },
    RemovePermission: {
      authorize: () => ({ action: "events:RemovePermission", resource: "*" }),
      async handle({ EventBusName, StatementId, RemoveAllPermissions }, context) {
        if (!RemoveAllPermissions && StatementId === undefined)
          throw validation("Parameter(s) StatementId or RemoveAllPermissions must be specified.");
        await changeBus(ownBus(EventBusName, context), context, (before) => {
          const policy = RemoveAllPermissions
            ? null
            : withoutPermission(before.policy, StatementId ?? "");
          if (policy === undefined)
            throw resourceNotFound("Statement with the provided id does not exist.");
          return { policy, modified_at_ms: context.nowMs };
        });
        return {};
      },
    },
  });
}

/** PutPermission takes names alone, of the caller's own buses. */
function ownBus(name = DEFAULT_BUS, context: RequestContext) {
  return { ...locationOf(context), name };
}
