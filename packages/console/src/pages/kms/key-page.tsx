import {
  CancelKeyDeletionCommand,
  DescribeKeyCommand,
  DisableKeyCommand,
  EnableKeyCommand,
  type KeyMetadata,
} from "@aws-sdk/client-kms";
import Button from "@cloudscape-design/components/button";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import type { PageProps } from "../../routing/page-route.ts";
import { Actions } from "../../shared/actions.tsx";
import { CallState } from "../../shared/call-state.tsx";
import { FactsPanel } from "../../shared/facts-panel.tsx";
import { Page } from "../../shared/page.tsx";
import { PageTabs } from "../../shared/page-tabs.tsx";
import { PolicyPanel } from "../../shared/policy-panel.tsx";
import { useAction } from "../../shared/use-action.ts";
import { useCall } from "../../wire/use-call.ts";
import { KeyAliases } from "./key-aliases.tsx";
import { kmsOf } from "./key-calls.ts";
import { readKeyPolicy, writeKeyPolicy } from "./key-policy-calls.ts";
import { KeyRotation } from "./key-rotation.tsx";
import { KeyState } from "./key-state.tsx";
import { KeyTags } from "./key-tags.tsx";
import { ScheduleDeletion } from "./schedule-deletion.tsx";

/** Source: KMS developer guide, "Resource quotas", "Key policy document size". */
const POLICY_BYTES_MAX = 32_768;

/** One key: its state, its aliases, its policy, its rotation, and the way to its deletion. */
export function KeyPage({ params }: PageProps) {
  // An alias leads here too, but not every operation takes one.
  const { id = "" } = params;
  const got = useCall(`key ${id}`, async (aws) => {
    return (await kmsOf(aws).send(new DescribeKeyCommand({ KeyId: id }))).KeyMetadata;
  });
  const { data: key } = got;
  const { KeyId = id } = key ?? {};
  return (
    <Page
      title={id}
      description={key?.Description}
      actions={key && <KeyActions keyId={KeyId} state={key.KeyState} onChanged={got.reload} />}
    >
      <CallState what="key" call={got} />
      {key && (
        <PageTabs
          tabs={[
            { id: "settings", label: "Settings", content: <Settings keyId={KeyId} of={key} /> },
            {
              id: "policy",
              label: "Policy",
              content: (
                <PolicyPanel
                  title="Key policy"
                  kind="key"
                  of={`key ${KeyId}`}
                  sizeMax={POLICY_BYTES_MAX}
                  read={(aws) => readKeyPolicy(aws, KeyId)}
                  save={(aws, text) => writeKeyPolicy(aws, KeyId, text)}
                />
              ),
            },
            { id: "rotation", label: "Rotation", content: <KeyRotation keyId={KeyId} /> },
          ]}
        />
      )}
    </Page>
  );
}

function Settings({ keyId, of }: { readonly keyId: string; readonly of: KeyMetadata }) {
  return (
    <SpaceBetween size="l">
      <FactsPanel
        arn={of.Arn}
        facts={[
          ["State", <KeyState key="state" state={of.KeyState} />],
          ...(of.DeletionDate ? [["Deleted on", of.DeletionDate] as const] : []),
          ["Spec", of.KeySpec],
          ["Use", of.KeyUsage],
          ["Origin", of.Origin],
          ["Managed by", of.KeyManager === "AWS" ? "AWS" : "this account"],
          ["Multi-Region", of.MultiRegion ? of.MultiRegionConfiguration?.MultiRegionKeyType : "No"],
          ["Created", of.CreationDate],
        ]}
      />
      <KeyAliases keyId={keyId} />
      <KeyTags keyId={keyId} />
    </SpaceBetween>
  );
}

function KeyActions(props: {
  readonly keyId: string;
  readonly state: string | undefined;
  readonly onChanged: () => void;
}) {
  const { keyId: KeyId, state, onChanged } = props;
  const [deleting, setDeleting] = useState(false);
  const change = useAction("The key wasn't changed", async (aws, to: Change) => {
    await CHANGES[to](kmsOf(aws), KeyId);
    onChanged();
    return `${DONE[to]} ${KeyId}.`;
  });
  const offered: Change =
    state === "PendingDeletion" ? "cancel" : state === "Disabled" ? "enable" : "disable";
  return (
    <Actions>
      <Button loading={change.running} onClick={() => change.run(offered)}>
        {VERBS[offered]}
      </Button>
      {state !== "PendingDeletion" && (
        <Button onClick={() => setDeleting(true)}>Schedule deletion</Button>
      )}
      {deleting && (
        <ScheduleDeletion keyId={KeyId} onClose={() => setDeleting(false)} onDone={onChanged} />
      )}
    </Actions>
  );
}

type Change = "enable" | "disable" | "cancel";
type Client = ReturnType<typeof kmsOf>;

const CHANGES: Readonly<Record<Change, (client: Client, KeyId: string) => Promise<unknown>>> = {
  enable: (client, KeyId) => client.send(new EnableKeyCommand({ KeyId })),
  disable: (client, KeyId) => client.send(new DisableKeyCommand({ KeyId })),
  cancel: (client, KeyId) => client.send(new CancelKeyDeletionCommand({ KeyId })),
};
const VERBS = { enable: "Enable", disable: "Disable", cancel: "Cancel deletion" } as const;
const DONE = {
  enable: "Enabled key",
  disable: "Disabled key",
  cancel: "Canceled the deletion of key",
} as const;
