import { AddUserToGroupCommand, RemoveUserFromGroupCommand, type User } from "@aws-sdk/client-iam";
import Button from "@cloudscape-design/components/button";
import { useState } from "react";
import { Actions } from "../../shared/actions.tsx";
import { ModalForm } from "../../shared/modal-form.tsx";
import { useNotices } from "../../shared/notices.tsx";
import { ResourceTable } from "../../shared/resource-table.tsx";
import { useAction } from "../../shared/use-action.ts";
import { useAws } from "../../wire/aws-context.tsx";
import { type Call, useCall } from "../../wire/use-call.ts";
import { listUsers } from "./list-users.ts";
import { USER_NAME_COLUMN } from "./user-name-column.tsx";

/** The users that are in a group. */
export function GroupUsers(props: {
  readonly groupName: string;
  readonly users: Call<readonly User[]>;
}) {
  const { groupName: GroupName, users } = props;
  const [selected, setSelected] = useState<readonly User[]>([]);
  const [adding, setAdding] = useState(false);
  const chosen = selected[0];
  const remove = useAction("The user wasn't removed", async ({ iam }) => {
    const { UserName } = chosen ?? {};
    await iam.send(new RemoveUserFromGroupCommand({ UserName, GroupName }));
    setSelected([]);
    users.reload();
    return `${UserName} is no longer in ${GroupName}.`;
  });
  return (
    <>
      <ResourceTable
        plural="users"
        call={users}
        idOf={idOf}
        selected={selected}
        onSelect={setSelected}
        actions={
          <Actions>
            <Button disabled={!chosen} loading={remove.running} onClick={() => void remove.run()}>
              Remove from group
            </Button>
            <Button variant="primary" onClick={() => setAdding(true)}>
              Add users
            </Button>
          </Actions>
        }
        empty="Nobody is in this group."
        columns={[USER_NAME_COLUMN]}
      />
      {adding && (
        <AddUsers
          groupName={GroupName}
          members={users.data ?? []}
          onAdded={users.reload}
          onClose={() => setAdding(false)}
        />
      )}
    </>
  );
}

function AddUsers(props: {
  readonly groupName: string;
  readonly members: readonly User[];
  readonly onAdded: () => void;
  readonly onClose: () => void;
}) {
  const { groupName: GroupName, members, onAdded, onClose } = props;
  const { iam } = useAws();
  const { done } = useNotices();
  const [selected, setSelected] = useState<readonly User[]>([]);
  const others = useCall(`users not in ${GroupName}`, async (aws) => {
    const all = await listUsers(aws);
    const inside = new Set(members.map(idOf));
    return all.filter((user) => !inside.has(idOf(user)));
  });
  return (
    <ModalForm
      title={`Add users to ${GroupName}`}
      verb="Add"
      disabled={selected.length === 0}
      onClose={onClose}
      onSubmit={async () => {
        for (const { UserName } of selected) {
          await iam.send(new AddUserToGroupCommand({ UserName, GroupName }));
        }
        done(`${selected.map(idOf).join(", ")}: now in ${GroupName}.`);
        onAdded();
      }}
    >
      <ResourceTable
        plural="users"
        call={others}
        idOf={idOf}
        selectionType="multi"
        selected={selected}
        onSelect={setSelected}
        empty="There is no user who isn't in the group."
        columns={[{ id: "name", header: "Name", isRowHeader: true, cell: idOf }]}
      />
    </ModalForm>
  );
}

function idOf({ UserName = "" }: User): string {
  return UserName;
}
