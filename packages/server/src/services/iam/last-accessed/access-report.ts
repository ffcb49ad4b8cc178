import { parseArn } from "../../../kernel/arn.ts";
import type { LastAccessedRow } from "../access-tables.ts";
import { noSuchNamed } from "../errors.ts";
import { existing, type OwnerSubject } from "../identities/owners.ts";
import type { PolicySubject } from "../identities/subjects.ts";
import type { IamParts } from "../parts.ts";
import { existingPolicy } from "../policies/managed-policies.ts";
import { managedDocument, policiesOfOwner } from "../policies/policies-of-owner.ts";
import { membersOfGroup } from "../rows/group-members.ts";
import { attachedEntities } from "../rows/policy-attachments.ts";
import { accessesOf } from "../rows/uses.ts";
import type { Db, PolicyOwnerKind } from "../tables.ts";
import { grantsService, namedServices } from "./granted-services.ts";
import { SERVICE_NAMES } from "./service-names.ts";

/** Source: IAM User Guide, "Refine permissions using last accessed information". */
export const TRACKING_PERIOD_MS = 400 * 24 * 60 * 60 * 1000;

/** A user or role that may have used what the report is about. */
export interface ReportedEntity {
  readonly id: string;
  readonly kind: PolicyOwnerKind;
  readonly name: string;
  readonly path: string;
  readonly arn: string;
}

export interface ReportedAccess {
  /** An entity's id. */
  readonly entity: string;
  readonly action: string;
  readonly atMs: number;
  readonly region: string;
}

/** The services that were used and their users, as they were known when the report was made. */
export interface AccessReport {
  readonly granularity: "SERVICE_LEVEL" | "ACTION_LEVEL";
  readonly entities: readonly ReportedEntity[];
  /** Those that the policies grant, used or not, in the order of their namespaces. */
  readonly services: readonly {
    readonly namespace: string;
    readonly name: string;
    /** Ordered from the latest. */
    readonly accesses: readonly ReportedAccess[];
  }[];
}

type Parts = Pick<IamParts, "awsPolicies">;

/** The user, group, role or managed policy that a report is about, as it was decided on. */
export type ReportSubject = OwnerSubject | PolicySubject;

/** Makes the report about a subject. @throws ValidationError, NoSuchEntity */
export async function makeAccessReport(
  parts: Parts,
  db: Db,
  subject: ReportSubject,
  about: { readonly accountId: string; readonly arn: string; readonly nowMs: number },
  granularity: AccessReport["granularity"],
): Promise<AccessReport> {
  const { accountId, arn, nowMs } = about;
  const { texts, entities } =
    "owner" in subject
      ? await ofOwner(parts, db, accountId, subject, arn)
      : await ofPolicy(parts, db, accountId, subject);
  const ids = entities.map(({ id }) => id);
  const rows = await accessesOf(db, ids, nowMs - TRACKING_PERIOD_MS);
  rows.sort((one, other) => other.last_ms - one.last_ms);
  const namespaces = new Set([...SERVICE_NAMES.keys(), ...texts.flatMap(namedServices)]);
  const services = [...namespaces]
    .filter((namespace) => texts.some((text) => grantsService(text, namespace)))
    .sort()
    .map((namespace) => ({
      namespace,
      name: SERVICE_NAMES.get(namespace) ?? namespace,
      accesses: rows.filter(({ action }) => action.startsWith(`${namespace}:`)).map(reported),
    }));
  return { granularity, entities, services };
}

/** True for the ARN of a managed policy, the account's own or AWS's. */
export function isPolicyArn(arn: string): boolean {
  const parsed = parseArn(arn);
  return parsed?.service === "iam" && /^policy\/./.test(parsed.resource);
}

function reported({ entity_id, action, last_ms, region }: LastAccessedRow): ReportedAccess {
  return { entity: entity_id, action, atMs: last_ms, region };
}

async function ofOwner(
  parts: Parts,
  db: Db,
  accountId: string,
  subject: OwnerSubject,
  arn: string,
) {
  const owner = existing(subject);
  const { kind, name } = subject;
  if (owner.arn !== arn) throw noSuchNamed(kind, name);
  const texts = (await policiesOfOwner(parts, db, accountId, owner)).map(({ text }) => text);
  const entities =
    kind === "group"
      ? await membersOf(db, accountId, owner.id)
      : [entity(accountId, { kind, id: owner.id, name, path: owner.row.path })];
  return { texts, entities };
}

async function ofPolicy(parts: Parts, db: Db, accountId: string, subject: PolicySubject) {
  const { arn } = existingPolicy(parts.awsPolicies, subject);
  const text = await managedDocument(parts, db, accountId, arn);
  const entities = new Map<string, ReportedEntity>();
  for (const attached of await attachedEntities(db, accountId, arn)) {
    const some =
      attached.kind === "group"
        ? await membersOf(db, accountId, attached.id)
        : [entity(accountId, attached)];
    for (const each of some) entities.set(each.id, each);
  }
  return { texts: text === undefined ? [] : [text], entities: [...entities.values()] };
}

async function membersOf(db: Db, accountId: string, groupId: string): Promise<ReportedEntity[]> {
  const members = await membersOfGroup(db, groupId);
  return members.map(({ user_id, user_name, path }) =>
    entity(accountId, { kind: "user", id: user_id, name: user_name, path }),
  );
}

function entity(
  accountId: string,
  { kind, id, name, path }: Omit<ReportedEntity, "arn">,
): ReportedEntity {
  return { kind, id, name, path, arn: `arn:aws:iam::${accountId}:${kind}${path}${name}` };
}
