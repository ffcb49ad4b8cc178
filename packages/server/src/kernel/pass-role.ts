import { isAccountId, OWN_PARTITION, parseArn } from "./arn.ts";
import type { Authorization } from "./authorization.ts";

/** Source: IAM API reference, CreateRole: `Path` and `RoleName`. */
const ROLE = /^role\/(?:[\x21-\x7e]+\/)?[\w+=,.@-]{1,64}$/;

/** AWS's sentence, whatever the service and its code for it. */
export const CROSS_ACCOUNT = "Cross-account pass role is not allowed.";

/** The giving of a role to a service. */
export interface RolePassing {
  /** `iam:PassedToService`: `cloudformation.amazonaws.com`. */
  readonly service: string;
  /** `iam:AssociatedResourceArn`, for services that AWS says to give it. */
  readonly resourceArn?: string | undefined;
  /** The service's refusal of a text that isn't a role's ARN. */
  readonly malformed: (roleArn: string) => Error;
  /** The service's refusal of another account's role. */
  readonly crossAccount: (roleArn: string) => Error;
}

/**
 * The permission that the caller of an operation needs to give a role to a service, which will then
 * act as the role: every member and property that names a role for a service goes through this.
 * Services are trusted in every account, so the role must be the caller's own. Throws the service's
 * refusal of what is no role of `accountId`, the caller's account. Source: IAM user guide, "Grant a
 * user permissions to pass a role to an AWS service".
 */
export function passRole(
  roleArn: string,
  accountId: string,
  { service, resourceArn, malformed, crossAccount }: RolePassing,
): Authorization {
  const arn = parseArn(roleArn);
  const isRole =
    arn?.service === "iam" &&
    arn.region === "" &&
    arn.partition === OWN_PARTITION &&
    isAccountId(arn.accountId) &&
    ROLE.test(arn.resource);
  if (!isRole) throw malformed(roleArn);
  if (arn.accountId !== accountId) throw crossAccount(roleArn);
  return passNamedRole(roleArn, accountId, { service, resourceArn });
}

/** The same of a role that was given by its name, which can't be another account's. */
export function passNamedRole(
  roleArn: string,
  accountId: string,
  { service, resourceArn }: Pick<RolePassing, "service" | "resourceArn">,
): Authorization {
  return {
    action: "iam:PassRole",
    resource: roleArn,
    resourceAccountId: accountId,
    context: {
      "iam:passedtoservice": service,
      ...(resourceArn === undefined ? {} : { "iam:associatedresourcearn": resourceArn }),
    },
  };
}
