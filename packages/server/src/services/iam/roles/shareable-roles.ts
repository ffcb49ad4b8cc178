import { parseArn } from "../../../kernel/arn.ts";
import type {
  ShareableResource,
  ShareableResources,
} from "../../../kernel/ports/shareable-resources.ts";
import { findRole, ordinaryRoles, roleArn } from "../rows/roles.ts";
import type { IamTables, RoleRow } from "../tables.ts";

/** Roles with their trust policies. They are found in every Region. */
export const SHAREABLE_ROLES: ShareableResources = {
  resourceType: "AWS::IAM::Role",
  previewed: "iamRole",
  readAction: "iam:GetRole",
  async list({ accountId }, reader) {
    const roles = await ordinaryRoles(reader.db<IamTables>(), accountId);
    return roles.map((role) => shared(roleArn(role), role, role.trust_policy));
  },
  async propose({ arn, accountId, configuration }, reader) {
    const { iamRole } = configuration as { readonly iamRole: { readonly trustPolicy?: string } };
    const parsed = parseArn(arn);
    const name = /^role\/(?:.*\/)?([^/]+)$/.exec(parsed?.resource ?? "")?.[1];
    if (parsed?.service !== "iam" || parsed.accountId !== accountId || name === undefined)
      return undefined;
    const found = await findRole(reader.db<IamTables>(), accountId, name);
    const current = found && roleArn(found) === arn ? found : undefined;
    // A new role has to say whom it trusts.
    const text = iamRole.trustPolicy ?? current?.trust_policy ?? "";
    if (text === "") return undefined;
    return shared(arn, current ?? { account_id: accountId, created_ms: 0 }, text);
  },
};

function shared(
  arn: string,
  { account_id, created_ms }: Pick<RoleRow, "account_id" | "created_ms">,
  text: string,
): ShareableResource {
  return {
    arn,
    accountId: account_id,
    resourceType: SHAREABLE_ROLES.resourceType,
    createdMs: created_ms,
    sharings: [{ source: "POLICY", kind: "trust", text }],
  };
}
