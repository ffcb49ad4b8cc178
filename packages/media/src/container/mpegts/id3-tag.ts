/** Header of an ID3v2.4 tag and of a frame in it: identifier, size, flags. */
const HEADER_BYTES = 10;
const UTF_8 = 3;
/** ID3v2.4, section 4.2.6: the "user defined text information frame", a T and three times X. */
const USER_TEXT_FRAME = Buffer.of(0x54, 0x58, 0x58, 0x58);

/**
 * An ID3v2.4 tag with one user text frame that has no description: how timed metadata
 * travels. Sizes are "syncsafe": seven bits a byte.
 */
export function id3TextTag(text: string): Buffer {
  // Encoding, the empty description's end, the text and its end.
  const content = Buffer.concat([Buffer.of(UTF_8, 0), Buffer.from(text), Buffer.of(0)]);
  const frame = Buffer.concat([
    USER_TEXT_FRAME,
    syncsafe(content.length),
    Buffer.of(0, 0),
    content,
  ]);
  const head = Buffer.concat([Buffer.from("ID3"), Buffer.of(4, 0, 0), syncsafe(frame.length)]);
  return Buffer.concat([head, frame], HEADER_BYTES + frame.length);
}

function syncsafe(value: number): Buffer {
  return Buffer.of((value >> 21) & 0x7f, (value >> 14) & 0x7f, (value >> 7) & 0x7f, value & 0x7f);
}
