import { expect, test } from "vitest";
import { parseAacConfig } from "../../codec/aac-config.ts";
import { avcConfig } from "../../testing/synthetic-media.ts";
import { initSection } from "./init-section.ts";

const CONTAINERS = ["moov", "trak", "mdia", "minf", "dinf", "stbl", "mvex"];
/** Bytes before the boxes within: ISO/IEC 14496-12, 8.5.2 and 8.7.2, 12.1.3 and 12.2.3. */
const HEADS: Readonly<Record<string, number>> = { stsd: 8, dref: 8, avc1: 78, mp4a: 28 };

/** Each box's content, but for the boxes in it, as hexadecimal digits after its path. */
function fieldsOf(bytes: Buffer, path = ""): (readonly [path: string, content: string])[] {
  const fields: (readonly [string, string])[] = [];
  for (let offset = 0; offset < bytes.length; ) {
    const length = bytes.readUInt32BE(offset);
    const type = bytes.toString("latin1", offset + 4, offset + 8);
    const content = bytes.subarray(offset + 8, offset + length);
    const head = CONTAINERS.includes(type) ? 0 : (HEADS[type] ?? content.length);
    const name = `${path}/${type}`;
    if (head > 0) fields.push([name, content.toString("hex", 0, head)]);
    fields.push(...fieldsOf(content.subarray(head), name));
    offset += length;
  }
  return fields;
}

const zeros = (bytes: number) => "00".repeat(bytes);
const MATRIX = `00010000${zeros(12)}00010000${zeros(12)}40000000`;
const hex = (text: string) => Buffer.from(text, "latin1").toString("hex");
const record = avcConfig.record.toString("hex");

const HEADER = [
  ["/ftyp", `${hex("iso6")}00000000${hex("iso6cmfc")}`],
  // Rate 1, full volume, and the id of the track that could come next.
  [
    "/moov/mvhd",
    `${zeros(12)}000003e8${zeros(4)}000100000100${zeros(10)}${MATRIX}${zeros(24)}00000003`,
  ],
];
const location = (media: string) => [
  [`${media}/minf/dinf/dref`, "0000000000000001"],
  // In this very file.
  [`${media}/minf/dinf/dref/url `, "00000001"],
];
const samples = (media: string) => [
  [`${media}/minf/stbl/stts`, zeros(8)],
  [`${media}/minf/stbl/stsc`, zeros(8)],
  [`${media}/minf/stbl/stsz`, zeros(12)],
  [`${media}/minf/stbl/stco`, zeros(8)],
];
const MEDIA = "/moov/trak/mdia";
const ENTRY = `${MEDIA}/minf/stbl/stsd`;
const VIDEO = [
  // Enabled, in the movie; 320x180.
  ["/moov/trak/tkhd", `00000003${zeros(8)}00000001${zeros(24)}${MATRIX}0140000000b40000`],
  [`${MEDIA}/mdhd`, `${zeros(12)}00015f90${zeros(4)}55c40000`],
  [`${MEDIA}/hdlr`, `${zeros(8)}${hex("vide")}${zeros(13)}`],
  [`${MEDIA}/minf/vmhd`, `00000001${zeros(8)}`],
  ...location(MEDIA),
  [ENTRY, "0000000000000001"],
  [
    `${ENTRY}/avc1`,
    `${zeros(6)}0001${zeros(16)}014000b4${"00480000".repeat(2)}${zeros(4)}0001${zeros(32)}0018ffff`,
  ],
  [`${ENTRY}/avc1/avcC`, record],
  ...samples(MEDIA),
];
const sound = (sampling: string, timescale: string, specific: string) => [
  ["/moov/trak/tkhd", `00000003${zeros(8)}00000002${zeros(18)}000101000000${MATRIX}${zeros(8)}`],
  [`${MEDIA}/mdhd`, `${zeros(12)}${timescale}${zeros(4)}55c40000`],
  [`${MEDIA}/hdlr`, `${zeros(8)}${hex("soun")}${zeros(13)}`],
  [`${MEDIA}/minf/smhd`, zeros(8)],
  ...location(MEDIA),
  [ENTRY, "0000000000000001"],
  [`${ENTRY}/mp4a`, `${zeros(6)}0001${zeros(8)}00020010${zeros(4)}${sampling}`],
  // ES_Descriptor, DecoderConfigDescriptor, DecoderSpecificInfo, SLConfigDescriptor.
  [
    `${ENTRY}/mp4a/esds`,
    `${zeros(4)}038080802200020004808080144015${zeros(11)}0580808002${specific}068080800102`,
  ],
  ...samples(MEDIA),
];
const trex = (id: number) => ["/moov/mvex/trex", `${zeros(4)}0000000${id}00000001${zeros(12)}`];

test.each([
  ["both", avcConfig, "1190", [...VIDEO, ...sound("bb800000", "0000bb80", "1190")], [1, 2]],
  ["a picture alone", avcConfig, undefined, VIDEO, [1]],
  ["sound alone", undefined, "1190", sound("bb800000", "0000bb80", "1190"), [2]],
  // 96 kHz don't fit into the sample entry.
  ["sound of 96 kHz", undefined, "1010", sound("00000000", "00017700", "1010"), [2]],
])("every field of the header of %s is the standard's", (_, video, aac, tracks, ids) => {
  const audio = aac === undefined ? undefined : parseAacConfig(Buffer.from(aac, "hex"));
  const { name, body } = initSection({ video, audio });
  expect(fieldsOf(body)).toEqual([...HEADER, ...tracks, ...ids.map(trex)]);
  expect(name).toMatch(/^init-[0-9a-f]{12}\.mp4$/);
  expect(initSection({ video, audio }).name).toBe(name);
});
