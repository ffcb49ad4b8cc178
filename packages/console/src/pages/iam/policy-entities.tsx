import { placeOf } from "../../routing/hash-route.ts";
import { nameColumn } from "../../shared/columns.tsx";
import { ResourceTable } from "../../shared/resource-table.tsx";
import { useList } from "../../wire/use-list.ts";
import { listPolicyEntities } from "./list-policy-entities.ts";
import { operationsOf, type PolicyOwner } from "./policy-owner.ts";

/** The users, groups and roles that have the policy. */
export function PolicyEntities({ arn }: { readonly arn: string }) {
  const entities = useList(`entities of ${arn}`, ({ iam }) => listPolicyEntities(iam, arn));
  return (
    <ResourceTable
      plural="entities"
      call={entities}
      idOf={({ kind, name }) => `${kind} ${name}`}
      empty="Nobody has this policy. Attach it on the page of a user, group or role."
      removal={{
        one: "attachment to",
        nameOf: ({ kind, name }) => `${kind} ${name}`,
        verb: "Detach",
        done: "detached",
        reversible: true,
        remove: async ({ iam }, owner) => {
          await operationsOf(owner).detach(iam, owner.name, arn);
        },
      }}
      columns={[
        nameColumn<PolicyOwner>(
          ({ name }) => name,
          ({ kind, name }) => placeOf(`/iam/${kind}s/:name`, { name }),
        ),
        { id: "kind", header: "Type", value: ({ kind }) => TITLES[kind] },
      ]}
    />
  );
}

const TITLES = { user: "User", group: "Group", role: "Role" } as const;
