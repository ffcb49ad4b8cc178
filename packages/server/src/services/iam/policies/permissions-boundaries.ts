import type * as iam from "@aws-sdk/client-iam";
import { defineOperations, withSubject } from "../../../kernel/operations.ts";
import type { RequestContext } from "../../../kernel/request-context.ts";
import { SERVICE_ROLE_PATH } from "../catalogue/aws-managed-policies.ts";
import { noSuchEntity, policyNotAttachable } from "../errors.ts";
import { onBoundedOwner, requestBoundary } from "../identities/authorization.ts";
import { current, type OwnerSubject, refuseProtectedOwner } from "../identities/owners.ts";
import { change, type IamParts } from "../parts.ts";
import { setRole } from "../rows/roles.ts";
import { setUser } from "../rows/users.ts";
import type { Db } from "../tables.ts";
import { findPolicy, requirePolicyArn } from "./managed-policies.ts";

type Subject = OwnerSubject<"user" | "role">;

export function permissionsBoundaryOperations(parts: IamParts) {
  const put = (subject: Subject, arn: string, context: RequestContext) =>
    change(parts, context, async ({ db }) => {
      const { kind, id } = await changeable(db, subject, context);
      await requireBoundaryPolicy(parts, context, db, arn);
      await setBoundary(db, kind, id, arn);
      return {};
    });
  const remove = (subject: Subject, context: RequestContext) =>
    change(parts, context, async ({ db }) => {
      const { kind, id, boundaryArn } = await changeable(db, subject, context);
      if (boundaryArn === null)
        throw noSuchEntity(`The ${kind} ${subject.name} has no permissions boundary.`);
      await setBoundary(db, kind, id, null);
      return {};
    });
  return defineOperations<typeof iam>()({
    PutUserPermissionsBoundary: withSubject({
      authorize: ({ UserName, PermissionsBoundary }, context) =>
        onBoundedOwner(context, "user", UserName, requestBoundary(PermissionsBoundary)),
      handle: (input, context, user) => put(user, input.PermissionsBoundary, context),
    }),
    PutRolePermissionsBoundary: withSubject({
      authorize: ({ RoleName, PermissionsBoundary }, context) =>
        onBoundedOwner(context, "role", RoleName, requestBoundary(PermissionsBoundary)),
      handle: (input, context, role) => put(role, input.PermissionsBoundary, context),
    }),
    DeleteUserPermissionsBoundary: withSubject({
      authorize: (input, context) => onBoundedOwner(context, "user", input.UserName),
      handle: (_input, context, user) => remove(user, context),
    }),
    DeleteRolePermissionsBoundary: withSubject({
      authorize: (input, context) => onBoundedOwner(context, "role", input.RoleName),
      handle: (_input, context, role) => remove(role, context),
    }),
  });
}

async function changeable(db: Db, subject: Subject, context: RequestContext) {
  const owner = await current(db, subject);
  refuseProtectedOwner(owner, context);
  return owner;
}

/** A boundary is a managed policy that the account can attach. @throws NoSuchEntity and others */
export async function requireBoundaryPolicy(
  parts: IamParts,
  context: RequestContext,
  db: Db,
  arn: string,
): Promise<void> {
  const { awsPolicies } = parts;
  const policy = await findPolicy(db, awsPolicies, context.accountId, requirePolicyArn(arn));
  if (!policy) throw noSuchEntity(`Scope ARN: ${arn} does not exist or is not attachable.`);
  if (policy.aws && policy.path.startsWith(SERVICE_ROLE_PATH))
    throw policyNotAttachable("Cannot use a Service Role Policy as a permissions boundary.");
}

async function setBoundary(
  db: Db,
  kind: "user" | "role",
  id: string,
  arn: string | null,
): Promise<void> {
  await (kind === "user" ? setUser : setRole)(db, id, { boundary_arn: arn });
}
