import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseAvcConfig } from "../codec/avc-config.ts";
import { FlvUnits } from "../container/flv/flv-units.ts";
import { TICKS_WRAP } from "../container/mpegts/transport-stream.ts";
import type { MediaUnit, TrackConfig, UnitSink } from "../port/media-unit.ts";
import { flvStreams } from "../testing/corpus.ts";
import type { FlvTag } from "../testing/flv-file.ts";
import {
  audioBody,
  audioConfigBody,
  avcConfig,
  picture,
  videoBody,
  videoConfigBody,
} from "../testing/synthetic-media.ts";
import { tsStreams } from "../testing/ts-corpus.ts";
import { MESSAGE } from "../transport/rtmp/message-type.ts";
import { TransportStreamUnits } from "./transport-stream-units.ts";

const MINUTES = 60_000;

/** Notes what it is given: bytes as text, since they are only valid during the call. */
class Notes implements UnitSink {
  readonly takes = new Set(["h264", "hevc", "aac"] as const);
  readonly configs: TrackConfig[] = [];
  readonly units: (Omit<MediaUnit, "data"> & { readonly data: readonly string[] })[] = [];
  readonly #described = new Map<number, TrackConfig>();

  configure(tracks: readonly TrackConfig[]): void {
    for (const track of tracks) {
      this.#described.set(track.id, track);
      this.configs.push({ ...track, config: track.config && Buffer.from(track.config) });
    }
  }

  write(unit: MediaUnit): void {
    expect(this.#described.has(unit.track)).toBe(true);
    this.units.push({ ...unit, data: unit.data.map((bytes) => bytes.toString("hex")) });
  }

  /**
   * One kind of media: the content of its units, and their times in milliseconds since the first
   * picture.
   */
  of(kind: TrackConfig["kind"]) {
    const tracks = [...this.#described.values()];
    const hz = new Map(tracks.map(({ id, clockHz }) => [id, clockHz]));
    const id = tracks.find((track) => track.kind === kind)?.id;
    const ms = (ticks: number, track: number) => (ticks * 1_000) / (hz.get(track) ?? 0);
    const video = tracks.find((track) => track.kind === "video")?.id;
    const first = this.units.find(({ track }) => track === video);
    const originMs = first === undefined ? 0 : ms(first.dts, first.track);
    return this.units
      .filter(({ track }) => track === id)
      .map(({ track, dts, pts, key, data }) => {
        const times = [dts, pts].map((ticks) => Math.round(ms(ticks, track) - originMs));
        // Delimiters are the transport stream's own.
        return {
          times,
          key,
          data: data.filter((unit) => kind === "audio" || unit.slice(0, 2) !== "09"),
        };
      });
  }
}

function fromFlv(tags: readonly FlvTag[], laterMs = 0): Notes {
  const notes = new Notes();
  const units = new FlvUnits(notes);
  for (const { type, timestampMs, body } of tags) {
    const scratch = Buffer.from(body);
    const sentMs = (timestampMs + laterMs) % 2 ** 32;
    if (type === MESSAGE.video) {
      units.video(sentMs, scratch);
    } else if (type === MESSAGE.audio) {
      units.audio(sentMs, scratch);
    }
    scratch.fill(0xee);
  }
  return notes;
}

function fromTs(bytes: Buffer, cut = 1_316): Notes {
  const notes = new Notes();
  const units = new TransportStreamUnits(notes, 1 << 20);
  for (let at = 0; at < bytes.length; at += cut) {
    units.push(Buffer.from(bytes.subarray(at, at + cut)));
  }
  units.finish();
  return notes;
}

/** The same stream with its times, of the form `0010`, `0011` and `0001`, so much later. */
function laterTs(stream: Buffer, laterTicks: number): Buffer {
  const bytes = Buffer.from(stream);
  for (let at = 0; at < bytes.length; at += 188) {
    const word = bytes.readUInt32BE(at);
    const start = at + 4 + ((word & 0x20) === 0 ? 0 : 1 + bytes.readUInt8(at + 4));
    const isPes = (word & 0x400000) !== 0 && bytes.readUIntBE(start, 3) === 1;
    const times = isPes ? bytes.readUInt8(start + 7) >> 6 : 0;
    for (const offset of [start + 9, start + 14].slice(0, times === 3 ? 2 : times === 2 ? 1 : 0)) {
      const high = (bytes.readUInt8(offset) >> 1) & 7;
      const middle = bytes.readUInt16BE(offset + 1) >> 1;
      const ticks = high * 2 ** 30 + middle * 2 ** 15 + (bytes.readUInt16BE(offset + 3) >> 1);
      const later = (ticks + laterTicks) % TICKS_WRAP;
      const marker = bytes.readUInt8(offset) & 0xf0;
      bytes.writeUInt8(marker | (Math.floor(later / 2 ** 30) << 1) | 1, offset);
      bytes.writeUInt16BE(((later >> 14) & 0xfffe) | 1, offset + 1);
      bytes.writeUInt16BE(((later << 1) & 0xfffe) | 1, offset + 3);
    }
  }
  return bytes;
}

/**
 * The facts that a configuration gives to players; beside that, records and AudioSpecificConfigs
 * may have extensions.
 */
function said({ kind, codec, config }: TrackConfig): string {
  const record = Buffer.from(config ?? []);
  const { parameterSets } = kind === "video" ? parseAvcConfig(record) : { parameterSets: record };
  return `${kind} ${codec} ${parameterSets.toString("hex", 0, kind === "audio" ? 2 : undefined)}`;
}

const streams = flvStreams.map((tags, index) => ({
  index,
  tags,
  stream: tsStreams[index] ?? Buffer.alloc(0),
}));

describe.for(streams)("the media of encoder $index", ({ tags, stream }) => {
  test("comes out the same by RTMP and by SRT", () => {
    const [flv, ts] = [fromFlv(tags), fromTs(stream)];
    expect(ts.of("video")).toEqual(flv.of("video"));
    expect(ts.of("video").length).toBe(20);
    const sound = { flv: flv.of("audio"), ts: ts.of("audio") };
    expect(sound.ts.length).toBeGreaterThan(40);
    // The corpus's transport streams begin with a picture.
    const before = sound.flv.splice(0, sound.flv.length - sound.ts.length);
    expect(before.length).toBeLessThan(2);
    for (const [index, { times, ...unit }] of sound.ts.entries()) {
      expect(sound.flv[index]).toMatchObject(unit);
      // RTMP rounds to milliseconds, where a transport stream has the sample clock.
      expect(Math.abs((times[0] ?? 0) - (sound.flv[index]?.times[0] ?? 0))).toBeLessThan(2);
    }
    const configs = [flv, ts].map((notes) => notes.configs.map(said).toSorted());
    expect(configs[1]).toEqual(configs[0]);
  });

  test("has the same times where they wrap, whenever that is", () => {
    const plain = fromFlv(tags).of("video");
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2_000 }), fc.boolean(), (beforeWrapMs, isTs) => {
        const notes = isTs
          ? fromTs(laterTs(stream, TICKS_WRAP - beforeWrapMs * 90))
          : fromFlv(tags, 2 ** 32 - beforeWrapMs);
        expect(notes.of("video")).toEqual(plain);
        const times = notes.of("audio").map((unit) => unit.times[0] ?? 0);
        expect(times.every((timeMs) => timeMs > -MINUTES && timeMs < MINUTES)).toBe(true);
      }),
      { numRuns: 20 },
    );
  });

  test("by SRT is the same however it is cut", () => {
    const whole = fromTs(stream).units;
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5_000 }), (cut) => {
        expect(fromTs(stream, cut).units).toEqual(whole);
      }),
      { numRuns: 20 },
    );
  });
});

