import { box, fullBox, u32 } from "../container/fmp4/boxes.ts";
import { MediaError } from "../port/media-error.ts";

/** A box inside of bytes that hold all of it (ISO/IEC 14496-12, 4.2). */
export interface BoxPlace {
  readonly type: string;
  /** The offset of its content, after size and type. */
  readonly start: number;
  readonly end: number;
}

const HEAD_BYTES = 8;
const FULL_HEAD_BYTES = 4;

/** The boxes between two offsets. Throws MediaError where they don't fit. */
export function boxesIn(bytes: Buffer, start = 0, end = bytes.length): BoxPlace[] {
  const boxes: BoxPlace[] = [];
  for (let at = start; at < end; ) {
    const size = at + HEAD_BYTES <= end ? bytes.readUInt32BE(at) : 0;
    if (size < HEAD_BYTES || at + size > end) {
      throw new MediaError("protocol", "this is not a file of fragmented MPEG-4");
    }
    const type = bytes.toString("latin1", at + 4, at + HEAD_BYTES);
    boxes.push({ type, start: at + HEAD_BYTES, end: at + size });
    at += size;
  }
  return boxes;
}

/**
 * Reads or writes fields of boxes, which may be shorter than their type says, and whose numbers may
 * be beyond what is computed with. Throws MediaError for those.
 */
export function wellFormed<Result>(work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new MediaError("protocol", "the file's boxes are malformed", { cause: error });
  }
}

/** The children of this type. */
export function childrenOf(bytes: Buffer, parent: BoxPlace, type: string): BoxPlace[] {
  return boxesIn(bytes, parent.start, parent.end).filter((child) => child.type === type);
}

/** The content of the only box on this path. */
export function contentAt(bytes: Buffer, parent: BoxPlace, ...path: readonly string[]): Buffer {
  let place = parent;
  for (const type of path) {
    const [child] = childrenOf(bytes, place, type);
    if (child === undefined) {
      throw new MediaError("protocol", `the file lacks its box ${type}`);
    }
    place = child;
  }
  return bytes.subarray(place.start, place.end);
}

/**
 * An init section that says how long its film is (`mehd`, 8.8.2): players show the length before
 * they have read all of it.
 */
export function withDuration(init: Buffer, durationMs: number): Buffer {
  return Buffer.concat(
    boxesIn(init).map((place) => {
      if (place.type !== "moov") {
        return whole(init, place);
      }
      const movie = contentAt(init, place, "mvhd");
      const timescale = movie.readUInt32BE(movie[0] === 1 ? 20 : 12);
      const duration = Math.round((durationMs * timescale) / 1_000);
      const children = boxesIn(init, place.start, place.end).map((child) =>
        child.type === "mvex" ? extended(init, child, duration) : whole(init, child),
      );
      return box("moov", ...children);
    }),
  );
}

function extended(init: Buffer, place: BoxPlace, duration: number): Buffer {
  const others = boxesIn(init, place.start, place.end).filter(({ type }) => type !== "mehd");
  return box(
    "mvex",
    fullBox("mehd", 0, 0, u32(Math.min(duration, 0xffffffff))),
    ...others.map((child) => whole(init, child)),
  );
}

/** A box with its head. */
export function whole(bytes: Buffer, { start, end }: BoxPlace): Buffer {
  return bytes.subarray(start - HEAD_BYTES, end);
}

/** A track's part of a fragment: what its times are changed in. */
export interface TrackFragment {
  readonly trackId: number;
  readonly baseTime: number;
  readonly setBaseTime: (time: number) => void;
}

/** The track fragments of a `moof`; their times are changed where they stand. */
export function trackFragments(moof: Buffer): TrackFragment[] {
  const [place] = boxesIn(moof);
  if (place === undefined) {
    return [];
  }
  return childrenOf(moof, place, "traf").map((traf) => {
    const trackId = contentAt(moof, traf, "tfhd").readUInt32BE(FULL_HEAD_BYTES);
    const time = contentAt(moof, traf, "tfdt");
    const isLong = time[0] === 1;
    return {
      trackId,
      baseTime: isLong
        ? Number(time.readBigUInt64BE(FULL_HEAD_BYTES))
        : time.readUInt32BE(FULL_HEAD_BYTES),
      setBaseTime: (ticks) => {
        if (isLong) time.writeBigUInt64BE(BigInt(ticks), FULL_HEAD_BYTES);
        else time.writeUInt32BE(ticks, FULL_HEAD_BYTES);
      },
    };
  });
}

/** Gives a fragment its number in the film (`mfhd`). */
export function setSequence(moof: Buffer, sequence: number): void {
  const [place] = boxesIn(moof);
  if (place) {
    contentAt(moof, place, "mfhd").writeUInt32BE(sequence, FULL_HEAD_BYTES);
  }
}
