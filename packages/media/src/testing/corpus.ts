import { readFileSync } from "node:fs";
import { type Amf0Value, amf0Object, encodeAmf0 } from "../container/flv/amf0.ts";
import { encodeMessage, uint32 } from "../transport/rtmp/chunk-writer.ts";
import { MESSAGE } from "../transport/rtmp/message-type.ts";
import { interleave } from "./films.ts";
import { type FlvTag, readFlv } from "./flv-file.ts";
import { chunkStreamOf } from "./flv-loop.ts";

/*
 * Where mutations begin. The files are two seconds of ffmpeg's test picture at 64x64 by libx264 and
 * its AAC encoder, each of another profile, and a little larger by libx265; `ffmpeg-publish.rtmp`
 * is what ffmpeg 7.1 sent after the handshake when it published one of them, `ffmpeg-publish.srt`
 * the datagrams of another, encrypted, each after its length in 16 bits.
 */
const FILES = [
  "baseline.flv",
  "main-reordered.flv",
  "high-interlaced.flv",
  "high-hrd.flv",
  "high10.flv",
  "high444.flv",
] as const;

/** A keyframe's sequence header in enhanced RTMP. */
const ENHANCED_START = 0x90;
const HEVC_FILES = ["hevc-main.flv", "hevc-main10.flv"] as const;

function read(name: string): Buffer {
  return readFileSync(new URL(`./corpus/${name}`, import.meta.url));
}

export const flvFiles: readonly Buffer[] = FILES.map(read);
export const flvStreams: readonly (readonly FlvTag[])[] = flvFiles.map(readFlv);

/** In enhanced RTMP's form. */
export const hevcStreams: readonly (readonly FlvTag[])[] = HEVC_FILES.map(read).map(readFlv);
/** HEVCDecoderConfigurationRecords. */
export const hevcRecords: readonly Buffer[] = hevcStreams
  .flat()
  .filter(({ type, body }) => type === MESSAGE.video && body[0] === ENHANCED_START)
  .map(({ body }) => body.subarray(5));

/** Tracks of one stream: HEVC of two sizes above H.264, and H.264 with HEVC beside it. */
export const multitrackStreams: readonly (readonly FlvTag[])[] = [
  interleave([...hevcStreams, flvStreams[0] ?? []].map((film) => [...film])),
  interleave(
    [flvStreams[0] ?? [], hevcStreams[1] ?? []].map((film) => [...film]),
    true,
  ),
];

const tags = flvStreams.flat();
const bodies = (type: number, packetType: number): Buffer[] =>
  tags.filter(({ type: t, body }) => t === type && body[1] === packetType).map(({ body }) => body);

/** AVCDecoderConfigurationRecords. */
export const avcRecords = bodies(MESSAGE.video, 0).map((body) => body.subarray(5));
/** Length-prefixed access units; the first of each stream has an SEI. */
export const avcUnits = bodies(MESSAGE.video, 1).map((body) => body.subarray(5));
/**
 * AudioSpecificConfigs: those of the files, and HE-AAC's both versions in both ways of signalling.
 */
export const aacRecords = [
  ...bodies(MESSAGE.audio, 0).map((body) => body.subarray(2)),
  ...["2b920800", "eb920800", "131056e598", "139056e5a5485080", "1210", "f8e8e000"].map((hex) =>
    Buffer.from(hex, "hex"),
  ),
];

/** onMetaData as OBS Studio fills it in. */
const obsMetadata = amf0Object({
  duration: 0,
  fileSize: 0,
  width: 1280,
  height: 720,
  videodatarate: 2500,
  framerate: 30,
  videocodecid: 7,
  audiodatarate: 160,
  audiosamplerate: 48_000,
  audiosamplesize: 16,
  audiochannels: 2,
  stereo: true,
  "2.1": false,
  "3.1": false,
  "4.0": false,
  "4.1": false,
  "5.1": false,
  "7.1": false,
  audiocodecid: 10,
  encoder: "obs-output module (libobs version 30.2.3)",
});

/** The commands and data that an encoder sends, a message each. */
export const amf0Messages: readonly Buffer[] = (
  [
    [
      "connect",
      1,
      amf0Object({
        app: "app",
        type: "nonprivate",
        flashVer: "FMLE/3.0 (compatible; FMSc/1.0)",
        swfUrl: "rtmp://127.0.0.1/app",
        tcUrl: "rtmp://127.0.0.1/app",
        fourCcList: ["av01", "hvc1"],
      }),
    ],
    ["releaseStream", 2, null, "key"],
    ["createStream", 4, null],
    ["publish", 5, null, "key?priority=3", "live"],
    ["@setDataFrame", "onMetaData", obsMetadata],
    ["onFI", amf0Object({ sd: "24-11-2026", st: new Date(0), nested: [1, [null, undefined], ""] })],
  ] as readonly (readonly Amf0Value[])[]
).map(encodeAmf0);

/**
 * A publisher's bytes after the handshake: as ffmpeg sent them, and as OBS sends them, in chunks
 * of 4,096 bytes.
 */
export const publishes: readonly Buffer[] = [read("ffmpeg-publish.rtmp"), obsPublish()];

/** An SRT caller's datagrams, to the stream key `key` under the engine harness's passphrase. */
export const srtPublish: readonly Buffer[] = readDatagrams(read("ffmpeg-publish.srt"));

function readDatagrams(bytes: Buffer): Buffer[] {
  const datagrams: Buffer[] = [];
  for (let offset = 0; offset < bytes.length; ) {
    const end = offset + 2 + bytes.readUInt16BE(offset);
    datagrams.push(bytes.subarray(offset + 2, end));
    offset = end;
  }
  return datagrams;
}

function obsPublish(): Buffer {
  const chunkSize = 4_096;
  const [connect, release, create, publish, metadata] = amf0Messages;
  const commands = [connect, release, create, publish].map((body = Buffer.alloc(0)) =>
    encodeMessage(3, MESSAGE.commandAmf0, 0, body, { chunkSize }),
  );
  const media = (flvStreams[3] ?? []).map((tag) =>
    encodeMessage(chunkStreamOf(tag), tag.type, 1, tag.body, {
      chunkSize,
      timestampMs: tag.timestampMs,
    }),
  );
  return Buffer.concat([
    encodeMessage(2, MESSAGE.setChunkSize, 0, uint32(chunkSize)),
    ...commands,
    encodeMessage(4, MESSAGE.dataAmf0, 1, metadata ?? Buffer.alloc(0), { chunkSize }),
    ...media,
  ]);
}