describe("FLV", () => {
  const video = (body: Buffer, timestampMs = 0): FlvTag => ({ type: 9, timestampMs, body });
  const audio = (body: Buffer, timestampMs = 0): FlvTag => ({ type: 8, timestampMs, body });
  const nal = picture(true).map((bytes) => bytes.toString("hex"));

  test("with lengths of one or two bytes says what everybody writes", () => {
    const record = Buffer.from(avcConfig.record);
    record[4] = 0xfd;
    const [unit] = picture(true);
    const short = Buffer.concat([Buffer.of(0x17, 1, 0, 0, 0, 0, 60), unit ?? Buffer.alloc(0)]);
    const { configs, units } = fromFlv([video(videoConfigBody(record)), video(short)]);
    expect(configs).toEqual([expect.objectContaining({ config: avcConfig.record })]);
    expect(units).toEqual([expect.objectContaining({ data: nal })]);
  });

  test("describes tracks whose configuration hasn't come, and says nothing for empty tags", () => {
    const { configs, units } = fromFlv([
      audio(Buffer.of(0xaf, 0)),
      video(Buffer.of(0x17, 0, 0, 0, 0)),
      audio(audioBody, 5),
      video(videoBody(true), 7),
      audio(audioConfigBody),
      video(videoConfigBody()),
    ]);
    expect(configs.map(({ kind, config }) => [kind, config?.length])).toEqual([
      ["audio", undefined],
      ["video", undefined],
      ["audio", 2],
      ["video", avcConfig.record.length],
    ]);
    expect(units.map(({ track, dts }) => [track, dts])).toEqual([
      [256, 5],
      [0, 7],
    ]);
  });

  test("of a codec that isn't taken is refused, header or picture", () => {
    const sink = { takes: new Set(["h264"] as const), configure() {}, write() {} };
    const units = new FlvUnits(sink);
    for (const body of ["\x90hvc1", "\x91hvc1....", "\x92hvc1"]) {
      expect(() => units.video(0, Buffer.from(body, "latin1"))).toThrow(
        "enhanced RTMP video (hvc1) is not supported: publish H.264",
      );
    }
  });
});
