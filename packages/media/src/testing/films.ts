import { readFile } from "node:fs/promises";
import { MESSAGE } from "../transport/rtmp/message-type.ts";
import { encodedFilm } from "./encoded-film.ts";
import { type FlvTag, readFlv } from "./flv-file.ts";

const ENCODER = {
  h264: ["-c:v", "libx264", "-g", "60", "-sc_threshold", "0"],
  // Open GOPs, as x265 makes them: a keyframe isn't the first picture that is shown.
  hevc: ["-c:v", "libx265", "-x265-params", "keyint=60:min-keyint=60:scenecut=0:log-level=error"],
} as const;

export type FilmName = `${keyof typeof ENCODER} ${number}`;

/**
 * Films of so many lines in the codecs asked for, all of the same pictures at 30 frames per second,
 * with a tone.
 */
export async function encodeFilms(
  names: readonly FilmName[],
  seconds: number,
  tone: readonly string[] = [],
): Promise<Map<string, FlvTag[]>> {
  const films = await Promise.all(
    names.map(async (name): Promise<[string, FlvTag[]]> => {
      const [codec, height] = name.split(" ") as [keyof typeof ENCODER, string];
      const file = await encodedFilm([
        ...["-f", "lavfi", "-i", `testsrc2=size=320x180:rate=30:duration=${seconds}`],
        ...["-f", "lavfi", "-i", `sine=frequency=440:sample_rate=48000:duration=${seconds}`],
        ...["-vf", `scale=-2:${height}`, ...ENCODER[codec], "-preset", "ultrafast"],
        ...["-pix_fmt", "yuv420p", "-bf", "2", "-c:a", "aac", ...tone],
      ]);
      return [name, readFlv(await readFile(file))];
    }),
  );
  return new Map(films);
}

/** As OBS sends track 1 and those after it: multitrack, one track a message. */
export function asTrack(track: number, { body, ...tag }: FlvTag): FlvTag {
  const first = body.readUInt8(0);
  const isEnhanced = first >= 0x80;
  const packetType = isEnhanced ? first & 0x0f : body.readUInt8(1);
  const head = Buffer.concat([
    Buffer.of(0x80 | (first & 0x70) | 6, packetType),
    isEnhanced ? body.subarray(1, 5) : Buffer.from("avc1"),
    Buffer.of(track),
  ]);
  // AVC's sequence header has a composition time in plain FLV.
  const rest = body.subarray(!isEnhanced && packetType === 1 ? 2 : 5);
  return { ...tag, body: Buffer.concat([head, rest]) };
}

const isConfig = ({ body, type }: FlvTag): boolean => {
  const first = body.readUInt8(0);
  const packetType = first >= 0x80 && (first & 0x0f) !== 6 ? first & 0x0f : (body[1] ?? 1);
  return type !== MESSAGE.audio && (packetType & 0x0f) === 0;
};

/**
 * One film with all of its tags and the pictures of the further ones, in the order of their times
 * and sequence headers before all frames; `furtherFirst`: of equal times those of further tracks
 * come first.
 */
export function interleave(
  [first = [], ...further]: readonly FlvTag[][],
  furtherFirst = false,
): FlvTag[] {
  const others = further.flatMap((film, index) =>
    film.filter(({ type }) => type === MESSAGE.video).map((tag) => asTrack(index + 1, tag)),
  );
  const tags = furtherFirst ? [...others, ...first] : [...first, ...others];
  return tags.toSorted(
    (a, b) => a.timestampMs - b.timestampMs || Number(isConfig(b)) - Number(isConfig(a)),
  );
}
