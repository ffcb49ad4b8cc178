import { IAM } from "@aws-sdk/client-iam";
import type { Chance } from "../fuzz/chance.ts";
import type { Node } from "./node.ts";
import { allPages, byKey } from "./pages.ts";
import { type Change, remembered } from "./remembered.ts";
import { changeTags, type Tags, tagsOf } from "./tags.ts";

/* Instance profiles with tags and a role. */

const PREFIX = "kills-";
const ROLE = "kills-instances";
const Statement = [
  { Effect: "Allow", Principal: { Service: "ec2.amazonaws.com" }, Action: "sts:AssumeRole" },
];

interface Profile {
  readonly roles: readonly string[];
  readonly tags: Tags;
}

async function prepare(at: Node): Promise<void> {
  const AssumeRolePolicyDocument = JSON.stringify({ Version: "2012-10-17", Statement });
  await at.client(IAM).createRole({ RoleName: ROLE, AssumeRolePolicyDocument });
}

function change(key: string, profile: Profile | undefined, chance: Chance): Change<Profile> {
  const of = { InstanceProfileName: PREFIX + key };
  const iam = (at: Node) => at.client(IAM);
  if (!profile)
    return {
      says: `CreateInstanceProfile ${key}`,
      send: (at) => iam(at).createInstanceProfile(of),
      after: () => ({ roles: [], tags: {} }),
    };
  const isBare = profile.roles.length === 0;
  if (isBare && chance.rarely(4))
    return {
      says: `DeleteInstanceProfile ${key}`,
      send: (at) => iam(at).deleteInstanceProfile(of),
      after: () => undefined,
    };
  if (chance.rarely(2))
    return changeTags(profile, chance, `profile ${key}`, {
      tag: (at, Key, Value) => iam(at).tagInstanceProfile({ ...of, Tags: [{ Key, Value }] }),
      untag: (at, Key) => iam(at).untagInstanceProfile({ ...of, TagKeys: [Key] }),
    });
  const input = { ...of, RoleName: ROLE };
  return {
    says: `${isBare ? "AddRoleTo" : "RemoveRoleFrom"}InstanceProfile ${key}`,
    send: (at) =>
      isBare
        ? iam(at).addRoleToInstanceProfile(input)
        : iam(at).removeRoleFromInstanceProfile(input),
    after: () => ({ ...profile, roles: isBare ? [ROLE] : [] }),
  };
}

async function read(at: Node): Promise<ReadonlyMap<string, Profile>> {
  const iam = at.client(IAM);
  const listed = await allPages(
    (Marker) => iam.listInstanceProfiles({ Marker }),
    ({ InstanceProfiles }) => InstanceProfiles,
    ({ Marker }) => Marker,
  );
  const named: [string | undefined, Profile][] = [];
  for (const { InstanceProfileName, Roles = [] } of listed) {
    const { Tags } = await iam.listInstanceProfileTags({ InstanceProfileName });
    const roles = Roles.map(({ RoleName = "" }) => RoleName);
    named.push([InstanceProfileName, { roles, tags: tagsOf(Tags) }]);
  }
  return byKey(PREFIX, named);
}

export const instanceProfiles = remembered<Profile>({
  ...{ name: "iam-instance-profiles", keys: 8, prepare, change, read },
});
