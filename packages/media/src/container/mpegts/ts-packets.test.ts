import { describe, expect, test } from "vitest";
import { MediaError } from "../../port/media-error.ts";
import { programAssociationPacket, programMapPacket } from "./program-tables.ts";
import { TsDemuxer } from "./ts-demuxer.ts";

interface PacketFields {
  readonly pid?: number;
  readonly counter: number;
  readonly starts?: boolean;
  /** Content of the adaptation field after its length; undefined where there is none. */
  readonly adaptation?: Buffer;
  readonly payload?: Buffer;
  readonly isDamaged?: boolean;
  readonly isScrambled?: boolean;
}

const AUDIO = 0x101;

/** A packet of ISO/IEC 13818-1, 2.4.3.2. */
function packet({ pid = AUDIO, counter, starts = false, ...given }: PacketFields): Buffer {
  const { adaptation, payload, isDamaged = false, isScrambled = false } = given;
  const bytes = Buffer.alloc(188, 0xff);
  const flags = (adaptation === undefined ? 0 : 0x20) | (payload === undefined ? 0 : 0x10);
  bytes.writeUInt8(0x47, 0);
  bytes.writeUInt16BE((isDamaged ? 0x8000 : 0) | (starts ? 0x4000 : 0) | pid, 1);
  bytes.writeUInt8((isScrambled ? 0x80 : 0) | flags | counter, 3);
  if (adaptation !== undefined) {
    bytes.writeUInt8(adaptation.length, 4);
    adaptation.copy(bytes, 5);
  }
  payload?.copy(bytes, 188 - payload.length);
  return bytes;
}

const stuffing = (bytes: number) => Buffer.concat([Buffer.of(0), Buffer.alloc(bytes - 1, 0xff)]);
/** Fills a packet with so much payload, behind stuffing. */
const filled = (fields: Omit<PacketFields, "adaptation">, payload: Buffer) =>
  packet({ ...fields, payload, adaptation: stuffing(183 - payload.length) });

/** A PES packet with a time, that says its length. */
function pes(body: Buffer): Buffer {
  const head = Buffer.from("000001c000008080052100010001", "hex");
  head.writeUInt16BE(8 + body.length, 4);
  return Buffer.concat([head, body]);
}

function demux(...packets: readonly Buffer[]) {
  const units: string[] = [];
  let lost = 0;
  const demuxer = new TsDemuxer({
    unitBytesMax: 10_000,
    onProgram: () => undefined,
    onVideo: () => units.push("video"),
    onAudio: ({ payload }) => units.push(payload.toString("hex")),
    onAudioLost: () => {
      lost += 1;
    },
  });
  demuxer.push(programAssociationPacket());
  demuxer.push(programMapPacket({ video: false, audio: true }, 0));
  for (const bytes of packets) demuxer.push(bytes);
  return { units, lost };
}

const LONG = Buffer.alloc(184 + 14, 0x5a);
const whole = pes(LONG.subarray(14));
const first = packet({ counter: 3, starts: true, payload: whole.subarray(0, 184) });
const second = filled({ counter: 4 }, whole.subarray(184));
const OK = { units: [LONG.subarray(14).toString("hex")], lost: 0 };

describe("a unit over two packets", () => {
  const clock = (flags: number) =>
    Buffer.concat([Buffer.of(flags), Buffer.alloc(6, 1), Buffer.alloc(176, 0xff)]);
  test.each([
    ["alone", [first, second], OK],
    ["each twice", [first, first, second, second], OK],
    [
      "around a packet without payload",
      [first, packet({ counter: 3, adaptation: clock(0) }), second],
      OK,
    ],
    [
      "around one whose number nobody counts",
      [first, packet({ counter: 9, adaptation: clock(0x10) }), second],
      OK,
    ],
    [
      "around one of another PID",
      [first, packet({ pid: 0x1ff0, counter: 0, payload: Buffer.of(1) }), second],
      OK,
    ],
    [
      "around a damaged one",
      [first, packet({ counter: 4, payload: Buffer.of(1), isDamaged: true }), second],
      OK,
    ],
    [
      "around a scrambled one",
      [first, packet({ counter: 4, payload: Buffer.of(1), isScrambled: true }), second],
      OK,
    ],
    [
      "with a break that is said",
      [
        first,
        packet({
          counter: 9,
          payload: whole.subarray(184),
          adaptation: Buffer.concat([Buffer.of(0x80), Buffer.alloc(168, 0xff)]),
        }),
      ],
      OK,
    ],
    [
      "with the wrong number",
      [first, filled({ counter: 5 }, whole.subarray(184))],
      { units: [], lost: 1 },
    ],
    [
      "with a byte before each",
      [Buffer.concat([Buffer.of(0), first, Buffer.of(1, 2), second])],
      OK,
    ],
    ["cut anywhere", [first.subarray(0, 100), Buffer.concat([first.subarray(100), second])], OK],
  ])("%s", (_, packets, expected) => {
    expect(demux(...packets)).toEqual(expected);
  });

  test("whose numbers wrap", () => {
    const packets = Array.from({ length: 34 }, (_, index) => {
      const counter = (14 + index) & 15;
      const starts = index % 2 === 0;
      return starts
        ? packet({ counter, starts, payload: whole.subarray(0, 184) })
        : filled({ counter }, whole.subarray(184));
    });
    expect(demux(...packets)).toEqual({ units: Array(17).fill(OK.units[0]), lost: 0 });
  });
});

test("64 KiB without a packet are no transport stream", () => {
  const noise = (bytes: number) => () => demux(Buffer.alloc(bytes, 1));
  expect(noise(64 * 1024)).not.toThrow();
  expect(noise(64 * 1024 + 1)).toThrow(
    new MediaError("protocol", "this is not an MPEG transport stream"),
  );
});
