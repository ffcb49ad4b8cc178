import { IAM } from "@aws-sdk/client-iam";
import type { Chance } from "../fuzz/chance.ts";
import { MANAGED, newDocument, partsOf, toggled } from "./identity-policies.ts";
import type { Node } from "./node.ts";
import { allPages, keyOf, withMember } from "./pages.ts";
import { type Change, remembered } from "./remembered.ts";
import { Bag, UNKNOWN } from "./sameness.ts";

/* Users with keys, policies, tags and groups. */

const PREFIX = "kills-";
const GROUPS = ["kills-readers", "kills-writers"];

interface Key {
  readonly id: string | symbol;
  readonly status: string;
}
interface User {
  readonly tags: Readonly<Record<string, string>>;
  readonly policies: Readonly<Record<string, string>>;
  readonly attached: readonly string[];
  readonly groups: readonly string[];
  readonly keys: Bag<Key>;
}

const NEW_USER: User = { tags: {}, policies: {}, attached: [], groups: [], keys: new Bag([]) };

function changeUser(key: string, user: User | undefined, chance: Chance): Change<User> {
  const UserName = PREFIX + key;
  if (!user)
    return {
      says: `CreateUser ${key}`,
      send: (at) => at.client(IAM).createUser({ UserName }),
      after: () => NEW_USER,
    };
  const { keys, ...others } = user;
  const parts = [keys.items, ...Object.values(others)];
  const isBare = parts.every((part) => Object.keys(part).length === 0);
  if (isBare && chance.rarely(3))
    return {
      says: `DeleteUser ${key}`,
      send: (at) => at.client(IAM).deleteUser({ UserName }),
      after: () => undefined,
    };
  const PolicyName = `inline-${chance.below(2)}`;
  const [GroupName, PolicyArn] = [chance.one(GROUPS), chance.one(MANAGED)];
  switch (chance.below(5)) {
    case 0: {
      const Key = `tag-${chance.below(3)}`;
      const Value = Key in user.tags ? undefined : String(chance.below(1e6));
      return {
        says: `${Value === undefined ? "UntagUser" : "TagUser"} ${key} ${Key}`,
        send: (at) =>
          Value === undefined
            ? at.client(IAM).untagUser({ UserName, TagKeys: [Key] })
            : at.client(IAM).tagUser({ UserName, Tags: [{ Key, Value }] }),
        after: () => ({ ...user, tags: withMember(user.tags, Key, Value) }),
      };
    }
    case 1: {
      const gone = PolicyName in user.policies && chance.rarely(2);
      const PolicyDocument = newDocument(chance);
      return {
        says: `${gone ? "Delete" : "Put"}UserPolicy ${key} ${PolicyName}`,
        send: (at) =>
          gone
            ? at.client(IAM).deleteUserPolicy({ UserName, PolicyName })
            : at.client(IAM).putUserPolicy({ UserName, PolicyName, PolicyDocument }),
        after: () => ({
          ...user,
          policies: withMember(user.policies, PolicyName, gone ? undefined : PolicyDocument),
        }),
      };
    }
    case 2: {
      const gone = user.attached.includes(PolicyArn);
      return {
        says: `${gone ? "Detach" : "Attach"}UserPolicy ${key} ${PolicyArn}`,
        send: (at) =>
          gone
            ? at.client(IAM).detachUserPolicy({ UserName, PolicyArn })
            : at.client(IAM).attachUserPolicy({ UserName, PolicyArn }),
        after: () => ({ ...user, attached: toggled(user.attached, PolicyArn) }),
      };
    }
    case 3: {
      const gone = user.groups.includes(GroupName);
      return {
        says: `${gone ? "RemoveUserFrom" : "AddUserTo"}Group ${key} ${GroupName}`,
        send: (at) =>
          gone
            ? at.client(IAM).removeUserFromGroup({ UserName, GroupName })
            : at.client(IAM).addUserToGroup({ UserName, GroupName }),
        after: () => ({ ...user, groups: toggled(user.groups, GroupName) }),
      };
    }
    default:
      return changeKeys(UserName, user, chance);
  }
}

function changeKeys(UserName: string, user: User, chance: Chance): Change<User> {
  const keys = user.keys.items;
  const withKeys = (items: readonly Key[]): User => ({ ...user, keys: new Bag(items) });
  if (keys.length < 2 && (keys.length === 0 || chance.rarely(2)))
    return {
      says: `CreateAccessKey ${UserName}`,
      send: (at) => at.client(IAM).createAccessKey({ UserName }),
      after: (answer) => {
        const made = answer as { AccessKey?: { AccessKeyId?: string } } | undefined;
        const id = made?.AccessKey?.AccessKeyId ?? UNKNOWN;
        return withKeys([...keys, { id, status: "Active" }]);
      },
    };
  const { id, status } = chance.one(keys);
  const AccessKeyId = String(id);
  if (chance.rarely(2))
    return {
      says: `DeleteAccessKey ${UserName} ${AccessKeyId}`,
      send: (at) => at.client(IAM).deleteAccessKey({ UserName, AccessKeyId }),
      after: () => withKeys(keys.filter((other) => other.id !== id)),
    };
  const Status = status === "Active" ? "Inactive" : "Active";
  return {
    says: `UpdateAccessKey ${UserName} ${AccessKeyId} ${Status}`,
    send: (at) => at.client(IAM).updateAccessKey({ UserName, AccessKeyId, Status }),
    after: () => withKeys(keys.map((other) => (other.id === id ? { id, status: Status } : other))),
  };
}

async function readUsers(at: Node): Promise<ReadonlyMap<string, User>> {
  const iam = at.client(IAM);
  const details = await allPages(
    (Marker) => iam.getAccountAuthorizationDetails({ Filter: ["User"], Marker }),
    ({ UserDetailList }) => UserDetailList,
    ({ Marker }) => Marker,
  );
  const users = new Map<string, User>();
  for (const detail of details) {
    const key = keyOf(PREFIX, detail.UserName);
    if (key === undefined) continue;
    const { AccessKeyMetadata = [] } = await iam.listAccessKeys({ UserName: detail.UserName });
    users.set(key, {
      ...partsOf(detail.UserPolicyList, detail.AttachedManagedPolicies),
      tags: Object.fromEntries((detail.Tags ?? []).map(({ Key, Value }) => [Key, Value])),
      groups: (detail.GroupList ?? []).sort(),
      keys: new Bag(
        AccessKeyMetadata.map(({ AccessKeyId: id = "", Status: status = "" }) => ({ id, status })),
      ),
    });
  }
  return users;
}

export const users = remembered<User>({
  name: "iam-users",
  keys: 12,
  async prepare(at) {
    for (const GroupName of GROUPS) await at.client(IAM).createGroup({ GroupName });
  },
  change: changeUser,
  read: readUsers,
});
