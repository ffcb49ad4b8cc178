import type { AnnouncedMedia, AnnouncedTrack } from "../../port/media-unit.ts";
import type { Amf0Object, Amf0Value } from "./amf0.ts";

const ENCODER_CHARACTERS_MAX = 128;

/**
 * From a data message's values, with or without `@setDataFrame`. Undefined if they are not
 * onMetaData.
 */
export function parseMetadata(values: readonly Amf0Value[]): AnnouncedMedia | undefined {
  const start = values[0] === "@setDataFrame" ? 1 : 0;
  const members = values[start + 1];
  if (values[start] !== "onMetaData" || !(members instanceof Map)) {
    return undefined;
  }
  const encoder: unknown = members.get("encoder");
  return {
    ...videoRates(members),
    audioBitrate: Math.floor(number(members, "audiodatarate", 1e5) * 1_000),
    encoder: typeof encoder === "string" ? cut(encoder) : "",
    further: furtherTracks(members.get("videoTrackIdInfoMap")),
  };
}

/** Rates are announced in kilobits, with fractions of them. */
function videoRates(members: Amf0Object): Omit<AnnouncedTrack, "track"> {
  return {
    frameRate: number(members, "framerate", 240) || number(members, "fps", 240),
    videoBitrate: Math.floor(number(members, "videodatarate", 1e6) * 1_000),
  };
}

/** Source: Enhanced RTMP v2, "Enhancing onMetaData". */
function furtherTracks(infoMap: Amf0Value): AnnouncedTrack[] {
  if (!(infoMap instanceof Map)) {
    return [];
  }
  return [...(infoMap as Amf0Object)].flatMap(([id, members]) =>
    /^[1-9]\d{0,2}$/.test(id) && members instanceof Map
      ? [{ track: Number(id), ...videoRates(members) }]
      : [],
  );
}

function number(members: Amf0Object, name: string, most: number): number {
  const value = members.get(name);
  return typeof value === "number" && value > 0 && value <= most ? value : 0;
}

/** A copy: a part of a string keeps the whole of it, which may be megabytes. */
function cut(text: string): string {
  return Buffer.from(text.slice(0, ENCODER_CHARACTERS_MAX)).toString();
}
