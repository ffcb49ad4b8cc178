import { describe, expect, test } from "vitest";
import {
  audioBody,
  audioConfigBody,
  videoBody,
  videoConfigBody,
} from "../../testing/synthetic-media.ts";
import { parseAudioTag } from "./audio-tag.ts";
import { parseVideoTags } from "./video-tag.ts";

const MODIFIER = 7;
const nanoseconds = Buffer.of(2, 0x00, 0x03, 0xe8);
const long = Buffer.concat([Buffer.of(0xff, 0x01, 0x00), Buffer.alloc(257, 0xaa)]);

/** An FLV body in enhanced RTMP's form, behind modifiers. */
function enhanced(
  flags: number,
  codec: string,
  rest: Buffer,
  modifiers: readonly Buffer[],
): Buffer {
  const types = [...modifiers.map(() => MODIFIER), rest.readUInt8(0)];
  return Buffer.concat([
    Buffer.of(flags | (types[0] ?? 0)),
    ...modifiers.flatMap((modifier, index) => [modifier, Buffer.of(types[index + 1] ?? 0)]),
    Buffer.from(codec, "latin1"),
    rest.subarray(1),
  ]);
}

describe("modifiers before an enhanced packet are skipped", () => {
  test.for([
    ["none", []],
    ["nanoseconds", [nanoseconds]],
    ["several, one of them long", [nanoseconds, long]],
  ] as const)("%s", ([, modifiers]) => {
    for (const body of [videoBody(true), videoConfigBody()]) {
      // A sequence header has no composition time there.
      const rest = Buffer.concat([body.subarray(1, 2), body.subarray(body[1] === 0 ? 5 : 2)]);
      expect(parseVideoTags(enhanced(0x90, "avc1", rest, modifiers))).toEqual(parseVideoTags(body));
    }
    for (const body of [audioBody, audioConfigBody]) {
      const rest = body.subarray(1);
      expect(parseAudioTag(enhanced(0x90, "mp4a", rest, modifiers))).toEqual(parseAudioTag(body));
    }
  });

  test("one that is cut short is an error of the protocol", () => {
    const body = enhanced(0x90, "avc1", videoBody(true).subarray(1), [long]).subarray(0, 40);
    expect(() => parseVideoTags(body)).toThrow("a message of video is cut short");
    expect(() => parseAudioTag(body)).toThrow("a message of audio is cut short");
  });

  test("more than anybody sends are an error", () => {
    const body = enhanced(0x90, "avc1", videoBody(true).subarray(1), Array(17).fill(nanoseconds));
    expect(() => parseVideoTags(body)).toThrow("a packet has more than 16 modifiers");
    expect(() => parseAudioTag(body)).toThrow("a packet has more than 16 modifiers");
  });
});

test.for([
  [15, true],
  [16, false],
] as const)("whether a track behind %i others is read: %s", ([others, isRead]) => {
  /** A message of empty tracks that ends in the middle of one. */
  const cutShort = (type: number, packet: number, codec: string) =>
    Buffer.concat([
      Buffer.of(0x90 | type, 0x10 | packet),
      Buffer.from(codec, "latin1"),
      Buffer.alloc(4 * others, Buffer.of(1, 0, 0, 0)),
      Buffer.of(1, 0, 0, 9),
    ]);
  const parses = [
    () => parseVideoTags(cutShort(6, 4, "avc1")),
    () => parseAudioTag(cutShort(5, 1, "mp4a")),
  ];
  for (const parse of parses) {
    if (isRead) {
      expect(parse).toThrow("is cut short");
    } else {
      expect(parse).not.toThrow();
    }
  }
});
