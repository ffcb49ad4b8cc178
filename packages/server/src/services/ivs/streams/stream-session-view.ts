import type * as ivs from "@aws-sdk/client-ivs";
import type { StreamMedia } from "@rolecast/media";
import { wholeSeconds } from "../../../kernel/clock.ts";

import { type ChannelHosts, channelView } from "../channels/channel-view.ts";
import { recordingConfigurationView } from "../recording-configurations/recording-configuration-view.ts";
import { readStreamMedia } from "../sessions/session-journal.ts";
import type {
  ChannelRow,
  RecordingConfigurationRow,
  StreamEventRow,
  StreamSessionRow,
} from "../tables.ts";

/** There is one track of sound. Source: GetStreamSession's examples. */
const TRACK = "Track0";

/** IVS shows whole seconds. */
export function shownTime(ms: number): Date {
  return new Date(wholeSeconds(ms));
}

export function streamSessionSummary(session: StreamSessionRow): ivs.StreamSessionSummary {
  return {
    streamId: session.stream_id,
    startTime: shownTime(session.started_at_ms ?? session.created_at_ms),
    ...(session.ended_at_ms === null ? {} : { endTime: shownTime(session.ended_at_ms) }),
    hasErrorEvent: session.has_error_event === 1,
  };
}

/** The session with channel and recording configuration as they were when it began. */
export function streamSessionView(
  session: StreamSessionRow,
  events: readonly StreamEventRow[],
  hosts: ChannelHosts,
): ivs.StreamSession {
  const { hasErrorEvent, ...summary } = streamSessionSummary(session);
  const channel: ChannelRow = JSON.parse(session.channel);
  return {
    ...summary,
    channel: channelView(channel, hosts),
    ...ingest(session),
    ...(session.recording_configuration === null
      ? {}
      : { recordingConfiguration: recordingSnapshot(session.recording_configuration) }),
    truncatedEvents: events.map((event) => ({
      name: event.name,
      type: event.type,
      eventTime: shownTime(event.event_time_ms),
      ...(event.code === null ? {} : { code: event.code }),
    })),
  };
}

function recordingSnapshot(text: string): ivs.RecordingConfiguration {
  const row: RecordingConfigurationRow = JSON.parse(text);
  return recordingConfigurationView(row, row.settles_at_ms);
}

/** The media that the encoder sends, in the older form and in the one that knows tracks. */
function ingest(
  session: StreamSessionRow,
): Pick<ivs.StreamSession, "ingestConfiguration" | "ingestConfigurations"> {
  const media = readStreamMedia(session);
  if (!media) return {};
  const { video, furtherVideo = [], audio, encoder } = media;
  const videoFacts = videoFactsOf(video, 0, encoder);
  const { profile: avcProfile, level: avcLevel, codec = "" } = videoFacts;
  const audioFacts: ivs.AudioConfiguration | undefined = audio && {
    track: TRACK,
    codec: audio.codec,
    targetBitrate: Math.floor(audio.targetBitrate),
    sampleRate: audio.sampleRate,
    channels: audio.channels,
  };
  return {
    ingestConfiguration: {
      video: { ...videoFacts, ...(codec.startsWith("avc1") && { avcProfile, avcLevel }) },
      ...(audioFacts && { audio: audioFacts }),
    },
    ingestConfigurations: {
      videoConfigurations: [
        videoFacts,
        ...furtherVideo.map((one) => videoFactsOf(one, one.track, encoder)),
      ],
      audioConfigurations: audioFacts ? [audioFacts] : [],
    },
  };
}

function videoFactsOf(
  video: StreamMedia["video"],
  track: number,
  encoder: string,
): ivs.VideoConfiguration {
  return {
    // As IVS names it, also where the constraints make it Constrained Baseline.
    profile: video.profile === "Constrained Baseline" ? "Baseline" : video.profile,
    level: video.level,
    track: `Track${track}`,
    codec: video.codec,
    encoder,
    targetBitrate: Math.floor(video.targetBitrate),
    targetFramerate: Math.round(video.frameRate),
    videoHeight: video.height,
    videoWidth: video.width,
  };
}
