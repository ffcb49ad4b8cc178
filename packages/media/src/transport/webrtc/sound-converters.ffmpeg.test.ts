import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";
import { ADTS_HEADER_BYTES, parseAacConfig, writeAdtsHeader } from "../../codec/aac-config.ts";
import { AdtsFrames } from "../../container/mpegts/adts-frames.ts";
import { OggOpusWriter } from "../../container/ogg/ogg-opus.ts";
import { OggPackets } from "../../container/ogg/ogg-packets.ts";
import { MediaError } from "../../port/media-error.ts";
import { AacToOpus } from "./forward/aac-to-opus.ts";
import { OpusToAac } from "./publisher/opus-to-aac.ts";

const CLOCK_HZ = 48_000;
const OPUS_SAMPLES = 960;
const AAC_SAMPLES = 1_024;
const CHANNELS = 2;
/** AAC-LC of 48 kHz in stereo. */
const CONFIG = parseAacConfig(Buffer.from("1190", "hex"));
/** OpusHead and OpusTags. */
const HEADS = 2;
/** In OpusHead, after its page's header (RFC 7845). */
const PRE_SKIP_AT = 28 + 10;
const PACKETS_OF_A_STEP = 5;
/** More than codecs smear a click by, and less than a frame. */
const TOLERANCE_SAMPLES = CLOCK_HZ / 100;
/** Two seconds of silence, with a click in the middle. */
const CLICK = "aevalsrc=if(between(t\\,1\\,1.002)\\,0.9*sin(6283*t)\\,0):s=48000:d=2";

function encode(...output: readonly string[]): Buffer {
  const input = ["-loglevel", "error", "-f", "lavfi", "-i", CLICK, "-ac", "2"];
  return execFileSync("ffmpeg", [...input, ...output, "pipe:1"], { timeout: 20_000 });
}

/** The first loud sample of what ffmpeg decodes. */
function clickIn(input: Buffer): number {
  const args = ["-loglevel", "error", "-i", "pipe:0", "-f", "s16le", "-ac", "1", "pipe:1"];
  const raw = execFileSync("ffmpeg", args, { input, timeout: 20_000 });
  for (let at = 0; at < raw.length; at += 2)
    if (Math.abs(raw.readInt16LE(at)) > 8_000) return at / 2;
  throw new Error("there is no click");
}

test("a click is heard in AAC when it was in Opus, and sound doesn't pile up", async () => {
  const source = encode("-c:a", "libopus", "-f", "ogg");
  const clickAt = clickIn(source) + source.readUInt16LE(PRE_SKIP_AT);
  const packets = new OggPackets().read(source).slice(HEADS);
  const frames: Buffer[] = [];
  let first: number | undefined;
  const failures: unknown[] = [];
  const converter = new OpusToAac({
    ffmpeg: "ffmpeg",
    onFrame: ({ ticks, data }) => {
      first ??= ticks;
      frames.push(adts(data));
    },
    onFailed: (error) => failures.push(error),
  });
  let written = 0;
  const write = (packet: Buffer) => converter.write(packet, written++ * OPUS_SAMPLES);
  try {
    packets.forEach(write);
    // A step after that one gets all that the first became.
    const isAll = () => {
      for (let more = 0; more < PACKETS_OF_A_STEP; more++) write(packets[0] ?? Buffer.alloc(0));
      return frames.length * AAC_SAMPLES > packets.length * OPUS_SAMPLES;
    };
    await expect.poll(isAll, { interval: 200, timeout: 4_000 }).toBe(true);
    const taken = written;
    await converter.finish();
    write(packets[0] ?? Buffer.alloc(0));
    // The last step, which isn't full, and what the encoder had still to give.
    expect(frames.length * AAC_SAMPLES).toBeGreaterThanOrEqual(taken * OPUS_SAMPLES);
    expect(frames.length * AAC_SAMPLES).toBeLessThan((taken + 1) * OPUS_SAMPLES + 3 * AAC_SAMPLES);
  } finally {
    converter.close();
  }
  expect(failures).toEqual([]);
  const heardAt = clickIn(Buffer.concat(frames)) + (first ?? Number.NaN);
  expect(Math.abs(heardAt - clickAt)).toBeLessThan(TOLERANCE_SAMPLES);
});

test("what refuses the last sound is reported", async () => {
  const failures: unknown[] = [];
  const refusal = new MediaError("protocol", "no more sound is taken");
  const converter = new OpusToAac({
    ffmpeg: "ffmpeg",
    onFrame: () => {
      throw refusal;
    },
    onFailed: (error) => failures.push(error),
  });
  const packets = new OggPackets().read(encode("-c:a", "libopus", "-f", "ogg")).slice(HEADS);
  // Less than a step: nothing of it comes out before the end.
  for (const [at, packet] of packets.slice(0, 3).entries()) {
    converter.write(packet, at * OPUS_SAMPLES);
  }
  await converter.finish();
  expect(failures).toEqual([refusal]);
});

test("a click is heard in Opus when it was in AAC", async () => {
  const source = encode("-c:a", "aac", "-f", "adts");
  const packets: Buffer[] = [];
  let first: number | undefined;
  const failures: unknown[] = [];
  const converter = new AacToOpus({
    ffmpeg: "ffmpeg",
    config: CONFIG,
    onPacket: ({ ticks, packet }) => {
      first ??= ticks;
      packets.push(packet);
    },
    onFailed: (error) => failures.push(error),
  });
  const frames = new AdtsFrames(CLOCK_HZ).read(source, 0);
  try {
    for (const { data, ticks } of frames) converter.write(data, ticks);
    const isClickOut = () => packets.length * OPUS_SAMPLES > 1.5 * CLOCK_HZ;
    await expect.poll(isClickOut, { timeout: 20_000 }).toBe(true);
  } finally {
    converter.close();
  }
  expect(failures).toEqual([]);
  const ogg = new OggOpusWriter();
  const head = ogg.head(CHANNELS);
  const pages = packets.map((packet, at) => ogg.packet(packet, (at + 1) * OPUS_SAMPLES));
  const heardAt = clickIn(Buffer.concat([head, ...pages])) + (first ?? Number.NaN);
  expect(Math.abs(heardAt - clickIn(source))).toBeLessThan(TOLERANCE_SAMPLES);
});

function adts(frame: Buffer): Buffer {
  const bytes = Buffer.alloc(ADTS_HEADER_BYTES + frame.length);
  writeAdtsHeader(CONFIG, frame.length, bytes, 0);
  frame.copy(bytes, ADTS_HEADER_BYTES);
  return bytes;
}
