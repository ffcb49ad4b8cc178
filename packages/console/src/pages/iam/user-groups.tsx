import {
  AddUserToGroupCommand,
  type Group,
  paginateListGroups,
  paginateListGroupsForUser,
  RemoveUserFromGroupCommand,
} from "@aws-sdk/client-iam";
import Button from "@cloudscape-design/components/button";
import FormField from "@cloudscape-design/components/form-field";
import Select from "@cloudscape-design/components/select";
import { useState } from "react";
import { ModalForm } from "../../shared/modal-form.tsx";
import { ResourceTable } from "../../shared/resource-table.tsx";
import { allPages } from "../../wire/all-pages.ts";
import { useAws } from "../../wire/aws-context.tsx";
import { pagesOf } from "../../wire/read-pages.ts";
import { useCall } from "../../wire/use-call.ts";
import { useList } from "../../wire/use-list.ts";
import { GROUP_NAME_COLUMN } from "./group-name-column.ts";

/** The groups that a user is in. */
export function UserGroups({ userName }: { readonly userName: string }) {
  const UserName = userName;
  const [adding, setAdding] = useState(false);
  const groups = useList(`groups of ${userName}`, ({ iam: client }) =>
    pagesOf(paginateListGroupsForUser({ client }, { UserName }), (page) => page.Groups),
  );
  return (
    <>
      <ResourceTable
        plural="groups"
        call={groups}
        idOf={({ GroupName }) => GroupName ?? ""}
        removal={{
          one: "membership of",
          nameOf: ({ GroupName = "" }: Group) => GroupName,
          verb: "Remove",
          button: "Remove from group",
          done: "ended",
          reversible: true,
          remove: async ({ iam }, { GroupName }) => {
            await iam.send(new RemoveUserFromGroupCommand({ UserName, GroupName }));
          },
        }}
        actions={
          <Button variant="primary" onClick={() => setAdding(true)}>
            Add to group
          </Button>
        }
        empty="This user is in no group."
        columns={[GROUP_NAME_COLUMN]}
      />
      {adding && (
        <AddToGroup userName={userName} onClose={() => setAdding(false)} onAdded={groups.reload} />
      )}
    </>
  );
}

function AddToGroup(props: {
  readonly userName: string;
  readonly onAdded: () => void;
  readonly onClose: () => void;
}) {
  const { userName, onAdded, onClose } = props;
  const { iam } = useAws();
  const [group, setGroup] = useState("");
  const groups = useCall("groups", ({ iam: client }) =>
    allPages(paginateListGroups({ client }, {}), (page) => page.Groups),
  );
  return (
    <ModalForm
      title={`Add ${userName} to a group`}
      verb="Add"
      disabled={group === ""}
      onClose={onClose}
      onSubmit={async () => {
        await iam.send(new AddUserToGroupCommand({ UserName: userName, GroupName: group }));
        onAdded();
      }}
    >
      <FormField label="Group">
        <Select
          empty="There is no group yet"
          placeholder="Choose a group"
          options={(groups.data ?? []).map(({ GroupName = "" }) => ({ value: GroupName }))}
          selectedOption={group === "" ? null : { value: group }}
          onChange={({ detail }) => setGroup(detail.selectedOption.value ?? "")}
        />
      </FormField>
    </ModalForm>
  );
}
