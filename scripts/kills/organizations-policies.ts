import { Organizations } from "@aws-sdk/client-organizations";
import type { Chance } from "../fuzz/chance.ts";
import type { Node } from "./node.ts";
import { rootIdOf } from "./organization.ts";
import { allPages, byKey } from "./pages.ts";
import { type Change, remembered } from "./remembered.ts";
import { UNKNOWN } from "./sameness.ts";
import { changeTags, type Tags, tagsOf } from "./tags.ts";

/* Service control policies with their content, tags, and a unit that they are attached to. */

const PREFIX = "kills-";
const Type = "SERVICE_CONTROL_POLICY";

interface Policy {
  readonly id: string | symbol;
  readonly content: string;
  readonly tags: Tags;
  readonly targets: readonly string[];
}

let unit = "";

async function prepare(at: Node): Promise<void> {
  const input = { ParentId: await rootIdOf(at), Name: "kills-for-policies" };
  const { OrganizationalUnit } = await at.client(Organizations).createOrganizationalUnit(input);
  unit = OrganizationalUnit?.Id ?? "";
}

function newContent(chance: Chance): string {
  const Statement = [
    { Sid: `S${chance.below(1e6)}`, Effect: "Deny", Action: "ec2:*", Resource: "*" },
  ];
  return JSON.stringify({ Version: "2012-10-17", Statement });
}

function change(key: string, policy: Policy | undefined, chance: Chance): Change<Policy> {
  const of = (at: Node) => at.client(Organizations);
  const content = newContent(chance);
  if (!policy)
    return {
      says: `CreatePolicy ${key}`,
      send: (at) =>
        of(at).createPolicy({ Name: PREFIX + key, Description: "", Type, Content: content }),
      after: (answer) => {
        const made = answer as { Policy?: { PolicySummary?: { Id?: string } } } | undefined;
        const id = made?.Policy?.PolicySummary?.Id ?? UNKNOWN;
        return { id, content, tags: {}, targets: [] };
      },
    };
  const id = String(policy.id);
  const isAttached = policy.targets.length > 0;
  switch (chance.below(4)) {
    case 0:
      return {
        says: `UpdatePolicy ${key}`,
        send: (at) => of(at).updatePolicy({ PolicyId: id, Content: content }),
        after: () => ({ ...policy, content }),
      };
    case 1:
      return changeTags(policy, chance, `policy ${key}`, {
        tag: (at, Key, Value) => of(at).tagResource({ ResourceId: id, Tags: [{ Key, Value }] }),
        untag: (at, TagKey) => of(at).untagResource({ ResourceId: id, TagKeys: [TagKey] }),
      });
    case 2:
      if (!isAttached)
        return {
          says: `DeletePolicy ${key}`,
          send: (at) => of(at).deletePolicy({ PolicyId: id }),
          after: () => undefined,
        };
      return toggledAttachment(key, policy);
    default:
      return toggledAttachment(key, policy);
  }
}

function toggledAttachment(key: string, policy: Policy): Change<Policy> {
  const input = { PolicyId: String(policy.id), TargetId: unit };
  const isAttached = policy.targets.length > 0;
  return {
    says: `${isAttached ? "Detach" : "Attach"}Policy ${key}`,
    send: (at) =>
      isAttached
        ? at.client(Organizations).detachPolicy(input)
        : at.client(Organizations).attachPolicy(input),
    after: () => ({ ...policy, targets: isAttached ? [] : [unit] }),
    // A target has five at most: then it is refused.
    refusals: ["ConstraintViolationException"],
  };
}

async function read(at: Node): Promise<ReadonlyMap<string, Policy>> {
  const organizations = at.client(Organizations);
  const listed = await allPages(
    (NextToken) => organizations.listPolicies({ Filter: Type, NextToken }),
    ({ Policies }) => Policies,
    ({ NextToken }) => NextToken,
  );
  const named: [string | undefined, Policy][] = [];
  for (const { Id: id = "", Name, AwsManaged } of listed) {
    if (AwsManaged) continue;
    const { Policy } = await organizations.describePolicy({ PolicyId: id });
    const { Tags } = await organizations.listTagsForResource({ ResourceId: id });
    const { Targets = [] } = await organizations.listTargetsForPolicy({ PolicyId: id });
    const targets = Targets.map(({ TargetId = "" }) => TargetId);
    named.push([Name, { id, content: Policy?.Content ?? "", tags: tagsOf(Tags), targets }]);
  }
  return byKey(PREFIX, named);
}

export const controlPolicies = remembered<Policy>({
  ...{ name: "organizations-policies", keys: 4, prepare, change, read },
});
