import { pipeline, type Readable, Transform } from "node:stream";

/**
 * A stage between a request's body and its reader. Nothing is taken from the body before the
 * first read: a request that is refused first must not ask its client to send one (Expect:
 * 100-continue). Errors of either stream destroy both.
 */
export abstract class BodyTransform extends Transform {
  #source: Readable | undefined;

  constructor(source: Readable) {
    super();
    this.#source = source;
  }

  override _read(sizeBytes: number): void {
    const source = this.#source;
    this.#source = undefined;
    // The error reaches the reader through this stream, so there is nothing left to say at the end.
    if (source !== undefined) pipeline(source, this, () => {});
    super._read(sizeBytes);
  }
}
