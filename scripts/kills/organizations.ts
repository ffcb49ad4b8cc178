import { Organizations } from "@aws-sdk/client-organizations";
import type { Chance } from "../fuzz/chance.ts";
import type { Node } from "./node.ts";
import { rootIdOf } from "./organization.ts";
import { allPages, byKey } from "./pages.ts";
import { type Change, remembered } from "./remembered.ts";
import { UNKNOWN } from "./sameness.ts";
import { changeTags, type Tags, tagsOf } from "./tags.ts";

/* Organizational units with tags and policies that are attached to them. */

const PREFIX = "kills-";

interface Unit {
  readonly id: string | symbol;
  readonly tags: Tags;
  /** Policies of its own, by their names. */
  readonly policies: readonly string[];
}

/** Made before the first kill. */
const attachable: string[] = [];
let rootId = "";

function change(key: string, unit: Unit | undefined, chance: Chance): Change<Unit> {
  const of = (at: Node) => at.client(Organizations);
  if (!unit)
    return {
      says: `CreateOrganizationalUnit ${key}`,
      send: (at) => of(at).createOrganizationalUnit({ ParentId: rootId, Name: PREFIX + key }),
      after: (answer) => {
        const made = answer as { OrganizationalUnit?: { Id?: string } } | undefined;
        return { id: made?.OrganizationalUnit?.Id ?? UNKNOWN, tags: {}, policies: [] };
      },
    };
  const id = String(unit.id);
  switch (chance.below(4)) {
    case 0:
      return {
        says: `DeleteOrganizationalUnit ${key}`,
        send: (at) => of(at).deleteOrganizationalUnit({ OrganizationalUnitId: id }),
        after: () => undefined,
      };
    case 1:
      return changeTags(unit, chance, `unit ${key}`, {
        tag: (at, Key, Value) => of(at).tagResource({ ResourceId: id, Tags: [{ Key, Value }] }),
        untag: (at, TagKey) => of(at).untagResource({ ResourceId: id, TagKeys: [TagKey] }),
      });
    default: {
      const PolicyId = chance.one(attachable);
      const gone = unit.policies.includes(PolicyId);
      const others = unit.policies.filter((other) => other !== PolicyId);
      return {
        says: `${gone ? "Detach" : "Attach"}Policy ${key} ${PolicyId}`,
        send: (at) =>
          gone
            ? of(at).detachPolicy({ PolicyId, TargetId: id })
            : of(at).attachPolicy({ PolicyId, TargetId: id }),
        after: () => ({ ...unit, policies: gone ? others : [...others, PolicyId].sort() }),
      };
    }
  }
}

async function prepare(at: Node): Promise<void> {
  const organizations = at.client(Organizations);
  rootId = await rootIdOf(at);
  for (const number of [0, 1, 2]) {
    const Statement = [{ Sid: `S${number}`, Effect: "Deny", Action: "ec2:*", Resource: "*" }];
    const { Policy } = await organizations.createPolicy({
      ...{ Name: `kills-of-units-${number}`, Description: "", Type: "SERVICE_CONTROL_POLICY" },
      Content: JSON.stringify({ Version: "2012-10-17", Statement }),
    });
    attachable.push(Policy?.PolicySummary?.Id ?? "");
  }
}

async function read(at: Node): Promise<ReadonlyMap<string, Unit>> {
  const organizations = at.client(Organizations);
  const units = await allPages(
    (NextToken) => organizations.listOrganizationalUnitsForParent({ ParentId: rootId, NextToken }),
    ({ OrganizationalUnits }) => OrganizationalUnits,
    ({ NextToken }) => NextToken,
  );
  const named: [string | undefined, Unit][] = [];
  for (const { Id: id = "", Name } of units) {
    const { Tags } = await organizations.listTagsForResource({ ResourceId: id });
    const Filter = "SERVICE_CONTROL_POLICY";
    const { Policies = [] } = await organizations.listPoliciesForTarget({ TargetId: id, Filter });
    const policies = Policies.map(({ Id = "" }) => Id).filter((one) => attachable.includes(one));
    named.push([Name, { id, tags: tagsOf(Tags), policies: policies.sort() }]);
  }
  return byKey(PREFIX, named);
}

export const units = remembered<Unit>({
  name: "organizations-units",
  keys: 8,
  prepare,
  change,
  read,
});
