import { describe, expect, test } from "vitest";
import { crc32Mpeg } from "./crc32.ts";
import { readProgramAssociation, readProgramMap } from "./program-map.ts";
import { programAssociationPacket, programMapPacket, type Tracks } from "./program-tables.ts";

const ID3 = `ffff${Buffer.from("ID3 ").toString("hex")}`;
const META = `${ID3}ff${Buffer.from("ID3 ").toString("hex")}00`;

/** The section in a packet, without its CRC; throws where one of their fixed fields is wrong. */
function sectionOf(packet: Buffer, pid: number): string {
  const length = 3 + (packet.readUInt16BE(6) & 0xfff);
  const section = packet.subarray(5, 5 + length);
  expect(packet.toString("hex", 0, 5)).toBe(`47${(0x4000 | pid).toString(16)}1000`);
  expect(packet.subarray(5 + length)).toEqual(Buffer.alloc(188 - 5 - length, 0xff));
  expect(crc32Mpeg(section)).toBe(0);
  return section.toString("hex", 0, length - 4);
}

/** Every field of ISO/IEC 13818-1, 2.4.4.3 and 2.4.4.8, and every descriptor with its length. */
test("program tables say what is in the stream, field by field", () => {
  expect(sectionOf(programAssociationPacket(), 0)).toBe("00b00d0001c100000001f000");
  const rows: readonly [Tracks, version: number, section: string][] = [
    [{ video: true, audio: false }, 0, "02b0120001c10000e100f0001be100f000"],
    [{ video: false, audio: true }, 1, "02b0120001c30000e101f0000fe101f000"],
    [{ video: true, audio: true }, 31, "02b0170001ff0000e100f0001be100f0000fe101f000"],
    [
      { video: true, audio: true, metadata: true },
      32,
      `02b03c0001c10000e100f011250f${META}1f00011be100f0000fe101f00015e102f00f260d${META}0f`,
    ],
  ];
  for (const [tracks, version, section] of rows)
    expect(sectionOf(programMapPacket(tracks, version), 0x1000)).toBe(section);
});

const table = (id: number, fields: string, flags = 0xc1) =>
  Buffer.concat([
    Buffer.of(id, 0, 0, 0, 0, flags, 0, 0),
    Buffer.from(fields, "hex"),
    Buffer.alloc(4),
  ]);

describe("a program association", () => {
  test.each([
    ["one program", table(0, "0001e100"), 0x100],
    ["the network's information before it", table(0, "0000e0100002ffff"), 0x1fff],
    ["a program whose number has a low byte of 0", table(0, "0100e123"), 0x123],
    ["nothing", table(0, ""), undefined],
    ["the network's information alone", table(0, "0000e010"), undefined],
    ["a program that is cut short", table(0, "0000e0100001e1"), undefined],
    ["another table", table(1, "0001e100"), undefined],
    ["a table of later", table(0, "0001e100", 0xc0), undefined],
    ["less than a header", Buffer.alloc(11), undefined],
  ])("of %s", (_, section, pid) => {
    expect(readProgramAssociation(section)).toBe(pid);
  });
});

const map = (...streams: readonly string[]) => table(2, `e100f000${streams.join("")}`);
const stream = (type: string, pid: string, descriptors = "") =>
  `${type}${pid}f0${(descriptors.length / 2).toString(16).padStart(2, "0")}${descriptors}`;
const registered = (name: string) => `0504${Buffer.from(name, "latin1").toString("hex")}`;
const AVC = stream("1b", "e100");
const AAC = stream("0f", "e101");

describe("a program map", () => {
  test.each([
    ["both", map(AVC, AAC), { videoPid: 0x100, audioPid: 0x101 }],
    ["both, the other way round", map(AAC, AVC), { videoPid: 0x100, audioPid: 0x101 }],
    ["sound alone", map(AAC), { videoPid: undefined, audioPid: 0x101 }],
    ["two of each", map(AVC, AAC, stream("1b", "e200")), { videoPid: 0x100, audioPid: 0x101 }],
    ["nothing", map(), { videoPid: undefined, audioPid: undefined }],
    ["no field at all", table(2, ""), { videoPid: undefined, audioPid: undefined }],
    [
      "descriptors of the program",
      table(2, `e100f004${"aa02bbcc"}${AVC}`),
      { videoPid: 0x100, audioPid: undefined },
    ],
    [
      "descriptors of a stream",
      map(stream("1b", "ffff", `0a04656e6700${registered("HDMV")}`), AAC),
      { videoPid: 0x1fff, audioPid: 0x101 },
    ],
    [
      "H.264 beside H.265",
      map(stream("24", "e105"), AVC),
      { videoPid: 0x100, audioPid: undefined },
    ],
    ["AAC beside AC-3", map(stream("81", "e105"), AAC), { videoPid: undefined, audioPid: 0x101 }],
    [
      "private data of no kind",
      map(stream("06", "e105")),
      { videoPid: undefined, audioPid: undefined },
    ],
    [
      "a name outside private data",
      map(stream("05", "e105", registered("Opus"))),
      { videoPid: undefined, audioPid: undefined },
    ],
    [
      "AC-3's descriptor outside private data",
      map(stream("05", "e105", "6a0100")),
      { videoPid: undefined, audioPid: undefined },
    ],
    [
      "a stream that is cut short",
      map(AAC, AVC.slice(0, 8)),
      { videoPid: undefined, audioPid: 0x101 },
    ],
    ["another table", table(3, `e100f000${AVC}`), undefined],
    ["a table of later", table(2, `e100f000${AVC}`, 0xc0), undefined],
  ])("of %s", (_, section, program) => {
    expect(readProgramMap(section)).toEqual(program);
  });

  test.each([
    ["video-codec", "video in MPEG-1 video", stream("01", "e100")],
    ["video-codec", "video in MPEG-2 video", stream("02", "e100")],
    ["video-codec", "video in MPEG-4 part 2 video", stream("10", "e100")],
    ["video-codec", "video in JPEG 2000", stream("21", "e100")],
    ["video-codec", "video in HEVC", stream("24", "e100")],
    ["video-codec", "video in VVC", stream("33", "e100")],
    ["video-codec", "video in HEVC", stream("06", "e100", registered("HEVC"))],
    ["video-codec", "video in AV01", stream("06", "e100", registered("AV01"))],
    ["video-codec", "video in VVC", stream("06", "e100", registered("VVC "))],
    ["unsupported-media", "audio in MPEG-1 audio", stream("03", "e101")],
    ["unsupported-media", "audio in MPEG-2 audio", stream("04", "e101")],
    ["unsupported-media", "audio in AAC in LATM", stream("11", "e101")],
    ["unsupported-media", "audio in AC-3", stream("81", "e101")],
    ["unsupported-media", "audio in E-AC-3", stream("87", "e101")],
    ["unsupported-media", "audio in AC-3", stream("06", "e101", "6a0100")],
    ["unsupported-media", "audio in AC-3", stream("06", "e101", "0a04656e67007a0100")],
    ["unsupported-media", "audio in Opus", stream("06", "e101", registered("Opus"))],
    ["unsupported-media", "audio in AC-3", stream("06", "e101", registered("AC-3"))],
    ["unsupported-media", "audio in EAC3", stream("06", "e101", registered("EAC3"))],
  ])("with nothing but this is refused: %s, %s", (code, message, only) => {
    const other = code === "video-codec" ? AAC : AVC;
    for (const section of [map(only), map(only, other), map(other, only)])
      expect(() => readProgramMap(section)).toThrow(
        expect.objectContaining({ code, message: expect.stringContaining(`${message} is not`) }),
      );
  });
});
