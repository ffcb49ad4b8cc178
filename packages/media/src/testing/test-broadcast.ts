import { Broadcast } from "../broadcast/broadcast.ts";
import type { BroadcastOptions } from "../broadcast/broadcast-options.ts";
import { LiveChannel } from "../hls/live-channel.ts";
import type { MediaEvent } from "../port/events.ts";
import { defaultMediaLimits } from "../port/limits.ts";
import { FlvFeed } from "./flv-feed.ts";

const publisher = {
  id: "c1",
  remoteAddress: "192.0.2.1",
  secure: true,
  open: true,
  disconnect: () => undefined,
  fail: () => undefined,
};

/** A recorded broadcast without an engine, at the epoch, and its first publisher's feed. */
export function testBroadcast(options: Partial<BroadcastOptions> = {}): {
  readonly live: LiveChannel;
  readonly broadcast: Broadcast;
  readonly feed: FlvFeed;
  readonly events: readonly MediaEvent[];
} {
  const limits = options.limits ?? defaultMediaLimits;
  const live = options.live ?? new LiveChannel(limits, () => 0);
  const events: MediaEvent[] = [];
  const broadcast = new Broadcast({
    streamName: "channel",
    streamId: "st-1",
    recording: { renditions: "all", thumbnails: undefined },
    thumbnailDecoder: undefined,
    spill: undefined,
    live,
    container: "mpegts",
    listedSegments: undefined,
    lowLatency: false,
    sourceLimits: undefined,
    multitrack: undefined,
    transcode: undefined,
    host: {
      authorizePublish: async () => ({ allow: false, reason: "" }),
      event: (event) => events.push(event),
      startRecording: async () => ({ rows: [], thumbnails: 0 }),
      putRecordingObject: async () => undefined,
    },
    limits,
    now: () => 0,
    monotonicMs: () => 0,
    onOver: () => undefined,
    ...options,
  });
  return { live, broadcast, feed: new FlvFeed(broadcast.start(publisher, undefined)), events };
}
