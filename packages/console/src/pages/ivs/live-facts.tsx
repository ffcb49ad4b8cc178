import type { Channel, StreamSummary } from "@aws-sdk/client-ivs";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import { FACT_WIDTH_MIN } from "../../shared/fact-width.ts";
import { Moment } from "../../shared/moment.tsx";
import { shownDuration } from "../../shared/shown-values.ts";
import type { Picture } from "./live-player.tsx";
import { StreamState } from "./stream-state.tsx";

/** The facts beside the picture: the stream's by IVS, the picture's by the player. */
export function LiveFacts(props: {
  readonly stream:
    | Pick<StreamSummary, "startTime" | "viewerCount" | "streamId" | "health" | "state">
    | undefined;
  readonly channel: Channel;
  readonly picture: Picture | undefined;
}) {
  const { stream, channel, picture } = props;
  const { startTime } = stream ?? {};
  return (
    <KeyValuePairs
      columns={2}
      minColumnWidth={FACT_WIDTH_MIN}
      items={[
        { label: "State", value: <StreamState stream={stream} /> },
        { label: "Viewers", value: String(stream?.viewerCount ?? 0) },
        { label: "Started", value: <Moment at={startTime} /> },
        {
          label: "Running for",
          value: startTime ? shownDuration(Date.now() - startTime.getTime()) : "–",
        },
        {
          label: "Latency",
          value: `${seconds(picture?.latencySeconds)} (mode ${channel.latencyMode ?? "LOW"})`,
        },
        { label: "Picture", value: picture?.size ?? "–" },
        { label: "Codecs", value: picture?.codecs ?? "–" },
        { label: "Stream ID", value: stream?.streamId ?? "–" },
      ]}
    />
  );
}

function seconds(value: number | undefined): string {
  return value === undefined ? "–" : `${value.toFixed(1)} s`;
}
