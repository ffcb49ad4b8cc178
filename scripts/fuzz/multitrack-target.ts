import assert from "node:assert";
import { Broadcast } from "../../packages/media/src/broadcast/broadcast.ts";
import { LiveChannel } from "../../packages/media/src/hls/live-channel.ts";
import type { MediaHost } from "../../packages/media/src/port/host.ts";
import { defaultMediaLimits } from "../../packages/media/src/port/limits.ts";
import { multitrackStreams } from "../../packages/media/src/testing/corpus.ts";
import { FlvFeed } from "../../packages/media/src/testing/flv-feed.ts";
import type { FlvTag } from "../../packages/media/src/testing/flv-file.ts";
import { recordedBytes } from "../../packages/media/src/testing/recorded-bytes.ts";
import type { FuzzTarget } from "./chance.ts";
import { accepted } from "./media-targets.ts";
import { mutateTags } from "./segment-target.ts";

const VIDEO = 9;
const LIMITS = { ...defaultMediaLimits, segmentDurationMs: 500, segmentBytesMax: 256 * 1024 };
/** A segment, the frame past the limit, and its tables. */
const SEGMENT_BYTES_MAX = 2 * LIMITS.segmentBytesMax;
const TOP_BOXES = ["ftyp", "moov", "emsg", "moof", "mdat"];
/** Offsets in a trun's table. */
const SAMPLE_ROW_BYTES = 16;

/**
 * Whatever comes in enhanced RTMP's tracks, what is recorded of each are whole fragments, within
 * their limits.
 */
export const multitrackTarget: FuzzTarget = {
  name: "enhanced RTMP tracks",
  next(chance) {
    const tags = mutateTags(chance.one(multitrackStreams), chance, multitrackStreams);
    return {
      input: tags.map(({ type, timestampMs, body }) => [type, timestampMs, body.toString("hex")]),
      run: () => check(tags),
    };
  },
};

async function check(tags: readonly FlvTag[]): Promise<void> {
  const recorded: Buffer[] = [];
  const host: MediaHost = {
    authorizePublish: async () => ({ allow: false, reason: "" }),
    event: () => undefined,
    startRecording: async () => ({ rows: [], thumbnails: 0 }),
    putRecordingObject: async ({ contentType, body }) => {
      if (contentType === "video/mp4") recorded.push(recordedBytes(body));
    },
  };
  const broadcast = new Broadcast({
    streamName: "channel",
    streamId: "st-1",
    recording: { renditions: "all", thumbnails: undefined },
    thumbnailDecoder: undefined,
    spill: undefined,
    live: new LiveChannel(LIMITS, () => 0),
    container: "fmp4",
    listedSegments: undefined,
    lowLatency: true,
    sourceLimits: undefined,
    multitrack: { required: false, heightMax: 1_080 },
    transcode: undefined,
    host,
    limits: LIMITS,
    now: () => 0,
    monotonicMs: () => 0,
    onOver: () => undefined,
  });
  const sink = broadcast.start(
    {
      id: "c1",
      remoteAddress: "192.0.2.1",
      secure: true,
      open: true,
      disconnect,
      fail: disconnect,
    },
    undefined,
  );
  const feed = new FlvFeed(sink);
  accepted(() => {
    for (const { type, timestampMs, body } of tags) {
      // Scratch memory that is changed in place, as the chunk reader's.
      const scratch = Buffer.from(body);
      if (type === VIDEO) feed.video(timestampMs, scratch);
      else feed.audio(timestampMs, scratch);
      scratch.fill(0);
    }
  });
  broadcast.end("publisher-finished", "");
  await broadcast.ending.recorded;
  for (const bytes of recorded) checkBoxes(bytes);
}

function disconnect(): void {}

/** Boxes fill the bytes, and each fragment's samples its mdat. */
function checkBoxes(bytes: Buffer): void {
  let sampleBytes = 0;
  let fragmentBytes = 0;
  for (const { type, content } of boxes(bytes)) {
    assert(TOP_BOXES.includes(type), `a box ${JSON.stringify(type)}`);
    fragmentBytes += content.length;
    if (type === "moof") {
      fragmentBytes = content.length;
      sampleBytes = boxes(content)
        .filter((box) => box.type === "traf")
        .flatMap((traf) => boxes(traf.content))
        .filter((box) => box.type === "trun")
        .reduce((sum, run) => sum + sizeOfSamples(run.content), 0);
    } else if (type === "mdat") {
      assert.equal(content.length, sampleBytes);
      assert(fragmentBytes <= SEGMENT_BYTES_MAX, `a fragment of ${fragmentBytes} bytes`);
    }
  }
}

function boxes(bytes: Buffer): { readonly type: string; readonly content: Buffer }[] {
  const found = [];
  for (let offset = 0; offset < bytes.length; ) {
    const size = bytes.readUInt32BE(offset);
    assert(size >= 8 && offset + size <= bytes.length, "a box is cut short");
    const type = bytes.toString("latin1", offset + 4, offset + 8);
    found.push({ type, content: bytes.subarray(offset + 8, offset + size) });
    offset += size;
  }
  return found;
}

/** Reads, after version and flags, the number of samples and the offset of their bytes. */
function sizeOfSamples(run: Buffer): number {
  const count = run.readUInt32BE(4);
  assert.equal(run.length, 12 + count * SAMPLE_ROW_BYTES);
  let sum = 0;
  for (let index = 0; index < count; index++)
    sum += run.readUInt32BE(12 + index * SAMPLE_ROW_BYTES + 4);
  return sum;
}
