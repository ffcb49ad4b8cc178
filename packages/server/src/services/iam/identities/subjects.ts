import { noSuchNamed, noSuchPolicy } from "../errors.ts";
import { findInstanceProfileById, type InstanceProfile } from "../rows/instance-profiles.ts";
import { findOwnPolicy, type Policy } from "../rows/policies.ts";
import type { StoredTag } from "../rows/tags.ts";
import type { Db } from "../tables.ts";

/* Entities as they were when operations on them were decided; see owners.ts for the other three. */

export interface ProfileSubject {
  /** The name as the request has it. */
  readonly name: string;
  /** Undefined if there is none: the name alone was decided on. */
  readonly profile: InstanceProfile | undefined;
  readonly tags: readonly StoredTag[];
}

/** The instance profile that was decided on. @throws NoSuchEntity if there was none */
export function existingProfile({ name, profile }: ProfileSubject): InstanceProfile {
  if (!profile) throw noSuchNamed("instance profile", name);
  return profile;
}

/**
 * Reads the instance profile that was decided on again, in the transaction that changes it.
 * @throws NoSuchEntity if there was none or it is gone
 */
export async function currentProfile(db: Db, subject: ProfileSubject): Promise<InstanceProfile> {
  const profile = await findInstanceProfileById(db, existingProfile(subject).profile_id);
  return existingProfile({ ...subject, profile });
}

export interface PolicySubject {
  /** The ARN as the request has it. */
  readonly arn: string;
  /** The account's own policy; undefined if there is none, and for AWS's. */
  readonly own: Policy | undefined;
  readonly tags: readonly StoredTag[];
}

/**
 * Reads the account's own policy that was decided on again, in the transaction that changes it.
 * Undefined if there was none or it is gone: a policy that was made in between under the same ARN
 * is another one.
 */
export async function findCurrentPolicy(
  db: Db,
  { arn, own }: PolicySubject,
): Promise<Policy | undefined> {
  const policy = own && (await findOwnPolicy(db, own.account_id, arn));
  return policy?.policy_id === own?.policy_id ? policy : undefined;
}

/** @throws NoSuchEntity if there was none or it is gone */
export async function currentPolicy(db: Db, subject: PolicySubject): Promise<Policy> {
  const policy = await findCurrentPolicy(db, subject);
  if (!policy) throw noSuchPolicy(subject.arn);
  return policy;
}
