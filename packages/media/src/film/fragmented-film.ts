import { BoxReader, type BoxTreatment } from "./box-reader.ts";
import type { FilmPart } from "./film-part.ts";
import { setSequence, timescalesOf, trackFragments } from "./mp4-boxes.ts";

/**
 * Joins recorded files of fragmented MPEG-4: their fragments as they are, with times that go on
 * where an encoder came back and began anew.
 */
export class FragmentedFilm implements FilmPart {
  readonly #timescales: ReadonlyMap<number, number>;
  #out: Buffer[] = [];
  #reader: BoxReader | undefined;
  #sequence = 0;
  /** The film's time at which the stretch begins that is read. */
  #startMs = 0;
  /** The time of its first fragment, in seconds. */
  #baseSeconds: number | undefined;

  constructor(init: Buffer) {
    this.#timescales = timescalesOf(init);
  }

  begin(startMs: number): void {
    this.#startMs = startMs;
    this.#baseSeconds = undefined;
  }

  push(bytes: Buffer): void {
    this.#reader ??= new BoxReader(treatmentOf, {
      onHeld: (moof) => this.#fragment(moof),
      onPassing: (passing) => this.#out.push(passing),
    });
    this.#reader.push(bytes);
  }

  endFile(): void {
    this.#reader?.finish();
    this.#reader = undefined;
  }

  finish(): void {}

  take(): Buffer {
    return Buffer.concat(this.#out.splice(0));
  }

  #fragment(moof: Buffer): void {
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

  #scaleOf(trackId: number): number {
    return this.#timescales.get(trackId) ?? 1;
  }
}

/** Events' times aren't the film's, and types and indexes of single files mean nothing in it. */
function treatmentOf(type: string): BoxTreatment {
  if (type === "moof") return "hold";
  return type === "mdat" ? "pass" : "leave-out";
}
