import { CreateGroupCommand, type Group, paginateListGroups } from "@aws-sdk/client-iam";
import Button from "@cloudscape-design/components/button";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import { useState } from "react";
import { placeOf } from "../../routing/hash-route.ts";
import { ModalForm } from "../../shared/modal-form.tsx";
import { Moment } from "../../shared/moment.tsx";
import { useNotices } from "../../shared/notices.tsx";
import { Page } from "../../shared/page.tsx";
import { PlaceLink } from "../../shared/place-link.tsx";
import { ResourceTable } from "../../shared/resource-table.tsx";
import { allPages } from "../../wire/all-pages.ts";
import { useAws } from "../../wire/aws-context.tsx";
import { useCall } from "../../wire/use-call.ts";

export function GroupsPage() {
  const { iam } = useAws();
  const { done } = useNotices();
  const [creating, setCreating] = useState(false);
  const [name, setName] = useState("");
  const groups = useCall("groups", ({ iam: client }) =>
    allPages(paginateListGroups({ client }, {}), (page) => page.Groups),
  );
  return (
    <Page title="Groups" description="Users that share permissions.">
      <ResourceTable
        plural="groups"
        call={groups}
        idOf={({ GroupName }) => GroupName ?? ""}
        actions={
          <Button variant="primary" onClick={() => setCreating(true)}>
            Create group
          </Button>
        }
        empty="No groups yet. What is attached to a group, all of its users may."
        columns={[
          {
            id: "name",
            header: "Name",
            isRowHeader: true,
            cell: ({ GroupName = "" }: Group) => (
              <PlaceLink to={placeOf("/iam/groups/:name", { name: GroupName })}>
                {GroupName}
              </PlaceLink>
            ),
          },
          {
            id: "created",
            header: "Created",
            cell: (group: Group) => <Moment at={group.CreateDate} />,
          },
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
