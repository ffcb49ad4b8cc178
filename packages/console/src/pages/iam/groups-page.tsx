import { CreateGroupCommand, type Group, paginateListGroups } from "@aws-sdk/client-iam";
import Button from "@cloudscape-design/components/button";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import { useState } from "react";
import { ModalForm } from "../../shared/modal-form.tsx";
import { useNotices } from "../../shared/notices.tsx";
import { Page } from "../../shared/page.tsx";
import { ResourceTable } from "../../shared/resource-table.tsx";
import { useAws } from "../../wire/aws-context.tsx";
import { pagesOf } from "../../wire/read-pages.ts";
import { useList } from "../../wire/use-list.ts";
import { identityRemoval } from "./deletion/identity-removal.tsx";
import { GROUP_NAME_COLUMN } from "./group-name-column.ts";

export function GroupsPage() {
  const { iam } = useAws();
  const { done } = useNotices();
  const [creating, setCreating] = useState(false);
  const [name, setName] = useState("");
  const groups = useList("groups", ({ iam: client }) =>
    pagesOf(paginateListGroups({ client }, {}), (page) => page.Groups),
  );
  return (
    <Page title="Groups" description="Users that share permissions.">
      <ResourceTable
        plural="groups"
        call={groups}
        idOf={({ GroupName }) => GroupName ?? ""}
        removal={identityRemoval("group", ({ GroupName = "" }: Group) => GroupName)}
        actions={
          <Button variant="primary" onClick={() => setCreating(true)}>
            Create group
          </Button>
        }
        empty="No groups yet. What is attached to a group, all of its users may."
        columns={[
          GROUP_NAME_COLUMN,
          { id: "created", header: "Created", value: ({ CreateDate }: Group) => CreateDate },
        ]}
      />
      {creating && (
        <ModalForm
          title="Create group"
          verb="Create"
          disabled={name === ""}
          onClose={() => setCreating(false)}
          onSubmit={async () => {
            await iam.send(new CreateGroupCommand({ GroupName: name }));
            done(`Group ${name} is created.`);
            setName("");
            groups.reload();
          }}
        >
          <FormField label="Group name">
            <Input value={name} onChange={({ detail }) => setName(detail.value)} />
          </FormField>
        </ModalForm>
      )}
    </Page>
  );
}
