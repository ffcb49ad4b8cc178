import type * as iam from "@aws-sdk/client-iam";
import type { Checked } from "../../../kernel/checked.ts";
import { defineOperations, withSubject } from "../../../kernel/operations.ts";
import { notAttachable } from "../errors.ts";
import { onPolicy } from "../identities/authorization.ts";
import { readPage } from "../pagination.ts";
import type { IamParts } from "../parts.ts";
import { type PolicyHolder, readHolders, type WantedHolders } from "../rows/policy-holders.ts";
import type { Db, IamTables, PolicyOwnerKind } from "../tables.ts";
import { subjectPolicy } from "./managed-policies.ts";

/** The order of kinds in the list. */
const KINDS = ["group", "role", "user"] as const;
const ORDER = { group: "1", role: "2", user: "3" } as const;
const FILTERS = { group: "Group", role: "Role", user: "User" } as const;

export function policyEntityOperations(parts: IamParts) {
  return defineOperations<typeof iam>()({
    ListEntitiesForPolicy: withSubject({
      authorize: (input, context) => onPolicy(context, input.PolicyArn),
      handle: async (input, context, subject) => {
        const db = context.db<IamTables>();
        const { arn } = subject;
        if (!subjectPolicy(parts.awsPolicies, subject)) throw notAttachable(arn);
        const page = await readPage(
          input,
          (after, limit) => readEntities(db, context.accountId, input, arn, after, limit),
          keyOf,
        );
        const of = (kind: PolicyOwnerKind) => page.items.filter((entity) => entity.kind === kind);
        return {
          PolicyGroups: of("group").map(({ id, name }) => ({ GroupId: id, GroupName: name })),
          PolicyUsers: of("user").map(({ id, name }) => ({ UserId: id, UserName: name })),
          PolicyRoles: of("role").map(({ id, name }) => ({ RoleId: id, RoleName: name })),
          ...page.output,
        };
      },
    }),
  });
}

/** Reads the first holders of the policy whose keys come after `after`. */
async function readEntities(
  db: Db,
  accountId: string,
  input: Checked<iam.ListEntitiesForPolicyRequest>,
  arn: string,
  after: string | undefined,
  limit: number,
): Promise<PolicyHolder[]> {
  const entities: PolicyHolder[] = [];
  const [lastOrder = ""] = after ?? "";
  for (const kind of KINDS) {
    const { [kind]: order } = ORDER;
    if (entities.length === limit) break;
    if (order < lastOrder || (input.EntityFilter ?? FILTERS[kind]) !== FILTERS[kind]) continue;
    const name = order === lastOrder ? after?.slice(lastOrder.length) : undefined;
    const missing = limit - entities.length;
    entities.push(...(await readHolders(kind, db, accountId, partOf(input, arn), name, missing)));
  }
  return entities;
}

function partOf(input: Checked<iam.ListEntitiesForPolicyRequest>, arn: string): WantedHolders {
  const { PolicyUsageFilter: use, PathPrefix: path = "/" } = input;
  return {
    ...{ arn, path, isAttached: use !== "PermissionsBoundary" },
    isBounded: use !== "PermissionsPolicy",
  };
}

function keyOf(entity: PolicyHolder): string {
  return `${ORDER[entity.kind]}${entity.name.toLowerCase()}`;
}
