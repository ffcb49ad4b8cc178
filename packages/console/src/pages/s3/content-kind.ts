/** The ways in which an object is shown. */
export interface ContentKind {
  readonly kind: "image" | "video" | "audio" | "text" | "transport-stream" | "unknown";
  /** The type that browsers are given for it. */
  readonly type: string;
}

/** Enough to tell what a file is. */
export const SNIFFED_BYTES = 1_024;
const TS_PACKET_BYTES = 188;
const TS_SYNC = 0x47;

/** Source: MIME Sniffing standard, sections 6.1 and 6.2. A dot stands for any byte. */
const SIGNATURES: readonly (readonly [start: string, kind: ContentKind["kind"], type: string])[] = [
  ["\x89PNG\r\n\x1a\n", "image", "image/png"],
  ["\xff\xd8\xff", "image", "image/jpeg"],
  ["GIF8", "image", "image/gif"],
  ["RIFF....WEBP", "image", "image/webp"],
  ["....ftypavif", "image", "image/avif"],
  ["....ftyp", "video", "video/mp4"],
  ["....styp", "video", "video/mp4"],
  ["\x1a\x45\xdf\xa3", "video", "video/webm"],
  ["RIFF....WAVE", "audio", "audio/wav"],
  ["OggS", "audio", "audio/ogg"],
  ["ID3", "audio", "audio/mpeg"],
  ["fLaC", "audio", "audio/flac"],
];

/**
 * Tells by its first bytes what an object is: uploads often come without a type. Where they say
 * nothing its declared type does. HTML and SVG are text: as pages they would run scripts.
 */
export function contentKind(bytes: Uint8Array, declaredType: string): ContentKind {
  const start = String.fromCharCode(...bytes.subarray(0, 16));
  for (const [signature, kind, type] of SIGNATURES) {
    if (begins(start, signature)) return { kind, type };
  }
  if (bytes[0] === TS_SYNC && bytes[TS_PACKET_BYTES] === TS_SYNC) {
    return { kind: "transport-stream", type: "video/mp2t" };
  }
  if (isText(bytes)) return { kind: "text", type: "text/plain" };
  const [, kind] = /^(image|video|audio)\//.exec(declaredType) ?? [];
  if (kind === "image" || kind === "video" || kind === "audio") return { kind, type: declaredType };
  return { kind: "unknown", type: declaredType };
}

function begins(start: string, signature: string): boolean {
  if (start.length < signature.length) return false;
  return [...signature].every((character, at) => character === "." || character === start[at]);
}

/** UTF-8 without control characters but those that texts have; its last character may be cut. */
function isText(bytes: Uint8Array): boolean {
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes, { stream: true });
    return ![...text].some((character) => character < " " && !"\t\n\r\f\x1b".includes(character));
  } catch {
    return false;
  }
}
