import { CreateUserCommand, type User } from "@aws-sdk/client-iam";
import Button from "@cloudscape-design/components/button";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import { useState } from "react";
import { ModalForm } from "../../shared/modal-form.tsx";
import { useNotices } from "../../shared/notices.tsx";
import { Page } from "../../shared/page.tsx";
import { ResourceTable } from "../../shared/resource-table.tsx";
import { useAws } from "../../wire/aws-context.tsx";
import { useList } from "../../wire/use-list.ts";
import { identityRemoval } from "./deletion/identity-removal.tsx";
import { userPages } from "./list-users.ts";
import { USER_NAME_COLUMN } from "./user-name-column.ts";

export function UsersPage() {
  const { iam } = useAws();
  const { done } = useNotices();
  const [creating, setCreating] = useState(false);
  const [name, setName] = useState("");
  const users = useList("users", userPages);
  return (
    <Page title="Users" description="People and programs with keys of their own.">
      <ResourceTable
        plural="users"
        call={users}
        idOf={({ UserName }) => UserName ?? ""}
        removal={identityRemoval("user", ({ UserName = "" }: User) => UserName)}
        actions={
          <Button variant="primary" onClick={() => setCreating(true)}>
            Create user
          </Button>
        }
        empty="No users yet. A new user may do nothing until a policy allows it."
        columns={[
          USER_NAME_COLUMN,
          { id: "path", header: "Path", value: ({ Path }: User) => Path },
          { id: "created", header: "Created", value: ({ CreateDate }: User) => CreateDate },
        ]}
      />
      {creating && (
        <ModalForm
          title="Create user"
          verb="Create"
          disabled={name === ""}
          onClose={() => setCreating(false)}
          onSubmit={async () => {
            await iam.send(new CreateUserCommand({ UserName: name }));
            done(`User ${name} is created.`);
            setName("");
            users.reload();
          }}
        >
          <FormField label="User name">
            <Input value={name} onChange={({ detail }) => setName(detail.value)} />
          </FormField>
        </ModalForm>
      )}
    </Page>
  );
}
