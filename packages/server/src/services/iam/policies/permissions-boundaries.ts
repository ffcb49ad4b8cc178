import type * as iam from "@aws-sdk/client-iam";
import { defineOperations } from "../../../kernel/operations.ts";
import type { RequestContext } from "../../../kernel/request-context.ts";
import { SERVICE_ROLE_PATH } from "../catalogue/aws-managed-policies.ts";
import { noSuchEntity, policyNotAttachable } from "../errors.ts";
import { onBoundedOwner } from "../identities/authorization.ts";
import { refuseProtectedOwner, requireOwner } from "../identities/owners.ts";
import { change, type IamParts } from "../parts.ts";
import { required } from "../required.ts";
import { setRole } from "../rows/roles.ts";
import { setUser } from "../rows/users.ts";
import type { Db } from "../tables.ts";
import { findPolicy, requirePolicyArn } from "./managed-policies.ts";

export function permissionsBoundaryOperations(parts: IamParts) {
  const put = (kind: "user" | "role", name: string, arn: string, context: RequestContext) =>
    change(parts, context, async ({ db }) => {
      const owner = await requireOwner(db, context.accountId, kind, name);
      refuseProtectedOwner(owner, context);
      await requireBoundaryPolicy(parts, context, db, arn);
      await setBoundary(db, kind, owner.id, arn);
      return {};
    });
  const remove = (kind: "user" | "role", name: string, context: RequestContext) =>
    change(parts, context, async ({ db }) => {
      const owner = await requireOwner(db, context.accountId, kind, name);
      refuseProtectedOwner(owner, context);
      if (owner.boundaryArn === null)
        throw noSuchEntity(`The ${kind} ${name} has no permissions boundary.`);
      await setBoundary(db, kind, owner.id, null);
      return {};
    });
  return defineOperations<typeof iam>()({
    PutUserPermissionsBoundary: {
      authorize: (input, context) =>
        onBoundedOwner(context, "user", required(input.UserName, "userName"), {
          "iam:permissionsboundary": input.PermissionsBoundary,
        }),
      handle: (input, context) =>
        put(
          "user",
          required(input.UserName, "userName"),
          required(input.PermissionsBoundary, "permissionsBoundary"),
          context,
        ),
    },
    PutRolePermissionsBoundary: {
      authorize: (input, context) =>
        onBoundedOwner(context, "role", required(input.RoleName, "roleName"), {
          "iam:permissionsboundary": input.PermissionsBoundary,
        }),
      handle: (input, context) =>
        put(
          "role",
          required(input.RoleName, "roleName"),
          required(input.PermissionsBoundary, "permissionsBoundary"),
          context,
        ),
    },
    DeleteUserPermissionsBoundary: {
      authorize: (input, context) =>
        onBoundedOwner(context, "user", required(input.UserName, "userName")),
      handle: (input, context) => remove("user", required(input.UserName, "userName"), context),
    },
    DeleteRolePermissionsBoundary: {
      authorize: (input, context) =>
        onBoundedOwner(context, "role", required(input.RoleName, "roleName")),
      handle: (input, context) => remove("role", required(input.RoleName, "roleName"), context),
    },
  });
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
