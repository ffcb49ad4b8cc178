import { Readable } from "node:stream";

/**
 * A stage between a request's body and its reader. Nothing is taken from the body before the
 * first read: a request that is refused first must not ask its client to send one (Expect:
 * 100-continue). Errors of either stream destroy both. It costs a third of a Transform in a
 * pipeline, which matters to every 64 KiB of an upload.
 */
export abstract class BodyTransform extends Readable {
  readonly #source: Readable;
  #begun = false;
  #isFull = false;

  constructor(source: Readable) {
    super();
    this.#source = source;
  }

  /** Takes the body's next bytes and passes on what becomes of them. Throws the reader's error. */
  protected abstract decode(chunk: Buffer): void;

  /** Called after the last bytes. Throws the reader's error. */
  protected abstract finish(): void;

  protected pass(bytes: Buffer): void {
    if (!this.push(bytes)) this.#isFull = true;
  }

  override _read(): void {
    this.#isFull = false;
    if (this.#begun) this.#source.resume();
    else this.#begin();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#source.destroy();
    done(error);
  }

  #begin(): void {
    this.#begun = true;
    const source = this.#source;
    source.on("data", (chunk: Buffer) => {
      this.#guarded(() => this.decode(chunk));
      if (this.#isFull) source.pause();
    });
    source.once("end", () =>
      this.#guarded(() => {
        this.finish();
        this.push(null);
      }),
    );
    source.once("error", (error) => this.destroy(error));
    source.once("close", () => {
      if (!source.readableEnded) this.destroy(new Error("The body ended before its end."));
    });
  }

  #guarded(work: () => void): void {
    if (this.destroyed) return;
    try {
      work();
    } catch (error) {
      this.destroy(error as Error);
    }
  }
}
