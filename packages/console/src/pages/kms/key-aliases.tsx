import { CreateAliasCommand, DeleteAliasCommand } from "@aws-sdk/client-kms";
import Button from "@cloudscape-design/components/button";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import { useState } from "react";
import type { Column } from "../../shared/list-arrangement.ts";
import { ModalForm } from "../../shared/modal-form.tsx";
import type { Removal } from "../../shared/remove-items.tsx";
import { ResourceTable } from "../../shared/resource-table.tsx";
import { useAws } from "../../wire/aws-context.tsx";
import { useCall } from "../../wire/use-call.ts";
import { aliasesOf, aliasName, kmsOf, listAliases } from "./key-calls.ts";

interface Alias {
  readonly name: string;
}

/** The names of a key. */
export function KeyAliases({ keyId }: { readonly keyId: string }) {
  const [creating, setCreating] = useState(false);
  const aliases = useCall(`aliases of ${keyId}`, async (aws): Promise<readonly Alias[]> => {
    return aliasesOf(await listAliases(aws), keyId).map((name) => ({ name }));
  });
  return (
    <>
      <ResourceTable
        plural="aliases"
        call={aliases}
        idOf={({ name }) => name}
        removal={REMOVAL}
        actions={<Button onClick={() => setCreating(true)}>Create alias</Button>}
        empty="No aliases. An alias is a name that can be given to another key later."
        columns={COLUMNS}
      />
      {creating && (
        <CreateAlias keyId={keyId} onClose={() => setCreating(false)} onCreated={aliases.reload} />
      )}
    </>
  );
}

const COLUMNS: readonly Column<Alias>[] = [
  { id: "name", header: "Alias", isRowHeader: true, value: ({ name }) => name },
];

const REMOVAL: Removal<Alias> = {
  one: "alias",
  nameOf: ({ name }) => name,
  consequences: "The key stays. Calls that name it by this alias fail.",
  remove: async (aws, { name: AliasName }) => {
    await kmsOf(aws).send(new DeleteAliasCommand({ AliasName }));
  },
};

function CreateAlias(props: {
  readonly keyId: string;
  readonly onClose: () => void;
  readonly onCreated: () => void;
}) {
  const { keyId: TargetKeyId, onClose, onCreated } = props;
  const aws = useAws();
  const [name, setName] = useState("");
  return (
    <ModalForm
      title="Create alias"
      verb="Create"
      disabled={name === ""}
      onClose={onClose}
      onSubmit={async () => {
        const AliasName = aliasName(name);
        await kmsOf(aws).send(new CreateAliasCommand({ AliasName, TargetKeyId }));
        onCreated();
      }}
    >
      <FormField label="Alias" description="Letters, digits, hyphens, underscores and slashes.">
        <Input value={name} spellcheck={false} onChange={({ detail }) => setName(detail.value)} />
      </FormField>
    </ModalForm>
  );
}
