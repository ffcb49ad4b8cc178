import { inBackground } from "../runtime/in-background.ts";
import { holdMemory, releaseMemory } from "../runtime/segment-memory.ts";
import type { KeptSegment } from "./kept-file.ts";

/** A segment's bytes in a recorded file: in memory until they are on the disk. */
export class RecordedPiece {
  readonly kept: KeptSegment | undefined;
  #memory: Buffer | undefined;

  constructor(body: Buffer, kept: KeptSegment | undefined) {
    holdMemory(body);
    this.#memory = body;
    this.kept = kept;
    inBackground(
      kept?.written.then((isThere) => {
        if (isThere) {
          this.release();
        }
      }),
    );
  }

  /** Undefined once they are on the disk alone. */
  get memory(): Buffer | undefined {
    return this.#memory;
  }

  get memoryBytes(): number {
    return this.#memory?.length ?? 0;
  }

  /** Undefined where they are on the disk, and can't be read there. */
  async bytes(): Promise<Buffer | undefined> {
    return this.#memory ?? (await this.kept?.read());
  }

  /** They are read in memory no more. */
  release(): void {
    if (this.#memory !== undefined) {
      releaseMemory(this.#memory);
    }
    this.#memory = undefined;
  }
}
