import { paginateGetGroup } from "@aws-sdk/client-iam";
import Button from "@cloudscape-design/components/button";
import { useState } from "react";
import { goTo } from "../../routing/hash-route.ts";
import type { PageProps } from "../../routing/page-route.ts";
import { Page } from "../../shared/page.tsx";
import { PageTabs } from "../../shared/page-tabs.tsx";
import { RemoveItems } from "../../shared/remove-items.tsx";
import { pagesOf } from "../../wire/read-pages.ts";
import { useList } from "../../wire/use-list.ts";
import { identityRemoval } from "./deletion/identity-removal.tsx";
import { GroupUsers } from "./group-users.tsx";
import { PermissionsPanel } from "./permissions-panel.tsx";

export function GroupPage({ params }: PageProps) {
  const name = params.name ?? "";
  const [deleting, setDeleting] = useState(false);
  const users = useList(`group ${name}`, ({ iam: client }) =>
    pagesOf(paginateGetGroup({ client }, { GroupName: name }), (page) => page.Users),
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
      <PageTabs
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
        <RemoveItems
          removal={identityRemoval("group", String)}
          items={[name]}
          plural="groups"
          onClose={() => setDeleting(false)}
          onDone={() => goTo("#/iam/groups")}
        />
      )}
    </Page>
  );
}
