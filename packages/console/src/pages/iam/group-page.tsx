import { DeleteGroupCommand, paginateGetGroup } from "@aws-sdk/client-iam";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Tabs from "@cloudscape-design/components/tabs";
import { useState } from "react";
import { goTo } from "../../routing/hash-route.ts";
import type { PageProps } from "../../routing/page-route.ts";
import { DeleteModal } from "../../shared/delete-modal.tsx";
import { useNotices } from "../../shared/notices.tsx";
import { Page } from "../../shared/page.tsx";
import { allPages } from "../../wire/all-pages.ts";
import { useAws } from "../../wire/aws-context.tsx";
import { useCall } from "../../wire/use-call.ts";
import { GroupUsers } from "./group-users.tsx";
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
            content: <GroupUsers groupName={name} users={users} />,
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
