import { Ivs } from "@aws-sdk/client-ivs";
import { S3 } from "@aws-sdk/client-s3";
import type { Film } from "../../test/scenarios/ivs/encoder.ts";
import { livePlaylist, sequencesIn } from "../../test/scenarios/ivs/live-playlist.ts";
import { until } from "../../test/support/until.ts";
import type { Chance } from "../fuzz/chance.ts";
import type { Outcome } from "./model.ts";
import type { Node } from "./node.ts";
import { pause } from "./pause.ts";
import { makeFilms, Publisher } from "./publisher.ts";
import { isWrittenOnce, listObjects } from "./recorded-bucket.ts";
import { outcomeOf } from "./remembered.ts";

/* Channels that are recorded, their encoders, and what was seen of their streams. */

export const BUCKET = "kills-streams";
/** Keyframes of the films are so far apart. */
export const SEGMENT_MS = 2_000;
/** Times of sessions and recordings are whole seconds. */
export const SECOND_MS = 1_000;
const LOOK_EVERY_MS = 150;
const LIVE_MS_MAX = 5_000;
const WINDOW_SECONDS = 4;

interface Watched {
  readonly node: Node;
  /** Its first segment's number in the live playlist, which goes on from stream to stream. */
  readonly start: number;
  /** Media that the live playlist had of it. */
  readonly listedMs: number;
}

export interface Channel {
  readonly arn: string;
  readonly streamKey: string;
  readonly windowSeconds: number;
  /** Its streams are sent faster than they play: they, and their windows, end in the future. */
  readonly isHurried: boolean;
  isBusy: boolean;
  publisher: Publisher | undefined;
  /** The publisher's. */
  node: Node | undefined;
  /** No stream begins within the second in which the one before ended. */
  restsUntilMs: number;
  /** Streams that were watched, by id. */
  readonly watched: Map<string, Watched>;
  /** The first moment at which its last recording was seen to wait for another stream. */
  waitsSinceMs: number | undefined;
}

let films: readonly Film[] = [];
export const channels: Channel[] = [];
/** Objects that were seen and don't change, by key. */
export const stored = new Map<string, string>();

export async function makeChannels(at: Node): Promise<void> {
  films = await makeFilms();
  await at.client(S3).createBucket({ Bucket: BUCKET });
  const [plain, reconnecting] = await Promise.all([
    configuration(at, 0),
    configuration(at, WINDOW_SECONDS),
  ]);
  await addChannel(at, plain, 0, { type: "BASIC" });
  await addChannel(at, plain, 0, {
    ...{ type: "STANDARD", containerFormat: "FRAGMENTED_MP4" },
    multitrackInputConfiguration: {
      ...{ enabled: true, policy: "ALLOW", maximumResolution: "FULL_HD" },
    },
  });
  await addChannel(at, reconnecting, WINDOW_SECONDS, { type: "BASIC" });
  await addChannel(at, plain, 0, { type: "BASIC", latencyMode: "NORMAL" });
}

async function configuration(at: Node, recordingReconnectWindowSeconds: number): Promise<string> {
  const ivs = at.client(Ivs);
  const made = await ivs.createRecordingConfiguration({
    recordingReconnectWindowSeconds,
    destinationConfiguration: { s3: { bucketName: BUCKET } },
    thumbnailConfiguration: {
      ...{ recordingMode: "INTERVAL", targetIntervalSeconds: 10 },
      storage: ["SEQUENTIAL", "LATEST"],
    },
  });
  const { arn = "" } = made.recordingConfiguration ?? {};
  await until(async () => {
    const { recordingConfiguration } = await ivs.getRecordingConfiguration({ arn });
    return recordingConfiguration?.state === "ACTIVE";
  }, "a recording configuration");
  return arn;
}

async function addChannel(
  at: Node,
  recordingConfigurationArn: string,
  windowSeconds: number,
  input: Parameters<Ivs["createChannel"]>[0],
): Promise<void> {
  const made = await at.client(Ivs).createChannel({ ...input, recordingConfigurationArn });
  const streamKey = made.streamKey?.value ?? "";
  channels.push({
    ...{ arn: made.channel?.arn ?? "", streamKey, windowSeconds },
    isHurried: windowSeconds === 0,
    ...{ isBusy: false, publisher: undefined, node: undefined, restsUntilMs: 0 },
    waitsSinceMs: undefined,
    watched: new Map(),
  });
}

export async function step(at: Node, chance: Chance): Promise<Outcome> {
  const channel = chance.one(channels);
  if (channel.isBusy) return "idle";
  channel.isBusy = true;
  try {
    const { publisher } = channel;
    if (publisher === undefined) return await begin(at, channel, chance);
    if (publisher.isOver) {
      channel.publisher = undefined;
      channel.restsUntilMs = performance.now() + SECOND_MS;
      return "idle";
    }
    if (!chance.rarely(12)) return await look(at, channel);
    if (chance.rarely(2)) {
      await publisher.kill();
      return "acknowledged";
    }
    return await outcomeOf(at.client(Ivs).stopStream({ channelArn: channel.arn }));
  } finally {
    channel.isBusy = false;
  }
}

/** Resolves once the stream is known, or can't come. */
async function begin(at: Node, channel: Channel, chance: Chance): Promise<Outcome> {
  const film = chance.one(films);
  const speed = channel.isHurried ? chance.one([1, 4]) : 1;
  if (performance.now() < channel.restsUntilMs) return "idle";
  try {
    if ((await streamOf(at, channel)) !== undefined) return "idle";
  } catch {
    return "cut";
  }
  const url = `rtmps://localhost:${at.rtmpsPort}/app/${channel.streamKey}`;
  const publisher = new Publisher(film, url, speed);
  channel.publisher = publisher;
  channel.node = at;
  const untilMs = performance.now() + LIVE_MS_MAX;
  while (performance.now() < untilMs && !publisher.isOver) {
    if ((await streamOf(at, channel)) !== undefined) return "acknowledged";
    await pause(LOOK_EVERY_MS);
  }
  return "cut";
}

async function streamOf(at: Node, { arn: channelArn }: Channel): Promise<string | undefined> {
  const live = await at
    .client(Ivs)
    .getStream({ channelArn })
    .catch(() => undefined);
  return live?.stream?.streamId;
}

/** Remembers what has been recorded so far. A look that finds something new acknowledges it. */
async function look(at: Node, channel: Channel): Promise<Outcome> {
  await pause(LOOK_EVERY_MS);
  const before = stored.size;
  try {
    await watch(at, channel);
    const objects = await listObjects(at.client(S3), BUCKET);
    for (const [key, object] of objects) if (isWrittenOnce(key)) stored.set(key, object);
  } catch {
    return "cut";
  }
  return stored.size > before ? "acknowledged" : "idle";
}

/** A playlist that has ended is an earlier stream's. */
async function watch(at: Node, channel: Channel): Promise<void> {
  const { arn, node, watched } = channel;
  const streamId = await streamOf(at, channel);
  if (streamId === undefined || !node) return;
  const { channel: described } = await at.client(Ivs).getChannel({ arn });
  const playlist = await livePlaylist(described?.playbackUrl ?? "");
  if (playlist === undefined || playlist.includes("#EXT-X-ENDLIST")) return;
  const listed = sequencesIn(playlist);
  const { start } = watched.get(streamId) ?? listed;
  watched.set(streamId, { node, start, listedMs: (listed.end - start) * SEGMENT_MS });
}

export async function endStreams(): Promise<void> {
  await Promise.all(channels.map(({ publisher }) => publisher?.kill()));
}
