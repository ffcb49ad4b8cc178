import { inBackground } from "../runtime/in-background.ts";

type Body = Uint8Array | undefined;

interface Kept {
  readonly body: Promise<Body>;
  readonly untilMs: number;
  bytes: number;
}

/**
 * Segments that viewers ask for now, so that each crosses from its worker once, however many
 * viewers there are.
 */
export class SegmentCache {
  readonly #bytesMax: number;
  readonly #keptMs: number;
  readonly #monotonicMs: () => number;
  /** The oldest first. */
  readonly #kept = new Map<string, Kept>();
  #bytes = 0;

  constructor(bytesMax: number, keptMs: number, monotonicMs: () => number) {
    this.#bytesMax = bytesMax;
    this.#keptMs = keptMs;
    this.#monotonicMs = monotonicMs;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Answers what is kept as `name`, or what `fetch` brings; a failure or nothing isn't kept. */
  get(name: string, fetch: () => Promise<Body>): Promise<Body> {
    this.#forget();
    const found = this.#kept.get(name);
    if (found !== undefined) {
      return found.body;
    }
    const kept: Kept = { body: fetch(), untilMs: this.#monotonicMs() + this.#keptMs, bytes: 0 };
    this.#kept.set(name, kept);
    inBackground(
      kept.body.then(
        (body) => (body === undefined ? this.#remove(name, kept) : this.#weigh(name, kept, body)),
        () => this.#remove(name, kept),
      ),
    );
    return kept.body;
  }

  #weigh(name: string, kept: Kept, body: Uint8Array): void {
    if (this.#kept.get(name) === kept) {
      kept.bytes = body.length;
      this.#bytes += body.length;
      this.#forget();
    }
  }

  #forget(): void {
    const nowMs = this.#monotonicMs();
    for (const [name, kept] of this.#kept) {
      if (this.#bytes <= this.#bytesMax && nowMs < kept.untilMs) {
        return;
      }
      this.#remove(name, kept);
    }
  }

  #remove(name: string, kept: Kept): void {
    if (this.#kept.get(name) === kept) {
      this.#kept.delete(name);
      this.#bytes -= kept.bytes;
    }
  }
}
