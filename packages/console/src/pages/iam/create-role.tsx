import { CreateRoleCommand, CreateServiceLinkedRoleCommand } from "@aws-sdk/client-iam";
import { GetCallerIdentityCommand } from "@aws-sdk/client-sts";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import RadioGroup from "@cloudscape-design/components/radio-group";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { POLICY_SIZE_LIMITS } from "@rolecast/policy";
import { useState } from "react";
import { JsonEditor, useFindings } from "../../shared/json-editor.tsx";
import { ModalForm } from "../../shared/modal-form.tsx";
import { useNotices } from "../../shared/notices.tsx";
import { useAws } from "../../wire/aws-context.tsx";
import { useCall } from "../../wire/use-call.ts";
import { NEW_TRUST, trustPolicy } from "./trust-choice.ts";
import { TrustFields } from "./trust-fields.tsx";

/** Makes a role with a trust policy, or asks a service for its service-linked role. */
export function CreateRole(props: {
  readonly onCreated: () => void;
  readonly onClose: () => void;
}) {
  const { onCreated, onClose } = props;
  const { iam } = useAws();
  const { done } = useNotices();
  const [kind, setKind] = useState("own");
  const [name, setName] = useState("");
  const [description, setDescription] = useState("");
  const [choice, setChoice] = useState(NEW_TRUST);
  const [typed, setTyped] = useState<string>();
  const identity = useCall("identity", ({ sts }) => sts.send(new GetCallerIdentityCommand({})));
  const trust = typed ?? trustPolicy(choice, identity.data?.Account ?? "000000000000");
  const [service, setService] = useState("ivs.amazonaws.com");
  const findings = useFindings(trust, "trust");
  const own = kind === "own";
  const about = description === "" ? {} : { Description: description };
  const create = async () => {
    if (own) {
      const AssumeRolePolicyDocument = trust;
      await iam.send(new CreateRoleCommand({ RoleName: name, AssumeRolePolicyDocument, ...about }));
      done(`Role ${name} is created. It may do nothing until a policy is attached.`);
    } else {
      const { Role } = await iam.send(
        new CreateServiceLinkedRoleCommand({ AWSServiceName: service, ...about }),
      );
      done(`Role ${Role?.RoleName} is created.`);
    }
    onCreated();
  };
  return (
    <ModalForm
      title="Create role"
      verb="Create"
      size="large"
      disabled={own ? name === "" || findings.length > 0 : service === ""}
      onSubmit={create}
      onClose={onClose}
    >
      <FormField label="Kind">
        <RadioGroup
          value={kind}
          onChange={({ detail }) => setKind(detail.value)}
          items={[
            { value: "own", label: "Role", description: "You say who may assume it." },
            {
              value: "linked",
              label: "Service-linked role",
              description: "The service says what it may do; nobody can edit it.",
            },
          ]}
        />
      </FormField>
      {own ? (
        <FormField label="Role name">
          <Input value={name} onChange={({ detail }) => setName(detail.value)} />
        </FormField>
      ) : (
        <FormField label="Service">
          <Input value={service} onChange={({ detail }) => setService(detail.value)} />
        </FormField>
      )}
      <FormField label="Description">
        <Input value={description} onChange={({ detail }) => setDescription(detail.value)} />
      </FormField>
      {own && (
        <SpaceBetween size="m">
          <TrustFields
            choice={choice}
            onChange={(answer) => {
              setChoice(answer);
              // The policy is written anew.
              setTyped(undefined);
            }}
          />
          <JsonEditor
            label="Trust policy"
            kind="trust"
            value={trust}
            sizeMax={POLICY_SIZE_LIMITS.trustPolicy}
            onChange={setTyped}
          />
        </SpaceBetween>
      )}
    </ModalForm>
  );
}
