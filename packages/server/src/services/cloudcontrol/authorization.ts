import type { Pairs } from "../../kernel/authorization.ts";
import { CROSS_ACCOUNT, passRole, type RolePassing } from "../../kernel/pass-role.ts";
import type { RequestContext } from "../../kernel/request-context.ts";
import { CLOUDFORMATION } from "../../kernel/resource-types/resource-calls.ts";
import { accessDenied, invalidRequest } from "./errors.ts";

const PASSED: RolePassing = {
  service: CLOUDFORMATION,
  malformed: (roleArn) => invalidRequest(`Role ${roleArn} is invalid or cannot be assumed`),
  crossAccount: () => accessDenied(CROSS_ACCOUNT),
};

/**
 * The action is CloudFormation's, on all resources: which ones, the handlers' own calls decide. A
 * role that the service is to assume must be the caller's to pass.
 */
export function onResources(context: RequestContext, RoleArn?: string): Pairs {
  const { operation, region, accountId } = context;
  const resource = `arn:aws:cloudformation:${region}:${accountId}:resource/*`;
  const asked = { action: `cloudformation:${operation}`, resource };
  if (RoleArn === undefined) return asked;
  return [asked, passRole(RoleArn, accountId, PASSED)];
}
