import { assumeRoleFor, type RoleAssumer } from "../assume-role.ts";
import type { Caller } from "../principal.ts";
import { CLOUDFORMATION } from "./resource-calls.ts";

/** Source: sessions of stacks' roles in CloudTrail. */
const SESSION_NAME = "AWSCloudFormation";

/** The account and Region of the stack, or of the request to Cloud Control. */
interface Place {
  readonly account_id: string;
  readonly region: string;
}

/**
 * A session of the role that CloudFormation, or Cloud Control, was told to work with. The service
 * assumes it: the role's trust policy decides. Rejects with AwsError.
 */
export function assumeServiceRole(
  roleArn: string,
  { account_id: accountId, region }: Place,
  by: RoleAssumer,
): Promise<Caller> {
  const onBehalfOf = { accountId };
  const session = { service: CLOUDFORMATION, sessionName: SESSION_NAME, onBehalfOf };
  return assumeRoleFor({ ...session, roleArn, region }, by);
}
