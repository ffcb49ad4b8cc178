import type { Pairs } from "../../kernel/authorization.ts";
import type { RequestContext } from "../../kernel/request-context.ts";
import { CLOUDFORMATION } from "../../kernel/resource-types/resource-calls.ts";

const PASSED = { "iam:passedtoservice": CLOUDFORMATION };

/**
 * The action is CloudFormation's, on all resources: which ones, the handlers' own calls decide. A
 * role that the service is to assume must be the caller's to pass.
 */
export function onResources(context: RequestContext, RoleArn?: string): Pairs {
  const { operation, region, accountId } = context;
  const resource = `arn:aws:cloudformation:${region}:${accountId}:resource/*`;
  const asked = { action: `cloudformation:${operation}`, resource };
  if (RoleArn === undefined) return asked;
  return [asked, { action: "iam:PassRole", resource: RoleArn, context: PASSED }];
}
