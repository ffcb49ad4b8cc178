import { MediaError } from "../port/media-error.ts";
import { BoxReader, type BoxTreatment } from "./box-reader.ts";
import type { FilmPart } from "./film-part.ts";
import { type JoinedFragment, joinedFragment } from "./joined-fragment.ts";
import type { JoinedInit } from "./joined-init.ts";
import { setSequence, trackFragments } from "./mp4-boxes.ts";

/**
 * Joins recorded files of fragmented MPEG-4: their fragments as they are, with times that go on
 * where an encoder came back and began anew, and with what changes where its settings did.
 */
export class FragmentedFilm implements FilmPart {
  readonly #joined: JoinedInit;
  #out: Buffer[] = [];
  #reader: BoxReader | undefined;
  #sequence = 0;
  /** The film's time at which the stretch begins that is read. */
  #startMs = 0;
  /** The time of its first fragment, in seconds. */
  #baseSeconds: number | undefined;
  /** The number of the init section that the files have. */
  #section = 0;
  /** The bytes that the next media gets. */
  #insertion: JoinedFragment["insertion"];
  /** The head of the next media has gone by. */
  #isInside = false;

  constructor(joined: JoinedInit) {
    this.#joined = joined;
  }

  begin(startMs: number): void {
    this.#startMs = startMs;
    this.#baseSeconds = undefined;
  }

  /** The next files have this init section. */
  use(section: number): void {
    this.#section = section;
  }

  push(bytes: Buffer): void {
    this.#reader ??= new BoxReader(treatmentOf, {
      onHeld: (moof) => this.#fragment(moof),
      onPassing: (passing) => this.#media(passing),
    });
    this.#reader.push(bytes);
  }

  endFile(): void {
    this.#reader?.finish();
    this.#reader = undefined;
    if (this.#insertion !== undefined) {
      throw new MediaError("protocol", "a fragment has no media");
    }
  }

  finish(): void {}

  take(): Buffer {
    return Buffer.concat(this.#out.splice(0));
  }

  #fragment(recorded: Buffer): void {
    const use = this.#joined.uses?.[this.#section];
    const { moof, insertion } = use
      ? joinedFragment(recorded, use)
      : { moof: recorded, insertion: undefined };
    this.#insertion = insertion;
    this.#isInside = false;
    this.#sequence += 1;
    setSequence(moof, this.#sequence);
    const fragments = trackFragments(moof);
    for (const { trackId, baseTime } of fragments) {
      this.#baseSeconds ??= baseTime / this.#scaleOf(trackId);
    }
    for (const { trackId, baseTime, setBaseTime } of fragments) {
      const shiftSeconds = this.#startMs / 1_000 - (this.#baseSeconds ?? 0);
      const shifted = baseTime + Math.round(shiftSeconds * this.#scaleOf(trackId));
      setBaseTime(Math.max(0, shifted));
    }
    this.#out.push(moof);
  }

  /** The head of an `mdat` comes by itself, then its content in pieces. */
  #media(bytes: Buffer): void {
    const insertion = this.#insertion;
    if (insertion === undefined) {
      this.#out.push(bytes);
    } else if (!this.#isInside) {
      this.#isInside = true;
      const head = Buffer.from(bytes);
      head.writeUInt32BE(head.readUInt32BE(0) + insertion.bytes.length);
      this.#out.push(head);
      this.#insert(insertion, Buffer.alloc(0));
    } else {
      this.#insert(insertion, bytes);
    }
  }

  #insert({ at, bytes }: NonNullable<JoinedFragment["insertion"]>, content: Buffer): void {
    if (content.length < at) {
      this.#insertion = { at: at - content.length, bytes };
      this.#out.push(content);
      return;
    }
    this.#insertion = undefined;
    this.#out.push(content.subarray(0, at), bytes, content.subarray(at));
  }

  #scaleOf(trackId: number): number {
    return this.#joined.timescales.get(trackId) ?? 1;
  }
}

/** Events' times aren't the film's, and types and indexes of single files mean nothing in it. */
function treatmentOf(type: string): BoxTreatment {
  if (type === "moof") return "hold";
  return type === "mdat" ? "pass" : "leave-out";
}
