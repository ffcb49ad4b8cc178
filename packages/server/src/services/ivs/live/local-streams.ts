import type { OwnedStreams } from "../nodes/owned-streams.ts";
import type { LiveStreams } from "./live-streams.ts";

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
