import type { Amf0Value } from "../rtmp/amf0.ts";

/** What an encoder announces about itself in onMetaData. Numbers are 0 and the name empty where it doesn't. */
export interface AnnouncedMetadata {
  readonly frameRate: number;
  /** Bits per second. */
  readonly videoBitrate: number;
  readonly audioBitrate: number;
  readonly encoder: string;
}

export const nothingAnnounced: AnnouncedMetadata = {
  frameRate: 0,
  videoBitrate: 0,
  audioBitrate: 0,
  encoder: "",
};

const ENCODER_CHARACTERS_MAX = 128;

/** From a data message's values, with or without `@setDataFrame`. Undefined if they are not onMetaData. */
export function parseMetadata(values: readonly Amf0Value[]): AnnouncedMetadata | undefined {
  const start = values[0] === "@setDataFrame" ? 1 : 0;
  const members = values[start + 1];
  if (values[start] !== "onMetaData" || !(members instanceof Map)) {
    return undefined;
  }
  const number = (name: string, most: number): number => {
    const value: unknown = members.get(name);
    return typeof value === "number" && value > 0 && value <= most ? value : 0;
  };
  const encoder: unknown = members.get("encoder");
  return {
    // Rates are announced in kilobits, with fractions of them.
    frameRate: number("framerate", 240) || number("fps", 240),
    videoBitrate: Math.floor(number("videodatarate", 1e6) * 1_000),
    audioBitrate: Math.floor(number("audiodatarate", 1e5) * 1_000),
    encoder: typeof encoder === "string" ? cut(encoder) : "",
  };
}

/** A copy: a part of a string keeps the whole of it, which may be megabytes. */
function cut(text: string): string {
  return Buffer.from(text.slice(0, ENCODER_CHARACTERS_MAX)).toString();
}
