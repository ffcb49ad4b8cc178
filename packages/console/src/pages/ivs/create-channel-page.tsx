import { CreateChannelCommand } from "@aws-sdk/client-ivs";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import Wizard from "@cloudscape-design/components/wizard";
import { useState } from "react";
import { goTo, placeOf } from "../../routing/hash-route.ts";
import { EnterForm } from "../../shared/enter-form.tsx";
import { Page } from "../../shared/page.tsx";
import { TagFields, tagsOf } from "../../shared/tag-fields.tsx";
import { useAction } from "../../shared/use-action.ts";
import {
  ChannelAudience,
  ChannelBasics,
  ChannelRecording,
  type ChannelSettings,
  NEW_CHANNEL,
} from "./channel-form.tsx";

const CHANNELS = "#/ivs/channels";

export function CreateChannelPage() {
  const [settings, setSettings] = useState<ChannelSettings>(NEW_CHANNEL);
  const [tags, setTags] = useState<readonly { key: string; value: string }[]>([]);
  const [step, setStep] = useState(0);
  const create = useAction("The channel wasn't created", async ({ ivs }) => {
    const { recordingConfigurationArn, playbackRestrictionPolicyArn, ...basics } = settings;
    const { channel } = await ivs.send(
      new CreateChannelCommand({
        ...basics,
        ...(recordingConfigurationArn === "" ? {} : { recordingConfigurationArn }),
        ...(playbackRestrictionPolicyArn === "" ? {} : { playbackRestrictionPolicyArn }),
        ...(tags.length === 0 ? {} : { tags: tagsOf(tags) }),
      }),
    );
    goTo(placeOf("/ivs/channels/:arn", { arn: channel?.arn ?? "" }));
    return `Channel ${channel?.name || channel?.arn} is there, with a stream key.`;
  });
  const part = { settings, onChange: setSettings };
  const steps = [
    { title: "Channel", content: <ChannelBasics {...part} /> },
    { title: "Recording", isOptional: true, content: <ChannelRecording {...part} /> },
    { title: "Who may watch", isOptional: true, content: <ChannelAudience {...part} /> },
    { title: "Tags", isOptional: true, content: <TagFields tags={tags} onChange={setTags} /> },
    { title: "Review", content: <Review settings={settings} /> },
  ];
  return (
    <Page title="Create channel">
      <EnterForm onSubmit={() => setStep(Math.min(step + 1, steps.length - 1))}>
        <Wizard
          activeStepIndex={step}
          isLoadingNextStep={create.running}
          submitButtonText="Create channel"
          onNavigate={({ detail }) => setStep(detail.requestedStepIndex)}
          onCancel={() => goTo(CHANNELS)}
          onSubmit={() => void create.run()}
          steps={steps}
          allowSkipTo
        />
        {/* The wizard's own buttons send no form. */}
        <button type="submit" hidden />
      </EnterForm>
    </Page>
  );
}

function Review({ settings }: { readonly settings: ChannelSettings }) {
  const { name, type, latencyMode, authorized, insecureIngest, containerFormat } = settings;
  return (
    <KeyValuePairs
      columns={2}
      items={[
        { label: "Name", value: name || "–" },
        { label: "Type", value: type },
        { label: "Latency", value: latencyMode },
        { label: "Container", value: containerFormat },
        { label: "Private", value: authorized ? "Yes" : "No" },
        { label: "Insecure ingest", value: insecureIngest ? "Yes" : "No" },
        { label: "Recorded with", value: settings.recordingConfigurationArn || "Not recorded" },
        {
          label: "Restriction policy",
          value: settings.playbackRestrictionPolicyArn || "No restriction",
        },
      ]}
    />
  );
}
