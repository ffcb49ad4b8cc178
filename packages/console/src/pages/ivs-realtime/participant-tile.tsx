import Box from "@cloudscape-design/components/box";
import Select from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import { type ReactNode, useEffect, useRef, useState } from "react";
import { useAction } from "../../shared/use-action.ts";
import { type MediaFacts, useMediaFacts } from "./media-facts.ts";
import { chooseLayer, type StageConnection, type StageMedia } from "./stage-connection.ts";
import type { StagePerson } from "./stage-state.ts";
import { useSubscription } from "./use-subscription.ts";

const AUTOMATIC = { value: "", label: "Layer: automatic" };

/** Plays another participant, for as long as the tile is shown. */
export function ParticipantTile(props: PersonOnStage) {
  const { stage, person } = props;
  const subscription = useSubscription(stage, person.id);
  const { media } = subscription;
  const facts = useMediaFacts(media);
  const name = person.userId || person.id;
  return (
    <Person person={person} {...subscription}>
      {media && facts && <Measured name={name} media={media} facts={facts} />}
    </Person>
  );
}

/** Somebody on a stage, without figures. */
export function PersonTile({ stage, person }: PersonOnStage) {
  return <Person person={person} {...useSubscription(stage, person.id)} />;
}

interface PersonOnStage {
  readonly stage: StageConnection;
  readonly person: StagePerson;
}

function Person(props: {
  readonly person: StagePerson;
  readonly media: StageMedia | undefined;
  readonly failure: string;
  readonly children?: ReactNode;
}) {
  const { person, media, failure, children } = props;
  const name = person.userId || person.id;
  return (
    <SpaceBetween size="xs">
      <Picture name={name} stream={media?.stream} muted={false} />
      <Box>
        <b>{name}</b> {person.audioMuted && <Box variant="small">muted</Box>}{" "}
        {person.videoStopped && <Box variant="small">camera off</Box>}
      </Box>
      {failure !== "" && <StatusIndicator type="error">{failure}</StatusIndicator>}
      {children}
    </SpaceBetween>
  );
}

function Measured(props: {
  readonly name: string;
  readonly media: StageMedia;
  readonly facts: MediaFacts;
}) {
  const { name, media, facts } = props;
  const [chosen, setChosen] = useState("");
  const choose = useAction("The layer wasn't chosen", async (_aws, layer: string) => {
    await chooseLayer(media, layer === "" ? undefined : layer);
    setChosen(layer);
    return undefined;
  });
  const options = [
    AUTOMATIC,
    ...facts.layers.map(({ encodingId, width, height, bitrate }) => ({
      value: encodingId,
      label: `${encodingId || "only layer"}: ${width} × ${height}, ${bitrate} kb/s`,
    })),
  ];
  const { width, height, packetsLost } = facts;
  const frames = Math.round(facts.framesPerSecond);
  const kilobits = Math.round(facts.kilobitsPerSecond);
  return (
    <SpaceBetween size="xs">
      <Box variant="small">
        {width} × {height}, {frames} frames/s, {kilobits} kb/s, {packetsLost} packets lost
      </Box>
      {facts.layers.length > 1 && (
        <Select
          ariaLabel={`Layer of ${name}`}
          options={options}
          selectedOption={options.find(({ value }) => value === chosen) ?? AUTOMATIC}
          onChange={({ detail }) => choose.run(detail.selectedOption.value ?? "")}
        />
      )}
    </SpaceBetween>
  );
}

/** A participant's picture and sound; the own sound isn't played. */
export function Picture(props: {
  readonly name: string;
  readonly stream: MediaStream | undefined;
  readonly muted: boolean;
}) {
  const { name, stream, muted } = props;
  const video = useRef<HTMLVideoElement>(null);
  useEffect(() => {
    if (video.current) video.current.srcObject = stream ?? null;
  }, [stream]);
  return (
    <video
      ref={video}
      className="player"
      aria-label={`Picture of ${name}`}
      autoPlay
      playsInline
      muted={muted}
    />
  );
}
