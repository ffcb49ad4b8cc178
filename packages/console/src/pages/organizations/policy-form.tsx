import {
  CreatePolicyCommand,
  DescribePolicyCommand,
  type PolicySummary,
  type PolicyType,
  paginateListTargetsForPolicy,
  UpdatePolicyCommand,
} from "@aws-sdk/client-organizations";
import Box from "@cloudscape-design/components/box";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import Textarea from "@cloudscape-design/components/textarea";
import { useState } from "react";
import { CallState } from "../../shared/call-state.tsx";
import { ModalForm } from "../../shared/modal-form.tsx";
import { useNotices } from "../../shared/notices.tsx";
import { pretty } from "../../shared/pretty-json.ts";
import { allPages } from "../../wire/all-pages.ts";
import type { AwsClients } from "../../wire/aws-clients.ts";
import { useAws } from "../../wire/aws-context.tsx";
import { useCall } from "../../wire/use-call.ts";
import { organizationsOf } from "./organization-tree.ts";
import { NEW_DOCUMENTS, TYPE_TITLES } from "./policy-types.ts";

/** Shows a policy with its targets and changes it; without one, makes one. */
export function PolicyForm(props: {
  readonly type: PolicyType;
  readonly policy: PolicySummary | undefined;
  readonly onSaved: () => void;
  readonly onClose: () => void;
}) {
  const { type, policy, onSaved, onClose } = props;
  const aws = useAws();
  const { done } = useNotices();
  const [name, setName] = useState(policy?.Name ?? "");
  const [typed, setTyped] = useState<string>();
  const stored = useCall(`policy ${policy?.Id}`, () => readPolicy(aws, type, policy?.Id));
  const text = typed ?? stored.data?.content;
  const locked = policy?.AwsManaged === true;
  return (
    <ModalForm
      title={policy?.Name ?? `Create a ${TYPE_TITLES[type].toLowerCase()}`}
      verb="Save"
      size="large"
      disabled={locked || name === "" || text === undefined}
      onClose={onClose}
      onSubmit={async () => {
        const client = organizationsOf(aws);
        const input = { Name: name, Content: text };
        if (policy) await client.send(new UpdatePolicyCommand({ PolicyId: policy.Id, ...input }));
        else await client.send(new CreatePolicyCommand({ ...input, Type: type, Description: "" }));
        done(`Policy ${name} is saved. It is in force where it is attached.`);
        onSaved();
      }}
    >
      <CallState what="policy" call={stored} />
      <FormField label="Policy name">
        <Input value={name} disabled={locked} onChange={({ detail }) => setName(detail.value)} />
      </FormField>
      {text !== undefined && (
        <FormField label="Document" stretch>
          <Textarea
            value={text}
            rows={14}
            spellcheck={false}
            readOnly={locked}
            onChange={({ detail }) => setTyped(detail.value)}
          />
        </FormField>
      )}
      {stored.data && policy && (
        <Box>
          {stored.data.targets.length === 0
            ? "It is attached nowhere."
            : `It is attached to ${stored.data.targets.join(", ")}.`}
        </Box>
      )}
    </ModalForm>
  );
}

interface ReadPolicy {
  readonly content: string;
  /** Names of places. */
  readonly targets: readonly string[];
}

async function readPolicy(
  aws: AwsClients,
  type: PolicyType,
  PolicyId: string | undefined,
): Promise<ReadPolicy> {
  if (PolicyId === undefined)
    return { content: pretty(JSON.stringify(NEW_DOCUMENTS[type] ?? {})), targets: [] };
  const client = organizationsOf(aws);
  const [{ Policy }, targets] = await Promise.all([
    client.send(new DescribePolicyCommand({ PolicyId })),
    allPages(paginateListTargetsForPolicy({ client }, { PolicyId }), (page) => page.Targets),
  ]);
  return {
    content: pretty(Policy?.Content ?? ""),
    targets: targets.map(({ Name, TargetId }) => `${Name} (${TargetId})`),
  };
}
