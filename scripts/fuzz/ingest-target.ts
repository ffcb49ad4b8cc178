import assert from "node:assert";
import { createHash } from "node:crypto";
import { flvStreams, publishes } from "../../packages/media/src/testing/corpus.ts";
import { EngineHarness } from "../../packages/media/src/testing/engine-harness.ts";
import { chunkStreamOf } from "../../packages/media/src/testing/flv-loop.ts";
import { RtmpClient } from "../../packages/media/src/testing/rtmp-client.ts";
import { type Chance, type FuzzTarget, mutateBytes } from "./chance.ts";

const CHUNK_BYTES = 4_096;
const STARTED = "NetStream.Publish.Start";
const HOSTILE_MAX = 4;
/** Streams that have ended go at once: a run makes thousands. */
const LIMITS = { segmentDurationMs: 500, endedStreamKeptMs: 0 };
/** The bytes that an ended stream may leave until it is swept away. */
const SEGMENT_BYTES_MAX = 64 * 1024 * 1024;

export interface IngestTarget extends FuzzTarget {
  close(): Promise<void>;
}

/**
 * A whole engine: while others send what is damaged, in the same turns of the event loop, the bytes
 * of a publisher that sends nothing wrong come out as they do when it is alone.
 */
export async function startIngestTarget(): Promise<IngestTarget> {
  const harness = await new EngineHarness({ limits: LIMITS }).start();
  const alone = await Promise.all(
    flvStreams.map((_, stream) => publishBeside(harness, stream, [])),
  );
  return {
    name: "broken publishers beside a good one",
    next(chance) {
      const stream = chance.below(flvStreams.length);
      const hostile = Array.from({ length: 1 + chance.below(HOSTILE_MAX) }, () => damaged(chance));
      return {
        input: { stream, hostile: hostile.map((bytes) => bytes.toString("hex")) },
        run: async () => {
          assert.equal(await publishBeside(harness, stream, hostile), alone[stream]);
          await checkEngine(harness);
        },
      };
    },
    close: () => harness.engine.close(),
  };
}

/** Also before and after the handshake: what follows it is damaged, sometimes itself. */
function damaged(chance: Chance): Buffer {
  const handshake = Buffer.concat([Buffer.of(3), Buffer.alloc(3_072, 7)]);
  const publish = mutateBytes(chance.one(publishes), chance, publishes);
  const bytes = Buffer.concat([handshake, publish]);
  return chance.rarely(10) ? mutateBytes(bytes, chance) : bytes;
}

let keys = 0;

/** Resolves to the digest of what the good publisher's segments hold. */
async function publishBeside(
  harness: EngineHarness,
  stream: number,
  hostile: readonly Buffer[],
): Promise<string> {
  const key = `good-${keys++}`;
  const name = `channel/${key}`;
  const others = await Promise.all(hostile.map(() => RtmpClient.open(harness.rtmpPort)));
  const client = await RtmpClient.open(harness.rtmpPort);
  assert.equal(await client.publish(key), STARTED);
  client.setChunkSize(CHUNK_BYTES);
  const tags = flvStreams[stream] ?? [];
  for (const [index, tag] of tags.entries()) {
    client.send(chunkStreamOf(tag), tag.type, tag.body, tag.timestampMs);
    for (const [at, other] of others.entries()) {
      const bytes = hostile[at] ?? Buffer.alloc(0);
      const piece = Math.ceil(bytes.length / tags.length);
      other.socket.write(bytes.subarray(index * piece, (index + 1) * piece));
    }
    if (index % 10 === 0) await client.settled();
  }
  client.socket.end();
  await harness.seen("session-ended", (event) => event.streamName === name);
  for (const other of others) other.socket.destroy();
  const digest = createHash("sha256");
  const playlist = (await harness.engine.mediaPlaylist(name, "chunked")) ?? "";
  const sequences = [...playlist.matchAll(/^(\d+)\.ts/gm)].map(([, sequence]) => Number(sequence));
  assert(sequences.length > 0, "the good publisher was never live");
  for (const sequence of sequences)
    digest.update((await harness.engine.segment(name, "chunked", sequence)) ?? "");
  return digest.digest("hex");
}

/** Nothing was ended by an error of ours, and ended streams don't pile up. */
async function checkEngine(harness: EngineHarness): Promise<void> {
  const events = harness.events.splice(0);
  const faults = events.filter((e) => e.type === "session-ended" && e.reason === "internal-error");
  assert.deepEqual(faults, []);
  for (const { type, ...event } of events)
    if (type === "publish-refused" && "reason" in event)
      assert.doesNotMatch(event.reason, /Cannot|undefined|is not a|out of range/);
  harness.requests.length = 0;
  const { segmentBytes } = await harness.engine.health();
  assert(segmentBytes < SEGMENT_BYTES_MAX, `${segmentBytes} bytes of segments are kept`);
}
