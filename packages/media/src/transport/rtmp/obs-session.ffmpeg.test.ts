import type { Server } from "node:http";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  amfBoolean,
  amfEcmaArray,
  amfNull,
  amfNumber,
  amfObject,
  amfStrictArray,
  amfString,
} from "../../testing/amf0-writer.ts";
import {
  EngineHarness,
  hasFfmpeg,
  RECORD_ALL,
  run,
  servePlayback,
} from "../../testing/engine-harness.ts";
import { asTrack, encodeFilms, type FilmName, interleave } from "../../testing/films.ts";
import type { FlvTag } from "../../testing/flv-file.ts";
import { LibrtmpWriter } from "../../testing/librtmp-writer.ts";
import { RtmpClient } from "../../testing/rtmp-client.ts";
import { MESSAGE } from "./message-type.ts";

/*
 * What OBS Studio sends, message by message: its librtmp's commands, flv-mux.c's metadata, pictures
 * and ends. Written from the specifications of RTMP, AMF0 and enhanced RTMP v2, with none of the
 * engine's own writers.
 */

const SECONDS = 4;
const ENCODER = "obs-output module (libobs version 31.0.0)";
const CHUNK_STREAM = { control: 2, command: 3, media: 4 } as const;
const FOUR_CC = { h264: "avc1", hevc: "hvc1" } as const;

type Codec = keyof typeof FOUR_CC;

/** One publishing OBS. */
class Obs {
  readonly #client: RtmpClient;
  readonly #writer = new LibrtmpWriter();
  #transaction = 0;

  constructor(client: RtmpClient) {
    this.#client = client;
  }

