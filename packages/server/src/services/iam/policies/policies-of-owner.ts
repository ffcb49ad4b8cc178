import type { PolicyOwner } from "../identities/owners.ts";
import type { IamParts } from "../parts.ts";
import { groupsOfUser } from "../rows/group-members.ts";
import { inlinePoliciesOf } from "../rows/inline-policies.ts";
import { attachedArns } from "../rows/policy-attachments.ts";
import { defaultDocuments } from "../rows/policy-versions.ts";
import type { Db, PolicyOwnerKind } from "../tables.ts";

/** A policy with the user, group or role that it hangs on. */
export interface OwnedPolicy {
  readonly name: string;
  /** Undefined for an inline policy. */
  readonly arn: string | undefined;
  readonly text: string;
  /** The user, group or role that it is attached to or part of. */
  readonly owner: { readonly kind: PolicyOwnerKind; readonly name: string };
}

/** The policies of a user, group or role; a user's include those of its groups. */
export async function policiesOfOwner(
  parts: Pick<IamParts, "awsPolicies">,
  db: Db,
  accountId: string,
  { kind, id, name }: PolicyOwner,
): Promise<OwnedPolicy[]> {
  const own = await policiesOf(parts, db, accountId, { kind, id, name });
  if (kind !== "user") return own;
  for (const group of await groupsOfUser(db, id)) {
    const owner = { kind: "group", id: group.group_id, name: group.group_name } as const;
    own.push(...(await policiesOf(parts, db, accountId, owner)));
  }
  return own;
}

/** The default version's document of a managed policy, a customer's or AWS's. */
export async function managedDocument(
  parts: Pick<IamParts, "awsPolicies">,
  db: Db,
  accountId: string,
  arn: string,
): Promise<string | undefined> {
  return (await defaultDocuments(db, accountId, [arn])).get(arn) ?? parts.awsPolicies.document(arn);
}

async function policiesOf(
  parts: Pick<IamParts, "awsPolicies">,
  db: Db,
  accountId: string,
  owner: { readonly kind: PolicyOwnerKind; readonly id: string; readonly name: string },
): Promise<OwnedPolicy[]> {
  const policies = (await inlinePoliciesOf(db, [owner.id])).map(
    (row): OwnedPolicy => ({ name: row.policy_name, arn: undefined, text: row.document, owner }),
  );
  for (const arn of await attachedArns(db, [owner.id])) {
    const text = await managedDocument(parts, db, accountId, arn);
    const name = arn.slice(arn.lastIndexOf("/") + 1);
    if (text !== undefined) policies.push({ name, arn, text, owner });
  }
  return policies;
}
