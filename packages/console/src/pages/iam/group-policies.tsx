import { paginateListGroupsForUser } from "@aws-sdk/client-iam";
import { placeOf } from "../../routing/hash-route.ts";
import { PlaceLink } from "../../shared/place-link.tsx";
import { ResourceTable } from "../../shared/resource-table.tsx";
import { allPages } from "../../wire/all-pages.ts";
import type { AwsClients } from "../../wire/aws-clients.ts";
import { useCall } from "../../wire/use-call.ts";
import { listOwnedPolicies, type OwnedPolicy } from "./policy-owner.ts";

interface GroupPolicy extends OwnedPolicy {
  readonly groupName: string;
}

/** The policies that a user has through groups; they are changed on the groups' own pages. */
export function GroupPolicies({ userName }: { readonly userName: string }) {
  const policies = useCall(`policies through groups of ${userName}`, (aws) =>
    policiesThroughGroups(aws, userName),
  );
  return (
    <ResourceTable
      plural="policies via groups"
      call={policies}
      idOf={({ groupName, arn, name }) => `${groupName} ${arn ?? name}`}
      empty="None: this user is in no group that has policies."
      columns={COLUMNS}
    />
  );
}

const COLUMNS = [
  {
    id: "name",
    header: "Name",
    isRowHeader: true,
    value: ({ name }: GroupPolicy) => name,
    cell: ({ name, arn }: GroupPolicy) =>
      arn === undefined ? (
        name
      ) : (
        <PlaceLink to={placeOf("/iam/policies/:arn", { arn })}>{name}</PlaceLink>
      ),
  },
  {
    id: "via",
    header: "Comes",
    value: ({ groupName }: GroupPolicy) => `via group ${groupName}`,
    cell: ({ groupName: name }: GroupPolicy) => (
      <>
        via group <PlaceLink to={placeOf("/iam/groups/:name", { name })}>{name}</PlaceLink>
      </>
    ),
  },
];

async function policiesThroughGroups(
  { iam: client }: AwsClients,
  UserName: string,
): Promise<readonly GroupPolicy[]> {
  const pages = paginateListGroupsForUser({ client }, { UserName });
  const groups = await allPages(pages, (page) => page.Groups);
  const owned = await Promise.all(
    groups.map(async ({ GroupName: groupName = "" }) => {
      const policies = await listOwnedPolicies(client, { kind: "group", name: groupName });
      return policies.map((policy) => ({ ...policy, groupName }));
    }),
  );
  return owned.flat();
}
