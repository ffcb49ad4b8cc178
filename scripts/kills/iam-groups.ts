import { IAM } from "@aws-sdk/client-iam";
import type { Chance } from "../fuzz/chance.ts";
import { MANAGED, newDocument, partsOf, toggled } from "./identity-policies.ts";
import type { Node } from "./node.ts";
import { allPages, byKey, withMember } from "./pages.ts";
import { type Change, remembered } from "./remembered.ts";

/* Groups with their paths, inline policies and attached policies. */

const PREFIX = "kills-group-";
const PATHS = ["/", "/kills/"];

interface Group {
  readonly path: string;
  readonly policies: Readonly<Record<string, string>>;
  readonly attached: readonly string[];
}

function change(key: string, group: Group | undefined, chance: Chance): Change<Group> {
  const iam = (at: Node) => at.client(IAM);
  const GroupName = PREFIX + key;
  const path = chance.one(PATHS);
  if (!group)
    return {
      says: `CreateGroup ${key} ${path}`,
      send: (at) => iam(at).createGroup({ GroupName, Path: path }),
      after: () => ({ path, policies: {}, attached: [] }),
    };
  const { policies, attached } = group;
  const isBare = attached.length === 0 && Object.keys(policies).length === 0;
  if (isBare && chance.rarely(3))
    return {
      says: `DeleteGroup ${key}`,
      send: (at) => iam(at).deleteGroup({ GroupName }),
      after: () => undefined,
    };
  switch (chance.below(3)) {
    case 0:
      return {
        says: `UpdateGroup ${key} ${path}`,
        send: (at) => iam(at).updateGroup({ GroupName, NewPath: path }),
        after: () => ({ ...group, path }),
      };
    case 1: {
      const PolicyName = `inline-${chance.below(2)}`;
      const document = PolicyName in policies ? undefined : newDocument(chance);
      return {
        says: `${document === undefined ? "Delete" : "Put"}GroupPolicy ${key} ${PolicyName}`,
        send: (at) =>
          document === undefined
            ? iam(at).deleteGroupPolicy({ GroupName, PolicyName })
            : iam(at).putGroupPolicy({ GroupName, PolicyName, PolicyDocument: document }),
        after: () => ({ ...group, policies: withMember(policies, PolicyName, document) }),
      };
    }
    default: {
      const PolicyArn = chance.one(MANAGED);
      const gone = attached.includes(PolicyArn);
      return {
        says: `${gone ? "Detach" : "Attach"}GroupPolicy ${key} ${PolicyArn}`,
        send: (at) =>
          gone
            ? iam(at).detachGroupPolicy({ GroupName, PolicyArn })
            : iam(at).attachGroupPolicy({ GroupName, PolicyArn }),
        after: () => ({ ...group, attached: toggled(attached, PolicyArn) }),
      };
    }
  }
}

async function read(at: Node): Promise<ReadonlyMap<string, Group>> {
  const listed = await allPages(
    (Marker) => at.client(IAM).getAccountAuthorizationDetails({ Filter: ["Group"], Marker }),
    ({ GroupDetailList }) => GroupDetailList,
    ({ Marker }) => Marker,
  );
  const named = listed.map(({ GroupName, Path: path = "", ...group }) => {
    const parts = partsOf(group.GroupPolicyList, group.AttachedManagedPolicies);
    return [GroupName, { path, ...parts }] as const;
  });
  return byKey(PREFIX, named);
}

export const groups = remembered<Group>({ name: "iam-groups", keys: 8, change, read });
