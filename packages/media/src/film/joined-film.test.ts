import { Readable } from "node:stream";
import { expect, test } from "vitest";
import type { VideoConfig } from "../codec/video-config.ts";
import { box, u32 } from "../container/fmp4/boxes.ts";
import { FragmentWriter } from "../container/fmp4/fragment-writer.ts";
import { defaultMediaLimits } from "../port/limits.ts";
import { aacConfig, avcConfig, otherAvcConfig, picture } from "../testing/synthetic-media.ts";
import { boxesIn, childrenOf, contentAt, trackFragments } from "./mp4-boxes.ts";
import { readPlaylist } from "./recorded-playlist.ts";
import { writeFilm } from "./write-film.ts";

const PIECES_BYTES = [1, 7, 1_000_000];
const SOUND = Buffer.from("sound");

/** A file of one fragment: a keyframe of so many bytes, another picture, and sound. */
function recordedFile(config: VideoConfig | undefined, bytes: number) {
  const writer = new FragmentWriter(config !== undefined);
  if (config) writer.setVideoConfig(config);
  writer.setAudioConfig(aacConfig, undefined);
  writer.begin(true);
  if (config)
    for (const [index, keyframe] of [true, false].entries())
      writer.video({
        ...{ dtsMs: index * 40, ptsMs: index * 40, keyframe },
        units: picture(keyframe, bytes),
      });
  writer.audio(0, SOUND);
  writer.flush(80);
  return { file: writer.take(), init: writer.init };
}

async function filmOf(all: readonly ReturnType<typeof recordedFile>[], pieceBytes: number) {
  const stored = new Map<string, Buffer>();
  const lines = all.flatMap(({ file, init }, index) => {
    const { name = "", body = Buffer.alloc(0) } = init ?? {};
    stored.set(name, body).set(`${index}`, file);
    return ["#EXT-X-DISCONTINUITY", `#EXT-X-MAP:URI="${name}"`, "#EXTINF:0.08,", `${index}`];
  });
  const read = async function* (uri: string) {
    const bytes = stored.get(uri) ?? Buffer.alloc(0);
    for (let at = 0; at < bytes.length; at += pieceBytes) yield bytes.subarray(at, at + pieceBytes);
  };
  const made: Buffer[] = [];
  const { files } = await readPlaylist(Readable.from([Buffer.from(lines.join("\n"))]));
  const source = { files, hasVideo: true, read, limits: defaultMediaLimits };
  for await (const bytes of writeFilm(source)) made.push(bytes);
  return Buffer.concat(made);
}

/** The samples of each fragment as its boxes describe them: track, description and bytes. */
function samplesOf(film: Buffer) {
  const samples: { track: number; description: number; timeMs: number; bytes: Buffer }[] = [];
  for (const place of boxesIn(film).filter(({ type }) => type === "moof")) {
    const begin = place.start - 8;
    const moof = film.subarray(begin, place.end);
    const times = trackFragments(moof).map(({ baseTime }) => baseTime);
    const [inside] = boxesIn(moof);
    if (!inside) throw new Error("no moof");
    for (const [index, traf] of childrenOf(moof, inside, "traf").entries()) {
      const header = contentAt(moof, traf, "tfhd");
      const run = contentAt(moof, traf, "trun");
      let at = begin + run.readInt32BE(8);
      const scale = header.readUInt32BE(4) === 1 ? 90_000 : aacConfig.sampleRate;
      for (let sample = 0; sample < run.readUInt32BE(4); sample += 1) {
        const size = run.readUInt32BE(16 + 16 * sample);
        samples.push({
          track: header.readUInt32BE(4),
          description: (header.readUInt32BE(0) & 2) === 0 ? 0 : header.readUInt32BE(8),
          timeMs: Math.round(((times[index] ?? 0) * 1_000) / scale),
          bytes: film.subarray(at, at + size),
        });
        at += size;
      }
    }
  }
  return samples;
}

function unitsOf(bytes: Buffer): number[] {
  const types: number[] = [];
  for (let at = 0; at < bytes.length; at += 4 + bytes.readUInt32BE(at))
    types.push((bytes[at + 4] ?? 0) & 0x1f);
  return types;
}

test.each(PIECES_BYTES)(
  "a size that changes is another description, in pieces of %i",
  async (of) => {
    const film = await filmOf(
      [
        recordedFile(avcConfig, 60),
        recordedFile(otherAvcConfig, 600),
        recordedFile(undefined, 0),
        recordedFile(avcConfig, 61),
      ],
      of,
    );
    const movie = boxesIn(film).find(({ type }) => type === "moov");
    if (!movie) throw new Error("no moov");
    const descriptions = childrenOf(film, movie, "trak").map((track) =>
      contentAt(film, track, "mdia", "minf", "stbl", "stsd").readUInt32BE(4),
    );
    expect(descriptions).toEqual([2, 1]);
    const samples = samplesOf(film);
    const pictures = samples.filter(({ track }) => track === 1);
    expect(pictures.map(({ description }) => description)).toEqual([1, 1, 2, 2, 1, 1]);
    const [sps, pps, key, other] = [7, 8, 5, 1];
    const units = pictures.map(({ bytes }) => unitsOf(bytes));
    expect(units).toEqual(
      Array(3)
        .fill([[sps, pps, key], [other]])
        .flat(),
    );
    expect(pictures.map(({ bytes }) => bytes.length > 600)).toEqual([
      false,
      false,
      true,
      true,
      false,
      false,
    ]);
    const sounds = samples.filter(({ track }) => track === 2);
    expect(sounds.map(({ bytes }) => `${bytes}`)).toEqual(Array(4).fill("sound"));
    const times = sounds.map(({ timeMs }) => timeMs);
    expect(times).toEqual([0, 80, 160, 240]);
  },
);

test("a recording with one description stays as it is", async () => {
  const film = await filmOf([recordedFile(avcConfig, 60), recordedFile(avcConfig, 61)], 100);
  const pictures = samplesOf(film).filter(({ track }) => track === 1);
  expect(pictures.map(({ description }) => description)).toEqual([0, 0, 0, 0]);
  expect(pictures.map(({ bytes }) => unitsOf(bytes))).toEqual([[5], [1], [5], [1]]);
});

test.each([
  ["a track header of four bytes", box("moov", box("trak", box("tkhd", Buffer.alloc(4))))],
  ["a track without a header", box("moov", box("trak"))],
  ["a box that ends after its parent", Buffer.concat([u32(8), Buffer.from("moov"), u32(99)])],
  ["a movie header of two bytes", box("moov", box("mvhd", Buffer.alloc(2)))],
])("an init section with %s is no film's", async (_, body) => {
  const { file } = recordedFile(avcConfig, 60);
  const made = filmOf([{ file, init: { name: "odd", body } }], 1_000);
  await expect(made).rejects.toMatchObject({ name: "MediaError", code: "protocol" });
});

test("a film has a thousand init sections and no more", async () => {
  const { file } = recordedFile(avcConfig, 60);
  const empty = Buffer.alloc(0);
  const many = Array.from({ length: 1_001 }, (_, n) => ({
    file,
    init: { name: `i${n}`, body: empty },
  }));
  await expect(filmOf(many, 1_000)).rejects.toMatchObject({ code: "limit" });
});
