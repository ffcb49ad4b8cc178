import { CreateRoleCommand, CreateServiceLinkedRoleCommand } from "@aws-sdk/client-iam";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import RadioGroup from "@cloudscape-design/components/radio-group";
import { POLICY_SIZE_LIMITS } from "@rolecast/policy";
import { useState } from "react";
import { JsonEditor, useFindings } from "../../shared/json-editor.tsx";
import { ModalForm } from "../../shared/modal-form.tsx";
import { useNotices } from "../../shared/notices.tsx";
import { pretty } from "../../shared/pretty-json.ts";
import { useAws } from "../../wire/aws-context.tsx";

const NEW_TRUST = pretty(
  JSON.stringify({
    Version: "2012-10-17",
    Statement: [
      {
        Effect: "Allow",
        Principal: { Service: "ec2.amazonaws.com" },
        Action: "sts:AssumeRole",
      },
    ],
  }),
);

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
  const [trust, setTrust] = useState(NEW_TRUST);
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
            { value: "own", label: "Role", description: "You say whom it trusts." },
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
        <JsonEditor
          label="Trust policy"
          kind="trust"
          value={trust}
          sizeMax={POLICY_SIZE_LIMITS.trustPolicy}
          onChange={setTrust}
        />
      )}
    </ModalForm>
  );
}
