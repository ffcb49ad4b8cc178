import type { MediaEngine } from "@rolecast/media";
import type { LiveStreams } from "../live/live-streams.ts";
import type { Viewer } from "../live/viewer-counter.ts";
import type { PlaybackRules } from "../playback/playback-rules.ts";

/** A broadcast that playback may show. */
export interface Playable {
  readonly streamId: string;
  readonly rules: PlaybackRules;
}

/** What a channel's streams are asked, by the channel's ARN. */
type ChannelMedia = Pick<
  MediaEngine,
  | "stopStream"
  | "putMetadata"
  | "insertAdBreak"
  | "multivariantPlaylist"
  | "renditionHeight"
  | "mediaPlaylist"
  | "initSection"
  | "segment"
  | "awaitMedia"
  | "part"
>;

/** The streams of one node: this one, or another. */
export interface OwnedStreams extends ChannelMedia {
  /** Running, or ended a moment ago. */
  playable(channelArn: string): Promise<Playable | undefined>;
  /** These viewers have asked for a playlist just now. */
  noteViewers(streamId: string, viewers: readonly Viewer[]): Promise<void>;
  viewerCounts(streamIds: readonly string[]): Promise<readonly number[]>;
}

/** This node's own streams. */
export function localStreams(live: LiveStreams): OwnedStreams {
  return {
    async stopStream(channelArn) {
      const stopped = await live.engine.stopStream(channelArn);
      if (stopped) await live.settled(channelArn);
      return stopped;
    },
    putMetadata: (...args) => live.engine.putMetadata(...args),
    insertAdBreak: (...args) => live.engine.insertAdBreak(...args),
    multivariantPlaylist: (...args) => live.engine.multivariantPlaylist(...args),
    renditionHeight: (...args) => live.engine.renditionHeight(...args),
    mediaPlaylist: (...args) => live.engine.mediaPlaylist(...args),
    initSection: (...args) => live.engine.initSection(...args),
    segment: (...args) => live.engine.segment(...args),
    awaitMedia: (...args) => live.engine.awaitMedia(...args),
    part: (...args) => live.engine.part(...args),
    async playable(channelArn) {
      const broadcast = live.playable(channelArn);
      const rules = broadcast?.playable?.rules;
      return rules && { streamId: broadcast.streamId, rules };
    },
    async noteViewers(streamId, viewers) {
      for (const viewer of viewers) live.viewers.note(streamId, viewer);
    },
    viewerCounts: async (streamIds) => streamIds.map((streamId) => live.viewers.count(streamId)),
  };
}
