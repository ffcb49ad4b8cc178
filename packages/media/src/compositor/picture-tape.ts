/**
 * A publisher's pictures since its last keyframe, as FLV: a decoder that begins later gets them at
 * once. There are none where they would be too many.
 */
export class PictureTape {
  readonly #bytesMax: number;
  #tags: Buffer[] = [];
  #bytes = 0;
  #isComplete = false;

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  /** From the keyframe on; empty where a decoder has to wait for the next one. */
  get tags(): readonly Buffer[] {
    return this.#tags;
  }

  /** A keyframe, after its configuration. */
  begin(...tags: readonly Buffer[]): void {
    this.#tags = [];
    this.#bytes = 0;
    this.#isComplete = true;
    for (const tag of tags) {
      this.add(tag);
    }
  }

  add(tag: Buffer): void {
    if (!this.#isComplete) {
      return;
    }
    this.#bytes += tag.length;
    if (this.#bytes > this.#bytesMax) {
      this.clear();
    } else {
      this.#tags.push(tag);
    }
  }

  clear(): void {
    this.#tags = [];
    this.#isComplete = false;
  }
}