  #send(chunkStreamId: number, type: number, body: Buffer, timestampMs = 0, isLarge = false): void {
    const messageStreamId = chunkStreamId === CHUNK_STREAM.media ? 1 : 0;
    const message = { chunkStreamId, type, messageStreamId, timestampMs, body, isLarge };
    this.#client.socket.write(this.#writer.write(message));
  }

  #command(name: string, ...values: readonly Buffer[]): number {
    this.#transaction += 1;
    const body = Buffer.concat([amfString(name), amfNumber(this.#transaction), ...values]);
    const chunkStreamId = name === "publish" ? CHUNK_STREAM.media : CHUNK_STREAM.command;
    this.#send(chunkStreamId, MESSAGE.commandAmf0, body, 0, /^(connect|publish)$/.test(name));
    return this.#transaction;
  }

  async #result(transaction: number): Promise<readonly unknown[]> {
    const find = () => this.#client.commands.find(([, id]) => id === transaction) ?? [];
    await this.#client.until(() => find().length > 0);
    return find();
  }

  async publish(key: string): Promise<string | undefined> {
    await this.#client.handshake();
    const connected = await this.#result(
      this.#command(
        "connect",
        amfObject({
          app: amfString("app"),
          type: amfString("nonprivate"),
          flashVer: amfString("FMLE/3.0 (compatible; FMSc/1.0)"),
          swfUrl: amfString("rtmp://127.0.0.1/app"),
          tcUrl: amfString("rtmp://127.0.0.1/app"),
          fourCcList: amfStrictArray(["av01", "hvc1"].map(amfString)),
          videoFourCcInfoMap: amfObject({ hvc1: amfNumber(2), "*": amfNumber(2) }),
          capsEx: amfNumber(2),
        }),
      ),
    );
    expect(connected[0]).toBe("_result");
    const offered = connected[3] instanceof Map ? connected[3] : new Map();
    expect([...(offered.get("videoFourCcInfoMap") ?? [])]).toEqual([
      ["avc1", 4],
      ["hvc1", 4],
    ]);
    expect(offered.get("capsEx")).toBe(2);
    this.#send(
      CHUNK_STREAM.control,
      MESSAGE.windowAckSize,
      Buffer.of(0, 0x26, 0x25, 0xa0),
      0,
      true,
    );
    this.#send(CHUNK_STREAM.control, MESSAGE.setChunkSize, Buffer.of(0, 0, 16, 0), 0, true);
    this.#writer.chunkSize = 4_096;
    this.#command("releaseStream", amfNull, amfString(key));
    this.#command("FCPublish", amfNull, amfString(key));
    const created = await this.#result(this.#command("createStream", amfNull));
    expect(created).toEqual(["_result", 4, null, 1]);
    this.#command("_checkbw", amfNull);
    this.#command("publish", amfNull, amfString(key), amfString("live"));
    await this.#client.until(() => this.#client.status() !== undefined);
    return this.#client.status();
  }

  metadata(codecs: readonly Codec[]): void {
    const of = (codec: Codec, height: number) => ({
      width: amfNumber((height * 16) / 9),
      height: amfNumber(height),
      videocodecid: amfNumber(codec === "h264" ? 7 : Buffer.from(FOUR_CC[codec]).readUInt32BE(0)),
      videodatarate: amfNumber(2_500),
      framerate: amfNumber(30),
    });
    const [first = "h264", ...further] = codecs;
    const none = ["2.1", "3.1", "4.0", "4.1", "5.1", "7.1"].map((name) => [
      name,
      amfBoolean(false),
    ]);
    const tracks = further.map((codec, index) => [`${index + 1}`, amfObject(of(codec, 120))]);
    const body = Buffer.concat([
      amfString("@setDataFrame"),
      amfString("onMetaData"),
      amfEcmaArray({
        duration: amfNumber(0),
        fileSize: amfNumber(0),
        ...of(first, 180),
        audiocodecid: amfNumber(10),
        audiodatarate: amfNumber(160),
        audiosamplerate: amfNumber(48_000),
        audiosamplesize: amfNumber(16),
        audiochannels: amfNumber(1),
        stereo: amfBoolean(false),
        ...Object.fromEntries(none),
        encoder: amfString(ENCODER),
        ...(tracks.length > 0 && { videoTrackIdInfoMap: amfObject(Object.fromEntries(tracks)) }),
      }),
    ]);
    this.#send(CHUNK_STREAM.media, MESSAGE.dataAmf0, body, 0, true);
  }

  media(tags: readonly FlvTag[]): void {
    for (const { type, timestampMs, body } of tags) {
      if (type === MESSAGE.video || type === MESSAGE.audio) {
        this.#send(CHUNK_STREAM.media, type, body, timestampMs);
      }
    }
  }

  /** The bytes received, as librtmp says them in between. */
  acknowledge(): void {
    this.#send(CHUNK_STREAM.control, MESSAGE.acknowledgement, Buffer.of(0, 0, 16, 0));
  }

  async end(key: string): Promise<void> {
    this.#command("FCUnpublish", amfNull, amfString(key));
    this.#command("deleteStream", amfNull, amfNumber(1));
    await this.#client.settled();
    this.#client.socket.end();
  }
}

/** Colours of a track, and its end: both only of codecs of enhanced RTMP, or of further tracks. */
function aside(codec: Codec, track: number, packetType: number, timestampMs: number): FlvTag[] {
  if (codec === "h264" && track === 0) {
    return [];
  }
  const colours = Buffer.concat([
    amfString("colorInfo"),
    amfObject({ colorConfig: amfObject({ bitDepth: amfNumber(8), colorPrimaries: amfNumber(1) }) }),
  ]);
  const body = Buffer.concat([
    Buffer.of(0x90 | packetType),
    Buffer.from(FOUR_CC[codec]),
    packetType === 4 ? colours : Buffer.alloc(0),
  ]);
  const tag = { type: MESSAGE.video, timestampMs, body };
  return [track === 0 ? tag : asTrack(track, tag)];
}

/** The track of sound that OBS adds for recordings of the service. */
function secondSound({ type, timestampMs, body }: FlvTag): FlvTag[] {
  const packetType = body.readUInt8(1);
  const head = Buffer.concat([Buffer.of(0x95, packetType), Buffer.from("mp4a"), Buffer.of(1)]);
  const further = { type, timestampMs, body: Buffer.concat([head, body.subarray(2)]) };
  return [{ type, timestampMs, body }, further];
}

