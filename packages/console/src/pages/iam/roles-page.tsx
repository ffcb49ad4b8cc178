import { paginateListRoles, type Role } from "@aws-sdk/client-iam";
import Badge from "@cloudscape-design/components/badge";
import Button from "@cloudscape-design/components/button";
import { goTo, placeOf } from "../../routing/hash-route.ts";
import { Page } from "../../shared/page.tsx";
import { PlaceLink } from "../../shared/place-link.tsx";
import { ResourceTable } from "../../shared/resource-table.tsx";
import { pagesOf } from "../../wire/read-pages.ts";
import { useList } from "../../wire/use-list.ts";
import { identityRemoval } from "./deletion/identity-removal.tsx";
import { accountOfRole, isServiceLinked, trustedBy } from "./role-facts.ts";
import { TrustedPrincipals } from "./trusted-principals.tsx";

export function RolesPage() {
  const roles = useList("roles", ({ iam: client }) =>
    pagesOf(paginateListRoles({ client }, {}), (page) => page.Roles),
  );
  return (
    <Page
      title="Roles"
      description="Permissions that a user or service can assume. A service-linked role belongs to its service."
    >
      <ResourceTable
        plural="roles"
        call={roles}
        idOf={({ RoleName }) => RoleName ?? ""}
        removal={identityRemoval("role", ({ RoleName = "" }: Role) => RoleName)}
        actions={
          <Button variant="primary" onClick={() => goTo(placeOf("/iam/roles/create/role"))}>
            Create role
          </Button>
        }
        empty="No roles yet. IVS makes its own with the first recording configuration."
        columns={COLUMNS}
      />
    </Page>
  );
}

const COLUMNS = [
  {
    id: "name",
    header: "Name",
    isRowHeader: true,
    value: ({ RoleName }: Role) => RoleName,
    cell: (role: Role) => (
      <>
        <PlaceLink to={placeOf("/iam/roles/:name", { name: role.RoleName ?? "" })}>
          {role.RoleName}
        </PlaceLink>{" "}
        {isServiceLinked(role) && <Badge color="blue">Service-linked</Badge>}
      </>
    ),
  },
  {
    id: "trusted",
    header: "Trusted",
    value: (role: Role) => trustedBy(role).join(", "),
    cell: (role: Role) => (
      <TrustedPrincipals principals={trustedBy(role)} account={accountOfRole(role)} />
    ),
  },
  { id: "created", header: "Created", value: ({ CreateDate }: Role) => CreateDate },
];
