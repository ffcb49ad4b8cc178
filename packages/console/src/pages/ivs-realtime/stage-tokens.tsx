import {
  CreateParticipantTokenCommand,
  type ParticipantToken,
  type ParticipantTokenCapability,
} from "@aws-sdk/client-ivs-realtime";
import Button from "@cloudscape-design/components/button";
import ColumnLayout from "@cloudscape-design/components/column-layout";
import Container from "@cloudscape-design/components/container";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import Input from "@cloudscape-design/components/input";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { Checkboxes } from "../../shared/checkboxes.tsx";
import { CopiedValue } from "../../shared/copied-value.tsx";
import { EnterForm } from "../../shared/enter-form.tsx";
import { Moment } from "../../shared/moment.tsx";
import { useAction } from "../../shared/use-action.ts";
import { realTimeOf } from "./real-time-calls.ts";

const CAPABILITIES: readonly (readonly [ParticipantTokenCapability, string])[] = [
  ["PUBLISH", "Publish"],
  ["SUBSCRIBE", "Subscribe"],
];
/** IVS's default. Source: IVS Real-Time API Reference, CreateParticipantToken. */
const DURATION_MINUTES = "720";

/** Makes a participant's token for an application, which IVS doesn't keep. */
export function StageTokens({ stageArn }: { readonly stageArn: string }) {
  const [userId, setUserId] = useState("");
  const [minutes, setMinutes] = useState(DURATION_MINUTES);
  const [capabilities, setCapabilities] = useState<readonly ParticipantTokenCapability[]>([
    "PUBLISH",
    "SUBSCRIBE",
  ]);
  const [made, setMade] = useState<ParticipantToken>();
  const create = useAction("The token wasn't created", async (aws) => {
    const { participantToken } = await realTimeOf(aws).send(
      new CreateParticipantTokenCommand({
        stageArn,
        userId,
        duration: Number(minutes),
        capabilities: [...capabilities],
      }),
    );
    setMade(participantToken);
    return undefined;
  });
  return (
    <SpaceBetween size="l">
      <Container header={<Header variant="h2">Create a participant token</Header>}>
        <EnterForm onSubmit={() => create.run()}>
          <SpaceBetween size="m">
            <ColumnLayout columns={3}>
              <FormField label="User ID" description="The application's name of its user.">
                <Input value={userId} onChange={({ detail }) => setUserId(detail.value)} />
              </FormField>
              <FormField label="Minutes" description="To join by, two weeks at most.">
                <Input
                  type="number"
                  value={minutes}
                  onChange={({ detail }) => setMinutes(detail.value)}
                />
              </FormField>
              <FormField label="What the token allows">
                <Checkboxes
                  options={CAPABILITIES}
                  checked={capabilities}
                  onChange={setCapabilities}
                />
              </FormField>
            </ColumnLayout>
            <Button variant="primary" loading={create.running}>
              Create token
            </Button>
          </SpaceBetween>
        </EnterForm>
      </Container>
      {made && (
        <Container header={<Header variant="h2">The token</Header>}>
          <KeyValuePairs
            columns={1}
            items={[
              { label: "Participant ID", value: made.participantId },
              { label: "Expires", value: <Moment at={made.expirationTime} /> },
              {
                label: "Token, which isn't shown again",
                value: (
                  <span className="document">
                    <CopiedValue label="token" value={made.token ?? ""} />
                  </span>
                ),
              },
            ]}
          />
        </Container>
      )}
    </SpaceBetween>
  );
}
