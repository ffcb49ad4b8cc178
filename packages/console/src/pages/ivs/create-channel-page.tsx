import { CreateChannelCommand } from "@aws-sdk/client-ivs";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import Wizard from "@cloudscape-design/components/wizard";
import { useState } from "react";
import { goTo, placeOf } from "../../routing/hash-route.ts";
import { EnterForm } from "../../shared/enter-form.tsx";
import { FACT_WIDTH_MIN } from "../../shared/fact-width.ts";
import { Page } from "../../shared/page.tsx";
import { TagFields } from "../../shared/tag-fields.tsx";
import { type TagField, tagsOf } from "../../shared/tags.ts";
import { useAction } from "../../shared/use-action.ts";
import { ChannelAds, ChannelAudience, ChannelRecording } from "./channel-attachments.tsx";
import { ChannelBasics } from "./channel-basics.tsx";
import { settingsFacts } from "./channel-facts.ts";
import { channelNameFault } from "./channel-name.ts";
import { type ChannelSettings, NEW_CHANNEL, settingsInput } from "./channel-settings.ts";

const CHANNELS = "#/ivs/channels";

export function CreateChannelPage() {
  const [settings, setSettings] = useState<ChannelSettings>(NEW_CHANNEL);
  const [tags, setTags] = useState<readonly TagField[]>([]);
  const [step, setStep] = useState(0);
  const create = useAction("The channel wasn't created", async ({ ivs }) => {
    const { channel } = await ivs.send(
      new CreateChannelCommand({
        ...settingsInput(settings),
        ...(tags.length === 0 ? {} : { tags: tagsOf(tags) }),
      }),
    );
    goTo(placeOf("/ivs/channels/:arn", { arn: channel?.arn ?? "" }));
    return `Channel ${channel?.name || channel?.arn} is there, with a stream key.`;
  });
  // The name is refused in its own step, not after the last one.
  const isNamed = channelNameFault(settings.name) === "";
  const goToStep = (wanted: number) => {
    if (isNamed || wanted === 0) setStep(Math.min(wanted, steps.length - 1));
  };
  const part = { settings, onChange: setSettings };
  const steps = [
    { title: "Channel details", content: <ChannelBasics {...part} /> },
    { title: "Recording", isOptional: true, content: <ChannelRecording {...part} /> },
    { title: "Who may watch", isOptional: true, content: <ChannelAudience {...part} /> },
    { title: "Ads", isOptional: true, content: <ChannelAds {...part} /> },
    { title: "Tags", isOptional: true, content: <TagFields tags={tags} onChange={setTags} /> },
    { title: "Review", content: <Review settings={settings} tags={tags} /> },
  ];
  return (
    <Page title="Create channel" wizard>
      <EnterForm onSubmit={() => goToStep(step + 1)}>
        <Wizard
          activeStepIndex={step}
          isLoadingNextStep={create.running}
          submitButtonText="Create channel"
          onNavigate={({ detail }) => goToStep(detail.requestedStepIndex)}
          onCancel={() => goTo(CHANNELS)}
          onSubmit={() => create.run()}
          steps={steps}
          allowSkipTo
        />
        {/* The wizard's own buttons send no form. */}
        <button type="submit" hidden />
      </EnterForm>
    </Page>
  );
}

function Review(props: { readonly settings: ChannelSettings; readonly tags: readonly TagField[] }) {
  const { settings, tags } = props;
  return (
    <KeyValuePairs
      columns={2}
      minColumnWidth={FACT_WIDTH_MIN}
      items={[
        ...settingsFacts(settings),
        { label: "Recorded with", value: settings.recordingConfigurationArn || "Not recorded" },
        {
          label: "Restriction policy",
          value: settings.playbackRestrictionPolicyArn || "No restriction",
        },
        { label: "Ad configuration", value: settings.adConfigurationArn || "No ads" },
        { label: "Tags", value: tags.map(({ key, value }) => `${key}=${value}`).join(", ") || "–" },
      ]}
    />
  );
}
