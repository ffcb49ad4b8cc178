import { AwsError } from "../../kernel/aws-error.ts";
import type { Violation } from "../../kernel/constraints.ts";
import type { Denial } from "../../kernel/service.ts";

/*
 * Codes and reasons: Organizations API reference, the operations' errors. All come with status 400,
 * whatever the model says. Sentences are AWS's where public reports quote them.
 */

function organizationsError(code: string, message: string, Reason?: string): AwsError {
  const fields = Reason === undefined ? {} : { Reason };
  return new AwsError(`${code}Exception`, message, { status: 400, fields });
}

export function notInUse(): AwsError {
  const message = "Your account is not a member of an organization.";
  return organizationsError("AWSOrganizationsNotInUse", message);
}

/** A member's call of what the management account alone may do. */
export function notPermitted(): AwsError {
  return organizationsError("AccessDenied", "You don't have permissions to access this resource.");
}

/** Another account's organization says no more than `notPermitted`. */
export function organizationsDenied(denial: Denial): AwsError {
  const { authorization, callerArn, reason, sameAccount } = denial;
  const ownerId = authorization.resourceAccountId;
  if (!sameAccount && ownerId !== undefined) return notPermitted();
  const { action, resource } = authorization;
  const message =
    `User: ${callerArn} is not authorized to perform: ${action} ` +
    `on resource: ${resource} ${reason}`;
  return organizationsError("AccessDenied", message);
}

export function deniedForDependency(): AwsError {
  return organizationsError(
    "AccessDeniedForDependency",
    "The request failed because your credentials do not have permission to create " +
      "the service-linked role required by AWS Organizations.",
    "ACCESS_DENIED_DURING_CREATE_SERVICE_LINKED_ROLE",
  );
}

export function alreadyInOrganization(): AwsError {
  const message = "The provided account is already a member of an organization.";
  return organizationsError("AlreadyInOrganization", message);
}

export function organizationNotEmpty(): AwsError {
  return organizationsError(
    "OrganizationNotEmpty",
    "To delete an organization you must first remove all member accounts (except the master).",
  );
}

type Missing =
  | "Account"
  | "Child"
  | "DestinationParent"
  | "EffectivePolicy"
  | "CreateAccountStatus"
  | "Handshake"
  | "OrganizationalUnit"
  | "Parent"
  | "Policy"
  | "ResourcePolicy"
  | "Root"
  | "SourceParent"
  | "Target";

const MISSING: Readonly<Record<Missing, string>> = {
  Account: "You specified an account that doesn't exist.",
  Child: "You specified a child that doesn't exist.",
  DestinationParent: "You specified a destination parent that doesn't exist.",
  EffectivePolicy: "No effective policy of the specified type applies to the specified target.",
  CreateAccountStatus: "You specified an account creation request that doesn't exist.",
  Handshake: "You specified a handshake that doesn't exist.",
  OrganizationalUnit: "You specified an organizational unit that doesn't exist.",
  Parent: "You specified parent that doesn't exist.",
  Policy: "You specified a policy that doesn't exist.",
  ResourcePolicy: "The organization has no resource policy.",
  Root: "You specified a root that doesn't exist.",
  SourceParent: "You specified a source parent that doesn't exist.",
  Target: "You specified a target that doesn't exist.",
};

export function notFound(what: Missing, message: string = MISSING[what]): AwsError {
  return organizationsError(`${what}NotFound`, message);
}

/** A policy that is to be changed or deleted. */
export function policyNotFound(): AwsError {
  return notFound("Policy", "We can't find a policy with the PolicyId that you specified.");
}

export function duplicate(
  what: "Account" | "Handshake" | "OrganizationalUnit" | "Policy" | "PolicyAttachment",
  message: string,
): AwsError {
  return organizationsError(`Duplicate${what}`, message);
}

/** An error whose code alone clients branch on. */
export function refused(code: string, message: string): AwsError {
  return organizationsError(code, message);
}

export function constraintViolation(Reason: string, message: string): AwsError {
  return organizationsError("ConstraintViolation", message, Reason);
}

export function handshakeViolation(Reason: string, message: string): AwsError {
  return organizationsError("HandshakeConstraintViolation", message, Reason);
}

export function invalidInput(
  Reason: string,
  message: string = "You specified an invalid value.",
): AwsError {
  return organizationsError("InvalidInput", message, Reason);
}

export function malformedPolicy(message: string): AwsError {
  return organizationsError("MalformedPolicyDocument", message);
}

const NO_MATCH = "You provided a value that does not match the required pattern.";

/** Says by which rule a member of the input is invalid. */
export function invalidMember({ path, rule }: Violation): AwsError {
  const reason = reasonOf(path, rule);
  return reason === "INVALID_PATTERN" ? invalidInput(reason, NO_MATCH) : invalidInput(reason);
}

function reasonOf(path: string, rule: string): string {
  if (rule.includes("must not be null")) return "INPUT_REQUIRED";
  if (rule.includes("enum value set"))
    return /^(policyType|type|filter)$/.test(path) ? "INVALID_ENUM_POLICY_TYPE" : "INVALID_ENUM";
  if (path.includes("member")) return "INVALID_LIST_MEMBER";
  if (rule.includes("regular expression"))
    return path === "targetId" ? "INVALID_PATTERN_TARGET_ID" : "INVALID_PATTERN";
  const bound = rule.includes("less than or equal") ? "MAX" : "MIN";
  return `${bound}_${rule.includes("have length") ? "LENGTH" : "VALUE"}_EXCEEDED`;
}
