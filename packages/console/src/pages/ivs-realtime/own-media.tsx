import Box from "@cloudscape-design/components/box";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Toggle from "@cloudscape-design/components/toggle";
import { useState } from "react";
import { Picture } from "./participant-tile.tsx";
import type { StageConnection, StageMedia } from "./stage-connection.ts";

/** This browser's own picture; muted means that silence and darkness are sent on. */
export function OwnMedia(props: { readonly stage: StageConnection; readonly media: StageMedia }) {
  const { stage, media } = props;
  const [audioMuted, muteAudio] = useState(false);
  const [videoStopped, stopVideo] = useState(false);
  const say = (changed: { readonly audioMuted: boolean; readonly videoStopped: boolean }) => {
    for (const track of media.stream.getTracks())
      track.enabled = track.kind === "audio" ? !changed.audioMuted : !changed.videoStopped;
    muteAudio(changed.audioMuted);
    stopVideo(changed.videoStopped);
    stage.say(changed);
  };
  return (
    <SpaceBetween size="xs">
      <Picture name="this browser" stream={media.stream} muted />
      <Box>
        <b>This browser</b>
      </Box>
      <Toggle
        checked={!audioMuted}
        onChange={({ detail }) => say({ audioMuted: !detail.checked, videoStopped })}
      >
        Microphone
      </Toggle>
      <Toggle
        checked={!videoStopped}
        onChange={({ detail }) => say({ audioMuted, videoStopped: !detail.checked })}
      >
        Camera
      </Toggle>
    </SpaceBetween>
  );
}
