import type { Server } from "node:http";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { splitAnnexB } from "../codec/annex-b.ts";
import { parseAvcConfig } from "../codec/avc-config.ts";
import { findFfmpeg } from "../ffmpeg/find-ffmpeg.ts";
import {
  EngineHarness,
  hasFfmpeg,
  RECORD_ALL,
  run,
  servePlayback,
} from "../testing/engine-harness.ts";
import { encodeFilms } from "../testing/films.ts";
import type { FlvTag } from "../testing/flv-file.ts";
import { BELOW_SOURCE } from "../testing/ladders.ts";
import { RtmpClient } from "../testing/rtmp-client.ts";
import { MESSAGE } from "../transport/rtmp/message-type.ts";

const SECONDS = 4;
/** The tone of the first film is a little longer than its pictures. */
const PAUSE_MS = 100;
const HEADER_BYTES = 5;
/**
 * Films of as many lines, but with a tone of another rate; of 480 lines it begins behind the
 * keyframe.
 */
const OTHER_SOUND = ["-ar", "44100", "-ac", "2"];
const LATE_MS = 25;
/** Frames of sound that may come before the keyframe with which a film begins. */
const EARLY_FRAMES_MAX = 2;
const PROTOCOLS = ["-protocol_whitelist", "concat,crypto,file,http,tcp"];

/**
 * The pictures of a film whose keyframes bring their parameter sets along, as broadcast equipment
 * sends them.
 */
function inBand(tags: readonly FlvTag[]): FlvTag[] {
  const header = tags.find(({ type, body }) => type === MESSAGE.video && body[1] === 0);
  const { parameterSets } = parseAvcConfig(header?.body.subarray(HEADER_BYTES) ?? Buffer.alloc(0));
  const sets = splitAnnexB(parameterSets).flatMap((set) => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(set.length);
    return [length, set];
  });
  return tags
    .filter((tag) => tag !== header)
    .map((tag) => {
      const { type, body } = tag;
      const isKeyframe = type === MESSAGE.video && body[0] === 0x17;
      const head = body.subarray(0, HEADER_BYTES);
      return isKeyframe
        ? { ...tag, body: Buffer.concat([head, ...sets, body.subarray(HEADER_BYTES)]) }
        : tag;
    });
}

const isSound = ({ type, body }: FlvTag): boolean => type === MESSAGE.audio && body[1] === 1;

const withLateSound = (tags: readonly FlvTag[]): FlvTag[] =>
  tags
    .map((tag) => (isSound(tag) ? { ...tag, timestampMs: tag.timestampMs + LATE_MS } : tag))
    .toSorted((a, b) => a.timestampMs - b.timestampMs);

/** The frames that ffprobe counts. */
interface ReadStream {
  readonly codec_type: "video" | "audio";
  readonly nb_read_frames: string;
}

const later = (tags: readonly FlvTag[], byMs: number): FlvTag[] =>
  tags
    .filter(({ type }) => type !== MESSAGE.dataAmf0)
    .map((tag) => ({ ...tag, timestampMs: tag.timestampMs + byMs }));

/**
 * ffmpeg reads the first EXT-X-MAP of a playlist alone: where there are several, what lies between
 * them, each by itself.
 */
function playable(playlist: string, folder: string): string[] {
  const [, ...stretches] = playlist.split('#EXT-X-MAP:URI="');
  const files = stretches.map((text) => text.match(/^[\w-]+\.mp4|^\d+\.mp4/gm) ?? []);
  return files.length === 0
    ? [`${folder}/playlist.m3u8`]
    : files.map((names) => `concat:${names.map((name) => `${folder}/${name}`).join("|")}`);
}

