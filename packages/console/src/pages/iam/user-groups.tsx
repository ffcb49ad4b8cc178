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
import { placeOf } from "../../routing/hash-route.ts";
import { Actions } from "../../shared/actions.tsx";
import { ModalForm } from "../../shared/modal-form.tsx";
import { PlaceLink } from "../../shared/place-link.tsx";
import { ResourceTable } from "../../shared/resource-table.tsx";
import { useAction } from "../../shared/use-action.ts";
import { allPages } from "../../wire/all-pages.ts";
import { useAws } from "../../wire/aws-context.tsx";
import { useCall } from "../../wire/use-call.ts";

/** The groups that a user is in. */
export function UserGroups({ userName }: { readonly userName: string }) {
  const UserName = userName;
  const [adding, setAdding] = useState(false);
  const [selected, setSelected] = useState<readonly Group[]>([]);
  const groups = useCall(`groups of ${userName}`, ({ iam: client }) =>
    allPages(paginateListGroupsForUser({ client }, { UserName }), (page) => page.Groups),
  );
  const chosen = selected[0];
  const leave = useAction("The user wasn't removed", async ({ iam }) => {
    const { GroupName } = chosen ?? {};
    await iam.send(new RemoveUserFromGroupCommand({ UserName, GroupName }));
    setSelected([]);
    groups.reload();
    return `${userName} is no longer in ${GroupName}.`;
  });
  return (
    <>
      <ResourceTable
        plural="groups"
        call={groups}
        idOf={({ GroupName }) => GroupName ?? ""}
        selected={selected}
        onSelect={setSelected}
        actions={
          <Actions>
            <Button disabled={!chosen} loading={leave.running} onClick={() => void leave.run()}>
              Remove from group
            </Button>
            <Button variant="primary" onClick={() => setAdding(true)}>
              Add to group
            </Button>
          </Actions>
        }
        empty="This user is in no group."
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
        ]}
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
