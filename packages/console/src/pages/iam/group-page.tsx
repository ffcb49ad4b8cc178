import { DeleteGroupCommand, paginateGetGroup, type User } from "@aws-sdk/client-iam";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Tabs from "@cloudscape-design/components/tabs";
import { useState } from "react";
import { goTo, placeOf } from "../../routing/hash-route.ts";
import type { PageProps } from "../../routing/page-route.ts";
import { DeleteModal } from "../../shared/delete-modal.tsx";
import { useNotices } from "../../shared/notices.tsx";
import { Page } from "../../shared/page.tsx";
import { PlaceLink } from "../../shared/place-link.tsx";
import { ResourceTable } from "../../shared/resource-table.tsx";
import { allPages } from "../../wire/all-pages.ts";
import { useAws } from "../../wire/aws-context.tsx";
import { useCall } from "../../wire/use-call.ts";
import { PermissionsPanel } from "./permissions-panel.tsx";

export function GroupPage({ params }: PageProps) {
  const name = params.name ?? "";
  const { iam } = useAws();
  const { done } = useNotices();
  const [deleting, setDeleting] = useState(false);
  const users = useCall(`group ${name}`, ({ iam: client }) =>
    allPages(paginateGetGroup({ client }, { GroupName: name }), (page) => page.Users),
  );
  return (
    <Page
      title={name}
      actions={
        <Button disabled={!users.data} onClick={() => setDeleting(true)}>
          Delete
        </Button>
      }
    >
      <Tabs
        tabs={[
          {
            id: "users",
            label: "Users",
            content: (
              <ResourceTable
                plural="users"
                call={users}
                idOf={({ UserName }) => UserName ?? ""}
                empty="Nobody is in this group. A user's page has “Add to group”."
                columns={[
                  {
                    id: "name",
                    header: "Name",
                    isRowHeader: true,
                    cell: ({ UserName = "" }: User) => (
                      <PlaceLink to={placeOf("/iam/users/:name", { name: UserName })}>
                        {UserName}
                      </PlaceLink>
                    ),
                  },
                ]}
              />
            ),
          },
          {
            id: "permissions",
            label: "Permissions",
            content: <PermissionsPanel owner={{ kind: "group", name }} />,
          },
        ]}
      />
      {deleting && (
        <DeleteModal
          what={`group ${name}`}
          consequences={<Box>IAM deletes groups without users and policies only.</Box>}
          onClose={() => setDeleting(false)}
          onDelete={async () => {
            await iam.send(new DeleteGroupCommand({ GroupName: name }));
            done(`Group ${name} is deleted.`);
            goTo("#/iam/groups");
          }}
        />
      )}
    </Page>
  );
}
