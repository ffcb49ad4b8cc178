import { paginateListEntitiesForPolicy } from "@aws-sdk/client-iam";
import { placeOf } from "../../routing/hash-route.ts";
import { PlaceLink } from "../../shared/place-link.tsx";
import { ResourceTable } from "../../shared/resource-table.tsx";
import { allPages } from "../../wire/all-pages.ts";
import { useCall } from "../../wire/use-call.ts";

interface Entity {
  readonly kind: "User" | "Group" | "Role";
  readonly name: string;
}

/** The users, groups and roles that have the policy. */
export function PolicyEntities({ arn }: { readonly arn: string }) {
  const entities = useCall(`entities of ${arn}`, ({ iam: client }) =>
    allPages(
      paginateListEntitiesForPolicy({ client }, { PolicyArn: arn }),
      ({ PolicyUsers = [], PolicyGroups = [], PolicyRoles = [] }): readonly Entity[] => [
        ...PolicyUsers.map(({ UserName = "" }) => ({ kind: "User" as const, name: UserName })),
        ...PolicyGroups.map(({ GroupName = "" }) => ({ kind: "Group" as const, name: GroupName })),
        ...PolicyRoles.map(({ RoleName = "" }) => ({ kind: "Role" as const, name: RoleName })),
      ],
    ),
  );
  return (
    <ResourceTable
      plural="entities"
      call={entities}
      idOf={({ kind, name }) => `${kind} ${name}`}
      empty="Nobody has this policy. Attach it on the page of a user, group or role."
      columns={[
        {
          id: "name",
          header: "Name",
          isRowHeader: true,
          cell: ({ kind, name }: Entity) => (
            <PlaceLink to={placeOf(`/iam/${kind.toLowerCase()}s/:name`, { name })}>
              {name}
            </PlaceLink>
          ),
        },
        { id: "kind", header: "Type", cell: ({ kind }: Entity) => kind },
      ]}
    />
  );
}