describe.skipIf(!hasFfmpeg)("OBS's messages (skipped where ffmpeg is not installed)", () => {
  const harness = new EngineHarness(
    {},
    {
      authorizePublish: async ({ name: streamKey }) => ({
        allow: true,
        streamName: `channel/${streamKey}`,
        streamId: `st-${streamKey}`,
        recording: RECORD_ALL,
        container: "fmp4",
        multitrack: { required: false, heightMax: 1_080 },
      }),
    },
  );
  let films = new Map<string, FlvTag[]>();
  let server: Server;
  let url = "";

  beforeAll(async () => {
    films = await encodeFilms(["h264 180", "hevc 180", "h264 120", "hevc 120"], SECONDS);
    await harness.start();
    ({ url, server } = await servePlayback(harness));
  });
  afterAll(async () => {
    await harness.engine.close();
    server.close();
  });

  test.for([
    ["one track", ["h264 180"]],
    ["two tracks", ["h264 180", "h264 120"]],
    ["two tracks of HEVC", ["hevc 180", "hevc 120"]],
    ["two tracks, and sound for recordings", ["hevc 180", "h264 120"], "with second sound"],
  ] as const)("%s: play whole", async ([name, names, sound]) => {
    const key = `obs-${name.replaceAll(/\W/g, "")}`;
    harness.events.length = 0;
    harness.objects.clear();
    const codecs = names.map((film: FilmName) => film.slice(0, 4) as Codec);
    const tags = interleave(names.map((film) => films.get(film) ?? [])).flatMap((tag) =>
      sound !== undefined && tag.type === MESSAGE.audio ? secondSound(tag) : [tag],
    );
    const lastMs = tags.at(-1)?.timestampMs ?? 0;
    const obs = new Obs(await RtmpClient.open(harness.rtmpPort));
    expect(await obs.publish(key)).toBe("NetStream.Publish.Start");
    obs.metadata(codecs);
    const half = tags.length >> 1;
    obs.media(tags.slice(0, half));
    obs.acknowledge();
    const halfMs = tags[half]?.timestampMs ?? 0;
    obs.media(codecs.flatMap((codec, track) => aside(codec, track, 4, halfMs)));
    obs.media(tags.slice(half));
    obs.media(codecs.flatMap((codec, track) => aside(codec, track, 2, lastMs)));
    await obs.end(key);

    expect(await harness.seen("session-ended")).toMatchObject({ reason: "publisher-finished" });
    const { media } = await harness.seen("media-info");
    expect(media).toMatchObject({
      encoder: ENCODER,
      video: { frameRate: 30, height: 180, targetBitrate: 2_500_000 },
      audio: { codec: "mp4a.40.2", sampleRate: 48_000, targetBitrate: 160_000 },
    });
    expect(media.furtherVideo?.map(({ track, height }) => [track, height])).toEqual(
      names.length > 1 ? [[1, 120]] : undefined,
    );
    await harness.seen("recording-complete");
    const from = `${url}/objects/media/hls/master.m3u8`;
    const decoded = await run("ffmpeg", [
      ...["-v", "warning", "-xerror", "-i", from, "-map", "0", "-f", "null", "-"],
    ]);
    expect(decoded).toEqual({ status: 0, stdout: "", stderr: "" });
    const entries = "program_stream=codec_name,nb_read_packets";
    const probed = await run("ffprobe", [
      ...["-v", "error", "-count_packets", "-show_entries", entries, "-of", "json", from],
    ]);
    const programs: { streams: { codec_name: string; nb_read_packets: string }[] }[] = JSON.parse(
      probed.stdout,
    ).programs;
    expect(
      programs.map(({ streams }) => streams.map(({ codec_name }) => codec_name).toSorted()),
    ).toEqual(codecs.map((codec) => ["aac", codec]));
    for (const { streams } of programs) {
      const video = streams.find(({ codec_name }) => codec_name !== "aac");
      expect(Number(video?.nb_read_packets)).toBe(SECONDS * 30);
    }
  });
});
