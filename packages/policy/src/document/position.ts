/** A place in a policy's text. Lines and columns start at 1, the offset at 0 (UTF-16 units). */
export interface Position {
  line: number;
  column: number;
  offset: number;
}

/** A stretch of a policy's text; `end` is the place just after its last character. */
export interface PositionRange {
  start: Position;
  end: Position;
}

/**
 * Lines of a text, found once: a hostile policy has thousands of places to point at. Made only when
 * somebody asks for a place, so that compiling stays cheap.
 */
export class TextPositions {
  readonly #length: number;
  readonly #lineStarts: readonly number[];

  constructor(text: string) {
    const lineStarts = [0];
    for (
      let newline = text.indexOf("\n");
      newline !== -1;
      newline = text.indexOf("\n", newline + 1)
    ) {
      lineStarts.push(newline + 1);
    }
    this.#length = text.length;
    this.#lineStarts = lineStarts;
  }

  /** The place of an offset; beyond the end, the end's. */
  at(offset: number): Position {
    const bounded = Math.min(offset, this.#length);
    let low = 0;
    let high = this.#lineStarts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.#lineStarts[middle] ?? 0) <= bounded) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    return { line: low + 1, column: bounded - (this.#lineStarts[low] ?? 0) + 1, offset: bounded };
  }

  /** The range between two offsets. */
  range(start: number, end: number): PositionRange {
    return { start: this.at(start), end: this.at(end) };
  }
}
