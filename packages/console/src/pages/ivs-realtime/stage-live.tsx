import { CreateParticipantTokenCommand, type Stage } from "@aws-sdk/client-ivs-realtime";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import FormField from "@cloudscape-design/components/form-field";
import Grid from "@cloudscape-design/components/grid";
import Header from "@cloudscape-design/components/header";
import Input from "@cloudscape-design/components/input";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import { useEffect, useRef, useState } from "react";
import { EnterForm } from "../../shared/enter-form.tsx";
import { useAction } from "../../shared/use-action.ts";
import { openCamera } from "../ivs/publish-camera.ts";
import { OwnMedia } from "./own-media.tsx";
import { ParticipantTile } from "./participant-tile.tsx";
import { realTimeOf } from "./real-time-calls.ts";
import { StageConnection, type StageMedia } from "./stage-connection.ts";
import { StageParticipants } from "./stage-participants.tsx";
import type { StagePerson } from "./stage-state.ts";

const TILE = { colspan: { default: 12, s: 6, l: 4 } };

/** Joins a stage from this browser, and shows who else publishes there. */
export function StageLive({ stage }: { readonly stage: Stage }) {
  const [userId, setUserId] = useState("console");
  const [connection, setConnection] = useState<StageConnection>();
  const [isIn, setIn] = useState(false);
  const [ended, setEnded] = useState("");
  const [people, setPeople] = useState<readonly StagePerson[]>([]);
  const [own, setOwn] = useState<StageMedia>();
  const latest = useRef<StageConnection>(undefined);
  useEffect(() => () => latest.current?.leave(), []);
  const join = useAction("You can't join", async (aws) => {
    const { participantToken } = await realTimeOf(aws).send(
      new CreateParticipantTokenCommand({ stageArn: stage.arn, userId }),
    );
    const { token = "", participantId = "" } = participantToken ?? {};
    setEnded("");
    latest.current = new StageConnection({ token, participantId }, stage.endpoints ?? {}, {
      joined: () => setIn(true),
      people: setPeople,
      out: (reason) => {
        setEnded(reason);
        setIn(false);
        setOwn(undefined);
        setPeople([]);
        setConnection(undefined);
      },
    });
    setConnection(latest.current);
    return undefined;
  });
  const publish = useAction("The browser can't publish", async () => {
    const camera = await openCamera();
    try {
      setOwn(await connection?.publish(camera));
    } catch (error) {
      for (const track of camera.getTracks()) track.stop();
      throw error;
    }
    return undefined;
  });
  const unpublish = () => {
    if (own) connection?.close(own);
    setOwn(undefined);
  };
  const others = people.filter(
    ({ id, isPublishing }) => isPublishing && id !== connection?.participantId,
  );
  return (
    <SpaceBetween size="l">
      <Container
        header={
          <Header variant="h2" info={<State isIn={isIn} ended={ended} />}>
            Join the stage
          </Header>
        }
      >
        {connection ? (
          <SpaceBetween size="xs" direction="horizontal">
            {own ? (
              <Button onClick={unpublish}>Stop publishing</Button>
            ) : (
              <Button
                iconName="video-on"
                disabled={!isIn}
                loading={publish.running}
                onClick={() => publish.run()}
              >
                Publish this browser's camera
              </Button>
            )}
            <Button onClick={() => connection.leave()}>Leave</Button>
          </SpaceBetween>
        ) : (
          <EnterForm onSubmit={() => join.run()}>
            <SpaceBetween size="m">
              <FormField label="User ID" description="The name that others see.">
                <Input value={userId} onChange={({ detail }) => setUserId(detail.value)} />
              </FormField>
              <Button variant="primary" loading={join.running}>
                Join
              </Button>
            </SpaceBetween>
          </EnterForm>
        )}
      </Container>
      {connection && (own || isIn) && (
        <Container header={<Header variant="h2">On stage</Header>}>
          {!own && others.length === 0 && <Box>No participant publishes.</Box>}
          <Grid gridDefinition={[...(own ? [TILE] : []), ...others.map(() => TILE)]}>
            {own && <OwnMedia key="own" stage={connection} media={own} />}
            {others.map((person) => (
              <ParticipantTile key={person.id} stage={connection} person={person} />
            ))}
          </Grid>
        </Container>
      )}
      <StageParticipants stageArn={stage.arn ?? ""} />
    </SpaceBetween>
  );
}

function State({ isIn, ended }: { readonly isIn: boolean; readonly ended: string }) {
  if (isIn) return <StatusIndicator type="success">Joined</StatusIndicator>;
  if (ended !== "") return <StatusIndicator type="error">{ended}</StatusIndicator>;
  return <StatusIndicator type="stopped">Not joined</StatusIndicator>;
}
