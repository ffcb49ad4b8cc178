import type { MediaEngine } from "@rolecast/media";
import { OFFERED_PROTOCOL } from "../ingest-protocols.ts";
import type { HandedOnRequests } from "../nodes/handed-on-requests.ts";
import type { OwnedStreams } from "../nodes/owned-streams.ts";
import type { Broadcast } from "./broadcast.ts";
import type { ForwardingHub } from "./forwarding-hub.ts";
import type { NodeAdmission } from "./node-admission.ts";
import type { ViewerCounter } from "./viewer-counter.ts";

/** The parts of this node's live streams that other nodes and playback use too. */
interface Live {
  readonly engine: MediaEngine;
  readonly viewers: ViewerCounter;
  readonly handedOn: HandedOnRequests;
  readonly forwarding: Pick<ForwardingHub, "encoders">;
  readonly admission: Pick<NodeAdmission, "refusal">;
  playable(channelArn: string): Broadcast | undefined;
  settled(channelArn: string): Promise<void>;
}

/** Shows this node's own streams as every node's are shown. */
export function localStreams(live: Live): OwnedStreams {
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
    handOn: (request) => live.handedOn.answer(request),
    // The ports of a node that takes no new publishers are closed.
    expectEncoder: async (encoder) =>
      live.admission.refusal === undefined ? live.forwarding.encoders.expect(encoder) : undefined,
    hangUp: (session) => live.engine.hangUp(OFFERED_PROTOCOL, session),
    viewerCounts: async (streamIds) => streamIds.map((streamId) => live.viewers.count(streamId)),
  };
}
