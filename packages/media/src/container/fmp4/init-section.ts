import { createHash } from "node:crypto";
import type { AacConfig } from "../../codec/aac-config.ts";
import type { VideoConfig } from "../../codec/video-config.ts";
import { TICKS_PER_SECOND } from "../media-clock.ts";
import type { InitSection } from "../segment.ts";
import { box, fullBox, text, u16, u32 } from "./boxes.ts";

export const TRACK_ID = { video: 1, audio: 2 } as const;
const NO_LANGUAGE = 0x55c4;
const UNITY_MATRIX = u32(0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000);
/** 72 dots per inch. */
const RESOLUTION = 0x480000;
const NAME_CHARACTERS = 12;
/** ISO/IEC 14496-15, 5.4.2 and 8.4.1. */
const CONFIGURATION_BOX = { avc1: "avcC", hvc1: "hvcC" } as const;

/** The tracks that a rendition has. */
export interface Tracks {
  readonly video: VideoConfig | undefined;
  readonly audio: AacConfig | undefined;
}

/** The header of a fragmented file (ISO/IEC 14496-12, 8.8): tracks without samples. */
export function initSection({ video, audio }: Tracks): InitSection {
  const tracks = [
    ...(video === undefined ? [] : [videoTrack(video)]),
    ...(audio === undefined ? [] : [audioTrack(audio)]),
  ];
  const ids = [
    ...(video === undefined ? [] : [TRACK_ID.video]),
    ...(audio === undefined ? [] : [TRACK_ID.audio]),
  ];
  const brands = ["iso6", "iso6", "cmfc"].map((brand) => Buffer.from(brand, "latin1"));
  const [major = Buffer.alloc(4), ...compatible] = brands;
  const body = Buffer.concat([
    box("ftyp", major, u32(0), ...compatible),
    box(
      "moov",
      movieHeader(),
      ...tracks,
      box("mvex", ...ids.map((id) => fullBox("trex", 0, 0, u32(id, 1, 0, 0, 0)))),
    ),
  ]);
  const digest = createHash("sha256").update(body).digest("hex");
  return { name: `init-${digest.slice(0, NAME_CHARACTERS)}.mp4`, body };
}

function movieHeader(): Buffer {
  const next = TRACK_ID.audio + 1;
  return fullBox(
    "mvhd",
    0,
    0,
    u32(0, 0, 1_000, 0, 0x10000),
    u16(0x100, 0),
    u32(0, 0),
    UNITY_MATRIX,
    u32(0, 0, 0, 0, 0, 0, next),
  );
}

function videoTrack({ fourCc, sps: { width, height }, record }: VideoConfig): Buffer {
  const entry = box(
    fourCc,
    u16(0, 0, 0, 1, 0, 0),
    u32(0, 0, 0),
    u16(width, height),
    u32(RESOLUTION, RESOLUTION, 0),
    u16(1),
    Buffer.alloc(32),
    u16(0x18, 0xffff),
    box(CONFIGURATION_BOX[fourCc], record),
  );
  const media: TrackMedia = { handler: "vide", timescale: TICKS_PER_SECOND, entry };
  return track(TRACK_ID.video, media, { width, height, volume: 0 });
}

function audioTrack(config: AacConfig): Buffer {
  const entry = box(
    "mp4a",
    u16(0, 0, 0, 1),
    u32(0, 0),
    u16(config.channels, 16, 0, 0),
    // 16.16 fixed point: rates above its range are in the decoder's own configuration alone.
    u32(config.sampleRate > 0xffff ? 0 : config.sampleRate << 16),
    fullBox("esds", 0, 0, elementaryStream(config)),
  );
  const media: TrackMedia = { handler: "soun", timescale: config.sampleRate, entry };
  return track(TRACK_ID.audio, media, { width: 0, height: 0, volume: 0x100 });
}

interface TrackMedia {
  readonly handler: "vide" | "soun";
  readonly timescale: number;
  readonly entry: Buffer;
}

function track(
  id: number,
  { handler, timescale, entry }: TrackMedia,
  shown: { readonly width: number; readonly height: number; readonly volume: number },
): Buffer {
  const isSound = handler === "soun";
  const header = fullBox(
    "tkhd",
    0,
    3,
    u32(0, 0, id, 0, 0, 0, 0),
    u16(0, isSound ? 1 : 0, shown.volume, 0),
    UNITY_MATRIX,
    u32(shown.width << 16, shown.height << 16),
  );
  const mediaHeader = isSound ? fullBox("smhd", 0, 0, u32(0)) : fullBox("vmhd", 0, 1, u32(0, 0));
  const location = box("dinf", fullBox("dref", 0, 0, u32(1), fullBox("url ", 0, 1)));
  const samples = box(
    "stbl",
    fullBox("stsd", 0, 0, u32(1), entry),
    fullBox("stts", 0, 0, u32(0)),
    fullBox("stsc", 0, 0, u32(0)),
    fullBox("stsz", 0, 0, u32(0, 0)),
    fullBox("stco", 0, 0, u32(0)),
  );
  const handlerBox = fullBox(
    "hdlr",
    0,
    0,
    u32(0),
    Buffer.from(handler, "latin1"),
    u32(0, 0, 0),
    text(""),
  );
  return box(
    "trak",
    header,
    box(
      "mdia",
      fullBox("mdhd", 0, 0, u32(0, 0, timescale, 0), u16(NO_LANGUAGE, 0)),
      handlerBox,
      box("minf", mediaHeader, location, samples),
    ),
  );
}

/** ES_Descriptor of AAC (ISO/IEC 14496-1, 7.2.6.5). */
function elementaryStream({ record }: AacConfig): Buffer {
  const decoder = Buffer.concat([Buffer.of(0x40, 0x15, 0, 0, 0), u32(0, 0), descriptor(5, record)]);
  const content = [u16(TRACK_ID.audio), Buffer.of(0), descriptor(4, decoder)];
  return descriptor(3, Buffer.concat([...content, descriptor(6, Buffer.of(2))]));
}

/** With its length in four bytes of seven bits each. */
function descriptor(tag: number, content: Buffer): Buffer {
  const { length } = content;
  const size = [21, 14, 7].map((shift) => 0x80 | ((length >> shift) & 0x7f));
  return Buffer.concat([Buffer.of(tag, ...size, length & 0x7f), content]);
}
