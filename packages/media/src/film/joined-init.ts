import { splitAnnexB } from "../codec/annex-b.ts";
import { parseAvcConfig } from "../codec/avc-config.ts";
import { parseHevcConfig } from "../codec/hevc-config.ts";
import { box, fullBox, u32 } from "../container/fmp4/boxes.ts";
import { MediaError } from "../port/media-error.ts";
import { type BoxPlace, boxesIn, childrenOf, contentAt, whole } from "./mp4-boxes.ts";

const STSD_PATH = ["mdia", "minf", "stbl", "stsd"] as const;
const STSD_HEAD_BYTES = 8;
/** A box's head and the fields of a VisualSampleEntry (ISO/IEC 14496-12, 12.1.3). */
const PICTURE_ENTRY_BYTES = 8 + 78;

/** Facts of one of several init sections that the fragments after it need in the joined film. */
export interface InitUse {
  /** The sample description (`stsd`) of each track, counted from 1, by the track's id. */
  readonly descriptions: ReadonlyMap<number, number>;
  /** The track of its pictures, and their parameter sets as samples carry them. */
  readonly pictures: { readonly trackId: number; readonly sets: Buffer } | undefined;
}

export interface JoinedInit {
  readonly init: Buffer;
  readonly timescales: ReadonlyMap<number, number>;
  /** In the order of the init sections; undefined where there was one alone. */
  readonly uses: readonly InitUse[] | undefined;
}

/** A track of an init section. */
interface Track {
  readonly id: number;
  readonly place: BoxPlace;
  readonly init: Buffer;
  readonly handler: string;
  readonly timescale: number;
  /** Its sample entry, a whole box. */
  readonly entry: Buffer;
}

interface JoinedTrack extends Track {
  readonly entries: Buffer[];
  /** The number of each entry, by its bytes. */
  readonly numbers: Map<string, number>;
}

/**
 * Makes one init section of those of a recording, whose tracks have all their sample descriptions.
 * Throws MediaError `unsupported-media` for tracks that one film can't have.
 */
export function joinInits(inits: readonly Buffer[]): JoinedInit {
  const [first = Buffer.alloc(0)] = inits;
  const tracks = new Map<number, JoinedTrack>();
  const uses = inits.map((init): InitUse => {
    const own = tracksOf(init);
    const descriptions = new Map(own.map((track) => [track.id, add(tracks, track)]));
    const pictures = own.find(({ handler }) => handler === "vide");
    const sets = pictures && parameterSets(pictures.entry);
    return { descriptions, pictures: sets && pictures && { trackId: pictures.id, sets } };
  });
  const timescales = new Map([...tracks].map(([id, { timescale }]) => [id, timescale]));
  if (inits.length === 1) return { init: first, timescales, uses: undefined };
  return { init: joined(first, [...tracks.values()]), timescales, uses };
}

/** Adds a track, or its sample entry to the track of its id; returns the entry's number. */
function add(tracks: Map<number, JoinedTrack>, track: Track): number {
  const before = tracks.get(track.id);
  if (before === undefined) {
    const numbers = new Map([[track.entry.toString("latin1"), 1]]);
    tracks.set(track.id, { ...track, entries: [track.entry], numbers });
    return 1;
  }
  const bytes = track.entry.toString("latin1");
  const known = before.numbers.get(bytes);
  if (known !== undefined) return known;
  // Players read the pictures' settings with the pictures; those of sound they read once.
  const isJoined = track.handler === "vide" && typeOf(before.entry) === typeOf(track.entry);
  if (!isJoined || before.handler !== "vide" || before.timescale !== track.timescale) {
    const what = track.handler === "vide" ? "codec" : "sound settings";
    throw new MediaError(
      "unsupported-media",
      `the encoder's ${what} changed during this recording: one MP4 file can't hold both parts`,
    );
  }
  before.numbers.set(bytes, before.entries.push(track.entry));
  return before.entries.length;
}

function tracksOf(init: Buffer): readonly Track[] {
  const movies = boxesIn(init).filter(({ type }) => type === "moov");
  return movies
    .flatMap((movie) => childrenOf(init, movie, "trak"))
    .map((place) => {
      const header = contentAt(init, place, "tkhd");
      const media = contentAt(init, place, "mdia", "mdhd");
      const descriptions = contentAt(init, place, ...STSD_PATH);
      const [entry] = boxesIn(descriptions, STSD_HEAD_BYTES);
      if (entry === undefined)
        throw new MediaError("protocol", "a track has no sample description");
      return {
        // Version 1 has times of 64 bits before them.
        id: header.readUInt32BE(header[0] === 1 ? 20 : 12),
        timescale: media.readUInt32BE(media[0] === 1 ? 20 : 12),
        handler: contentAt(init, place, "mdia", "hdlr").toString("latin1", 8, 12),
        entry: whole(descriptions, entry),
        ...{ place, init },
      };
    });
}

/** Each after its length; undefined for pictures of another codec. */
function parameterSets(entry: Buffer): Buffer | undefined {
  const children = boxesIn(entry, PICTURE_ENTRY_BYTES);
  const found = children.find(({ type }) => type === "avcC" || type === "hvcC");
  if (found === undefined) return undefined;
  const record = entry.subarray(found.start, found.end);
  const parse = found.type === "avcC" ? parseAvcConfig : parseHevcConfig;
  const sets = splitAnnexB(parse(record).parameterSets);
  return Buffer.concat(sets.flatMap((set) => [u32(set.length), set]));
}

function joined(first: Buffer, tracks: readonly JoinedTrack[]): Buffer {
  return Buffer.concat(
    boxesIn(first).map((place) => {
      if (place.type !== "moov") return whole(first, place);
      const header = childrenOf(first, place, "mvhd").map((child) => whole(first, child));
      const defaults = tracks.map(({ id }) => fullBox("trex", 0, 0, u32(id, 1, 0, 0, 0)));
      return box("moov", ...header, ...tracks.map(withEntries), box("mvex", ...defaults));
    }),
  );
}

/** The track's box with all its sample entries. */
function withEntries({ init, place, entries }: JoinedTrack): Buffer {
  const replaced = (parent: BoxPlace, [next, ...path]: readonly string[]): Buffer => {
    if (next === undefined) return fullBox("stsd", 0, 0, u32(entries.length), ...entries);
    const children = boxesIn(init, parent.start, parent.end).map((child) =>
      child.type === next ? replaced(child, path) : whole(init, child),
    );
    return box(parent.type, ...children);
  };
  return replaced(place, STSD_PATH);
}

function typeOf(entry: Buffer): string {
  return entry.toString("latin1", 4, 8);
}
