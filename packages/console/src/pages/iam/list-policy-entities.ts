import { type IAMClient, paginateListEntitiesForPolicy } from "@aws-sdk/client-iam";
import { pagesOf } from "../../wire/read-pages.ts";
import type { PolicyOwner } from "./policy-owner.ts";

/** The users, groups and roles that a policy is attached to. */
export function listPolicyEntities(
  client: IAMClient,
  PolicyArn: string,
): AsyncIterable<readonly PolicyOwner[]> {
  return pagesOf(
    paginateListEntitiesForPolicy({ client }, { PolicyArn }),
    ({ PolicyUsers = [], PolicyGroups = [], PolicyRoles = [] }): readonly PolicyOwner[] => [
      ...PolicyUsers.map(({ UserName = "" }) => ({ kind: "user" as const, name: UserName })),
      ...PolicyGroups.map(({ GroupName = "" }) => ({ kind: "group" as const, name: GroupName })),
      ...PolicyRoles.map(({ RoleName = "" }) => ({ kind: "role" as const, name: RoleName })),
    ],
  );
}