describe.skipIf(!hasFfmpeg)("an encoder that goes on with another (ffmpeg)", () => {
  const harness = new EngineHarness(
    {
      ffmpeg: findFfmpeg("auto", process.env.PATH),
      transcodeCores: 8,
      // A film comes at once: on a busy machine its ladder isn't to give way to its source.
      limits: { transcodeStartDeadlineMs: 600_000, transcodeSpeedMin: 0 },
    },
    {
      authorizePublish: async ({ name: streamKey }) => ({
        allow: true,
        streamName: `channel/${streamKey}`,
        streamId: `st-${streamKey}`,
        recording: RECORD_ALL,
        container: streamKey.includes("fmp4") ? "fmp4" : "mpegts",
        ladder: streamKey.includes("ladder") ? BELOW_SOURCE : undefined,
      }),
    },
  );
  let films = new Map<string, FlvTag[]>();
  let server: Server;
  let playback = "";

  beforeAll(async () => {
    const [pictures, sounds] = await Promise.all([
      encodeFilms(["h264 180", "h264 360", "h264 480"], SECONDS),
      encodeFilms(["h264 180", "h264 480"], SECONDS, OTHER_SOUND),
    ]);
    films = new Map([
      ...pictures,
      ["sound 180", sounds.get("h264 180") ?? []],
      ["sound 480", withLateSound(sounds.get("h264 480") ?? [])],
    ]);
    await harness.start();
    ({ url: playback, server } = await servePlayback(harness));
  });
  afterAll(async () => {
    await harness.engine.close();
    server.close();
  });

  test.for([
    ["a picture by a sequence header", "ts-header", ["180p30"], "h264 360"],
    ["a picture by parameter sets in its keyframes", "ts-inband", ["180p30"], "h264 360"],
    ["a picture by a sequence header, in fragments", "fmp4-header", ["180p30"], "h264 360"],
    ["a picture by parameter sets, in fragments", "fmp4-inband", ["180p30"], "h264 360"],
    ["a picture by parameter sets, above a ladder", "ladder", ["180p30", "160p30"], "h264 360"],
    ["sound", "ts-sound", ["180p30"], "sound 180"],
    ["sound, in fragments", "fmp4-sound", ["180p30"], "sound 180"],
    ["sound, in a ladder", "ladder-sound", ["480p30", "360p30", "160p30"], "sound 480"],
  ] as const)("%s: is shown, published and recorded whole", async ([, key, folders, next]) => {
    const before = next === "sound 480" ? 480 : 180;
    const after = Number.parseInt(next.slice(-3), 10);
    harness.objects.clear();
    const ofThis = ({ streamId }: { readonly streamId: string }): boolean =>
      streamId === `st-${key}`;
    const first = films.get(`h264 ${before}`) ?? [];
    const second = films.get(next) ?? [];
    const rest = later(
      /inband|ladder/.test(key) ? inBand(second) : second,
      SECONDS * 1_000 + PAUSE_MS,
    );
    const client = await RtmpClient.open(harness.rtmpPort);
    expect(await client.publish(key)).toBe("NetStream.Publish.Start");
    client.setChunkSize(65_536);
    const send = (tags: readonly FlvTag[]): void => {
      for (const { type, timestampMs, body } of tags) {
        client.send(type === MESSAGE.audio ? 4 : 6, type, body, timestampMs);
      }
    };
    send(first);
    await harness.seen("stream-start", ofThis);
    send(rest);
    await client.settled();
    client.socket.end();
    await harness.seen("recording-complete", ofThis);
    const live = await harness.engine.multivariantPlaylist(`channel/${key}`, "");
    const published = harness.events.flatMap((event) =>
      event.type === "media-info" && ofThis(event) ? [event.media] : [],
    );
    expect(published.map(({ video, audio }) => `${video.height} ${audio?.sampleRate}`)).toEqual([
      `${before} 48000`,
      `${after} ${next.startsWith("sound") ? 44_100 : 48_000}`,
    ]);
    expect(live).toContain(`x${after},`);

    const media = harness.recordings.at(-1)?.media;
    expect(media?.renditions.map(({ path }) => path)).toEqual(folders);
    for (const folder of folders) {
      const playlist = harness.objects.get(`media/hls/${folder}/playlist.m3u8`)?.body.toString();
      expect(playlist?.match(/#EXT-X-DISCONTINUITY/g)).toHaveLength(1);
      const read = { video: 0, audio: 0 };
      for (const url of playable(playlist ?? "", `${playback}/objects/media/hls/${folder}`)) {
        const counted = await run("ffprobe", [
          ...["-v", "warning", "-count_frames", "-show_entries"],
          ...["stream=codec_type,nb_read_frames", "-of", "json", ...PROTOCOLS, url],
        ]);
        expect(counted.stderr).toBe("");
        const { streams } = JSON.parse(counted.stdout) as {
          readonly streams: readonly ReadStream[];
        };
        for (const { codec_type, nb_read_frames } of streams) {
          read[codec_type] += Number(nb_read_frames);
        }
      }
      expect(read.video).toBe(SECONDS * 30 * 2);
      // What is encoded anew has a little more.
      const sounds = [...first, ...second].filter(isSound).length;
      expect(read.audio).toBeGreaterThanOrEqual(sounds - EARLY_FRAMES_MAX);
    }
  });
});
