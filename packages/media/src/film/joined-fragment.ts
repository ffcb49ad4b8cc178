import { box, u32 } from "../container/fmp4/boxes.ts";
import { MediaError } from "../port/media-error.ts";
import type { InitUse } from "./joined-init.ts";
import { type BoxPlace, boxesIn, whole } from "./mp4-boxes.ts";

const HEAD_BYTES = 8;
const DESCRIPTION_BYTES = 4;
/** tfhd (ISO/IEC 14496-12, 8.8.7): after the track's id. */
const HAS_BASE = 0x1;
const HAS_DESCRIPTION = 0x2;
/** trun (8.8.8): after the number of samples, then in each sample. */
const HAS_OFFSET = 0x1;
const HAS_FIRST_FLAGS = 0x4;
const HAS_DURATION = 0x100;
const HAS_SIZE = 0x200;
const RUN_OFFSET_AT = 8;

export interface JoinedFragment {
  readonly moof: Buffer;
  /** The beginning of the pictures' first sample, and its place in the content of the `mdat`. */
  readonly insertion: { readonly at: number; readonly bytes: Buffer } | undefined;
}

/**
 * A fragment that names its sample descriptions, and whose pictures begin with their parameter
 * sets: many players read fragments' descriptions from the first init section alone.
 */
export function joinedFragment(moof: Buffer, { descriptions, pictures }: InitUse): JoinedFragment {
  const [movie] = boxesIn(moof);
  if (movie === undefined) return { moof, insertion: undefined };
  const children = boxesIn(moof, movie.start, movie.end);
  const tracks = children.filter(({ type }) => type === "traf").map((traf) => trackOf(moof, traf));
  const shown = tracks.find(({ id }) => id === pictures?.trackId);
  const insertsAt = shown?.offset;
  if (insertsAt !== undefined && insertsAt < moof.length + HEAD_BYTES) throw malformed();
  const sets = insertsAt === undefined ? Buffer.alloc(0) : (pictures?.sets ?? Buffer.alloc(0));
  const missing = tracks.filter(({ flags }) => (flags & HAS_DESCRIPTION) === 0);
  const grownBytes = missing.length * DESCRIPTION_BYTES;
  const moved = (offset: number): number =>
    offset + grownBytes + (insertsAt !== undefined && offset > insertsAt ? sets.length : 0);
  const trafs = tracks.map((track) => {
    const description = descriptions.get(track.id) ?? 1;
    const more = track === shown ? sets.length : 0;
    return rewritten(moof, track, { description, moved, more });
  });
  const others = children.filter(({ type }) => type !== "traf");
  return {
    moof: box("moof", ...others.map((child) => whole(moof, child)), ...trafs),
    insertion:
      insertsAt === undefined
        ? undefined
        : { at: insertsAt - moof.length - HEAD_BYTES, bytes: sets },
  };
}

interface TrackPart {
  readonly id: number;
  readonly flags: number;
  readonly place: BoxPlace;
  /** The offset of its first sample from the beginning of the `moof`; undefined without samples. */
  readonly offset: number | undefined;
}

function trackOf(moof: Buffer, place: BoxPlace): TrackPart {
  const children = boxesIn(moof, place.start, place.end);
  const header = children.find(({ type }) => type === "tfhd");
  const runs = children.filter(({ type }) => type === "trun");
  if (header === undefined) throw malformed();
  const flags = flagsAt(moof, header);
  const first = runs.find((run) => moof.readUInt32BE(run.start + 4) > 0);
  const isPlaced = runs.every((run) => (flagsAt(moof, run) & HAS_OFFSET) !== 0);
  if ((flags & HAS_BASE) !== 0 || !isPlaced) throw malformed();
  const offset = first && moof.readInt32BE(first.start + RUN_OFFSET_AT);
  return { id: moof.readUInt32BE(header.start + 4), flags, place, offset };
}

interface Rewriting {
  readonly description: number;
  readonly moved: (offset: number) => number;
  /** Bytes that its first sample gets before its own. */
  readonly more: number;
}

function rewritten(
  moof: Buffer,
  { place, flags }: TrackPart,
  { description, moved, more }: Rewriting,
): Buffer {
  let missing = more;
  const children = boxesIn(moof, place.start, place.end).map((child) => {
    if (child.type === "tfhd") return described(moof, child, flags, description);
    const copy = Buffer.from(whole(moof, child));
    if (child.type !== "trun") return copy;
    const offsetAt = HEAD_BYTES + RUN_OFFSET_AT;
    copy.writeInt32BE(moved(copy.readInt32BE(offsetAt)), offsetAt);
    if (missing > 0 && copy.readUInt32BE(HEAD_BYTES + 4) > 0) {
      const sizeAt = firstSizeAt(flagsAt(moof, child));
      copy.writeUInt32BE(copy.readUInt32BE(sizeAt) + missing, sizeAt);
      missing = 0;
    }
    return copy;
  });
  return box("traf", ...children);
}

function described(moof: Buffer, place: BoxPlace, flags: number, description: number): Buffer {
  const content = moof.subarray(place.start, place.end);
  const rest = content.subarray(8 + ((flags & HAS_DESCRIPTION) === 0 ? 0 : DESCRIPTION_BYTES));
  const versionAndFlags = content.readUInt32BE(0) | HAS_DESCRIPTION;
  return box("tfhd", u32(versionAndFlags), content.subarray(4, 8), u32(description), rest);
}

function firstSizeAt(flags: number): number {
  // Sizes that fragments don't say can't grow.
  if ((flags & HAS_SIZE) === 0) throw malformed();
  const before = [HAS_FIRST_FLAGS, HAS_DURATION].filter((flag) => (flags & flag) !== 0);
  return HEAD_BYTES + RUN_OFFSET_AT + 4 + before.length * 4;
}

/** The three bytes after a box's version. */
function flagsAt(moof: Buffer, { start }: BoxPlace): number {
  return moof.readUInt32BE(start) & 0xffffff;
}

function malformed(): MediaError {
  return new MediaError("unsupported-media", "fragments of this kind can't be joined");
}
