import { accountArn, rootArn, unitArn } from "../names.ts";
import { findAccount } from "../rows/accounts.ts";
import type { Db } from "../rows/organizations.ts";
import { findUnit } from "../rows/units.ts";
import type { Resource } from "./organization-operation.ts";
import type { Place } from "./place.ts";

/** A root's, unit's or account's ARN and tags; what isn't there has its ARN all the same. */
export async function targetOf(
  id: string,
  { organization }: Place,
  db: Db,
): Promise<Resource & { readonly exists: boolean; readonly name: string }> {
  const { organization_id: own, root_id, root_tags } = organization;
  if (id.startsWith("r-")) {
    const arn = rootArn({ ...organization, root_id: id });
    return { arn, tags: root_tags, exists: id === root_id, name: "Root" };
  }
  if (id.startsWith("ou-")) {
    const unit = await findUnit(own, id, db);
    const exists = unit !== undefined;
    return { arn: unitArn(organization, id), tags: unit?.tags, exists, name: unit?.name ?? "" };
  }
  const account = await findAccount(own, id, db);
  const exists = account !== undefined;
  const name = account?.name ?? "";
  return { arn: accountArn(organization, id), tags: account?.tags, exists, name };
}

/** A root or unit. */
export async function onParent(id: string, place: Place, db: Db): Promise<readonly Resource[]> {
  return [await targetOf(id, place, db)];
}

export const onUnit = onParent;
export const onAccount = onParent;
export const onTarget = onParent;
