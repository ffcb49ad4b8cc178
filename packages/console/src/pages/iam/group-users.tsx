import { AddUserToGroupCommand, RemoveUserFromGroupCommand, type User } from "@aws-sdk/client-iam";
import Button from "@cloudscape-design/components/button";
import { useState } from "react";
import { ModalForm } from "../../shared/modal-form.tsx";
import { useNotices } from "../../shared/notices.tsx";
import { ResourceTable } from "../../shared/resource-table.tsx";
import { useAws } from "../../wire/aws-context.tsx";
import { pagesOf } from "../../wire/read-pages.ts";
import { type List, useList } from "../../wire/use-list.ts";
import { userPages } from "./list-users.ts";
import { USER_NAME_COLUMN } from "./user-name-column.ts";

/** The users that are in a group. */
export function GroupUsers(props: { readonly groupName: string; readonly users: List<User> }) {
  const { groupName: GroupName, users } = props;
  const [adding, setAdding] = useState(false);
  return (
    <>
      <ResourceTable
        plural="users"
        call={users}
        idOf={idOf}
        removal={{
          one: "user",
          nameOf: idOf,
          verb: "Remove",
          button: "Remove from group",
          done: `no longer in ${GroupName}`,
          reversible: true,
          remove: async ({ iam }, { UserName }) => {
            await iam.send(new RemoveUserFromGroupCommand({ UserName, GroupName }));
          },
        }}
        actions={
          <Button variant="primary" onClick={() => setAdding(true)}>
            Add users
          </Button>
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
  const inside = new Set(members.map(idOf));
  const others = useList(`users not in ${GroupName}`, (aws) =>
    pagesOf(userPages(aws), (page) => page.filter((user) => !inside.has(idOf(user)))),
  );
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
        onSelect={setSelected}
        empty="There is no user who isn't in the group."
        columns={[{ id: "name", header: "Name", isRowHeader: true, value: idOf }]}
      />
    </ModalForm>
  );
}

function idOf({ UserName = "" }: User): string {
  return UserName;
}
