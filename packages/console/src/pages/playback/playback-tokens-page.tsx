import Button from "@cloudscape-design/components/button";
import ColumnLayout from "@cloudscape-design/components/column-layout";
import Container from "@cloudscape-design/components/container";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import Input from "@cloudscape-design/components/input";
import Select from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Textarea from "@cloudscape-design/components/textarea";
import { useState } from "react";
import { placeOf } from "../../routing/hash-route.ts";
import { CallFailure } from "../../shared/call-failure.tsx";
import { CopiedValue } from "../../shared/copied-value.tsx";
import { EnterForm } from "../../shared/enter-form.tsx";
import { Page } from "../../shared/page.tsx";
import { PlaceLink } from "../../shared/place-link.tsx";
import { useAction } from "../../shared/use-action.ts";
import { useCall } from "../../wire/use-call.ts";
import { listChannels } from "../ivs/ivs-lists.ts";
import { rememberedSigningKey, signToken } from "./signing-keys.ts";
import { NEW_TOKEN, type TokenSettings, tokenClaims } from "./token-claims.ts";

/** Makes tokens for private channels, in the browser: the private key goes nowhere. */
export function PlaybackTokensPage() {
  const [settings, setSettings] = useState<TokenSettings>(NEW_TOKEN);
  const [privateKey, setPrivateKey] = useState(rememberedSigningKey);
  const [token, setToken] = useState<string>();
  const make = useAction("The token wasn't made", async () => {
    setToken(await signToken(privateKey, tokenClaims(settings, Date.now())));
    return undefined;
  });
  return (
    <Page
      title="Make a playback token"
      description="A token opens one private channel. It is signed here, in the browser: the private key isn't sent."
    >
      <Container>
        <EnterForm onSubmit={() => make.run()}>
          <SpaceBetween size="m">
            <FormField label="Private key, PEM" description="Its public half is a playback key.">
              <Textarea
                rows={6}
                spellcheck={false}
                value={privateKey}
                placeholder="-----BEGIN PRIVATE KEY-----"
                onChange={({ detail }) => setPrivateKey(detail.value)}
              />
            </FormField>
            <TokenFields settings={settings} onChange={setSettings} />
            <Button
              variant="primary"
              loading={make.running}
              disabled={privateKey === "" || settings.channelArn === ""}
            >
              Make token
            </Button>
          </SpaceBetween>
        </EnterForm>
      </Container>
      {token !== undefined && (
        <Container header={<Header variant="h2">Token</Header>}>
          <SpaceBetween size="s">
            <CopiedValue label="token" value={token} />
            <PlaceLink to={placeOf("/ivs/channels/:arn", { arn: settings.channelArn }, { token })}>
              Watch the channel with it
            </PlaceLink>
          </SpaceBetween>
        </Container>
      )}
    </Page>
  );
}

function TokenFields(props: {
  readonly settings: TokenSettings;
  readonly onChange: (settings: TokenSettings) => void;
}) {
  const { settings, onChange } = props;
  const channels = useCall("channels", listChannels);
  if (channels.error !== undefined) {
    return (
      <CallFailure
        title="The channels can't be shown"
        error={channels.error}
        onRetry={channels.reload}
      />
    );
  }
  const options = (channels.data ?? []).map(({ arn = "", name, authorized }) => ({
    value: arn,
    label: name || arn,
    description: authorized ? "Private" : "Public: watched without a token",
  }));
  const resolutions = [
    { value: "", label: "Any" },
    { value: "SD", label: "SD, 480 lines" },
    { value: "HD", label: "HD, 720 lines" },
    { value: "FULL_HD", label: "Full HD, 1080 lines" },
  ];
  return (
    <ColumnLayout columns={2}>
      <FormField label="Channel">
        <Select
          placeholder="Choose a channel"
          empty="There is no channel yet"
          options={options}
          selectedOption={options.find(({ value }) => value === settings.channelArn) ?? null}
          onChange={({ detail }) =>
            onChange({ ...settings, channelArn: detail.selectedOption.value ?? "" })
          }
        />
      </FormField>
      <FormField label="Works for, minutes" description="With a viewer ID at most 10.">
        <Input
          type="number"
          value={settings.minutes}
          onChange={({ detail }) => onChange({ ...settings, minutes: detail.value })}
        />
      </FormField>
      <FormField label="Allowed origins" description="Pages that may play it; empty: any.">
        <Input
          value={settings.origins}
          placeholder="https://app.example.com"
          onChange={({ detail }) => onChange({ ...settings, origins: detail.value })}
        />
      </FormField>
      <FormField label="Viewer ID" description="By which the session can be revoked.">
        <Input
          value={settings.viewerId}
          onChange={({ detail }) => onChange({ ...settings, viewerId: detail.value })}
        />
      </FormField>
      <FormField label="Largest resolution">
        <Select
          options={resolutions}
          selectedOption={resolutions.find(({ value }) => value === settings.resolution) ?? null}
          onChange={({ detail }) =>
            onChange({ ...settings, resolution: detail.selectedOption.value ?? "" })
          }
        />
      </FormField>
    </ColumnLayout>
  );
}
