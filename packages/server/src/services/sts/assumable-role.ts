import { parseArn } from "../../kernel/arn.ts";
import type { ContextEntries } from "../../kernel/authorization.ts";
import { namedKeys } from "../../kernel/named-condition-keys.ts";
import type { IdentityDirectory, RoleRecord } from "../../kernel/ports/identity.ts";
import type { RequestContext } from "../../kernel/request-context.ts";
import { type Eventual, whenKnown } from "../../kernel/when-known.ts";
import { DEFAULT_SESSION_SECONDS } from "./constraints.ts";
import { validationError } from "./errors.ts";

/**
 * The role that `RoleArn` names; undefined when there is none.
 *
 * @throws ValidationError when it isn't a role's ARN
 */
export function findAssumableRole(
  directory: IdentityDirectory,
  roleArn: string,
  context: RequestContext,
): Eventual<RoleRecord | undefined> {
  const arn = parseArn(roleArn);
  if (!arn) throw validationError(`${roleArn} is invalid`);
  if (arn.service !== "iam" || arn.region !== "" || !arn.resource.startsWith("role/"))
    throw validationError("Request ARN is invalid");
  const roleName = arn.resource.slice(arn.resource.lastIndexOf("/") + 1);
  return whenKnown(directory.findRole(arn.accountId, roleName, context), (role) =>
    role?.arn === roleArn ? role : undefined,
  );
}

/** The condition keys that the role's own tags give. */
export function resourceTagKeys(role: RoleRecord): ContextEntries {
  const tags = Object.entries(role.tags);
  return { ...namedKeys("aws:resourcetag/", tags), ...namedKeys("iam:resourcetag/", tags) };
}

/** Checked after authorisation, so that a stranger learns nothing of the role's setting. */
export function roleSessionSeconds(
  asked: number = DEFAULT_SESSION_SECONDS,
  role: RoleRecord,
): number {
  if (asked <= role.maxSessionDurationSeconds) return asked;
  throw validationError(
    "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.",
  );
}
