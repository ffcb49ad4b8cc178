import {
  CreateAccountCommand,
  CreateOrganizationalUnitCommand,
  DescribeCreateAccountStatusCommand,
  MoveAccountCommand,
  UpdateOrganizationalUnitCommand,
} from "@aws-sdk/client-organizations";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import Select from "@cloudscape-design/components/select";
import { useState } from "react";
import { ModalForm } from "../../shared/modal-form.tsx";
import { useNotices } from "../../shared/notices.tsx";
import { useAws } from "../../wire/aws-context.tsx";
import {
  nodesOf,
  type OrganizationNode,
  type OrganizationTree,
  organizationsOf,
} from "./organization-tree.ts";

interface FormProps {
  readonly onClose: () => void;
  readonly onDone: () => void;
}

/** Makes a unit below `parent`, or renames `unit`. */
export function UnitForm(
  props: FormProps & { readonly parent?: OrganizationNode; readonly unit?: OrganizationNode },
) {
  const { parent, unit, onClose, onDone } = props;
  const aws = useAws();
  const { done } = useNotices();
  const [name, setName] = useState(unit?.name ?? "");
  return (
    <ModalForm
      title={unit ? `Rename ${unit.name}` : `Create a unit in ${parent?.name}`}
      verb={unit ? "Rename" : "Create unit"}
      disabled={name === ""}
      onClose={onClose}
      onSubmit={async () => {
        const client = organizationsOf(aws);
        if (unit)
          await client.send(
            new UpdateOrganizationalUnitCommand({ OrganizationalUnitId: unit.id, Name: name }),
          );
        else
          await client.send(
            new CreateOrganizationalUnitCommand({ ParentId: parent?.id, Name: name }),
          );
        done(unit ? `The unit is called ${name} now.` : `Unit ${name} is created.`);
        onDone();
      }}
    >
      <FormField label="Unit name">
        <Input value={name} onChange={({ detail }) => setName(detail.value)} />
      </FormField>
    </ModalForm>
  );
}

/** Makes an account, which begins in the root, and moves it to `parent`. */
export function CreateAccount(props: FormProps & { readonly parent: OrganizationNode }) {
  const { parent, onClose, onDone } = props;
  const aws = useAws();
  const { done } = useNotices();
  const [name, setName] = useState("");
  const [email, setEmail] = useState("");
  return (
    <ModalForm
      title={`Create an account in ${parent.name}`}
      verb="Create account"
      disabled={name === "" || email === ""}
      onClose={onClose}
      onSubmit={async () => {
        const client = organizationsOf(aws);
        const asked = await client.send(
          new CreateAccountCommand({ AccountName: name, Email: email }),
        );
        const { CreateAccountStatus: status } = await client.send(
          new DescribeCreateAccountStatusCommand({
            CreateAccountRequestId: asked.CreateAccountStatus?.Id,
          }),
        );
        if (status?.State === "FAILED") throw new Error(`AWS answers ${status.FailureReason}.`);
        const [root] = [...parent.above, parent];
        if (parent.kind === "unit")
          await client.send(
            new MoveAccountCommand({
              AccountId: status?.AccountId,
              SourceParentId: root?.id,
              DestinationParentId: parent.id,
            }),
          );
        done(`Account ${name} is ${status?.AccountId}. Its role is OrganizationAccountAccessRole.`);
        onDone();
      }}
    >
      <FormField label="Account name">
        <Input value={name} onChange={({ detail }) => setName(detail.value)} />
      </FormField>
      <FormField
        label="E-mail address"
        description="No other account has it. Nothing is sent to it."
      >
        <Input value={email} type="email" onChange={({ detail }) => setEmail(detail.value)} />
      </FormField>
    </ModalForm>
  );
}

/** Moves an account to another place. */
export function MoveAccount(
  props: FormProps & { readonly account: OrganizationNode; readonly tree: OrganizationTree },
) {
  const { account, tree, onClose, onDone } = props;
  const aws = useAws();
  const { done } = useNotices();
  const from = account.above.at(-1);
  const options = nodesOf(tree.root)
    .filter(({ kind, id }) => kind !== "account" && id !== from?.id)
    .map(({ id, name, above }) => ({
      value: id,
      label: [...above.slice(1).map((each) => each.name), name].join(" / "),
      description: id,
    }));
  const [to, setTo] = useState(options[0]);
  return (
    <ModalForm
      title={`Move ${account.name}`}
      verb="Move"
      disabled={to === undefined}
      onClose={onClose}
      onSubmit={async () => {
        await organizationsOf(aws).send(
          new MoveAccountCommand({
            AccountId: account.id,
            SourceParentId: from?.id,
            DestinationParentId: to?.value,
          }),
        );
        done(`${account.name} is in ${to?.label} now, and bound by the policies there.`);
        onDone();
      }}
    >
      <FormField label="To">
        <Select
          options={options}
          selectedOption={to ?? null}
          empty="There is no other place."
          onChange={({ detail }) =>
            setTo(options.find(({ value }) => value === detail.selectedOption.value))
          }
        />
      </FormField>
    </ModalForm>
  );
}
