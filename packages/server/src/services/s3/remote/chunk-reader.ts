/** A chunk's size, or a trailer, in its line. */
const LINE_BYTES_MAX = 8 * 1024;
const SIZE = /^([0-9a-f]{1,12})\s*(?:;.*)?$/i;
const LF = 0x0a;

/**
 * Undoes HTTP's chunks, which stores make of errors and of what they compute while they answer.
 * Trailers are passed over.
 */
export class ChunkReader {
  #state: "size" | "bytes" | "end of bytes" | "trailers" | "end" = "size";
  #line = "";
  #left = 0;

  get isAtEnd(): boolean {
    return this.#state === "end";
  }

  /** Calls `pass` with parts of `bytes`. Throws Error for what is malformed. */
  take(bytes: Buffer, pass: (part: Buffer) => void): void {
    for (let at = 0; at < bytes.length; ) {
      if (this.#state === "end") throw new Error("The object store sends more than its answer.");
      if (this.#state === "bytes") {
        const part = bytes.subarray(at, at + this.#left);
        pass(part);
        at += part.length;
        this.#left -= part.length;
        if (this.#left === 0) this.#state = "end of bytes";
      } else at = this.#takeLine(bytes, at);
    }
  }

  #takeLine(bytes: Buffer, at: number): number {
    const newline = bytes.indexOf(LF, at);
    const end = newline < 0 ? bytes.length : newline;
    this.#line += bytes.toString("latin1", at, end);
    if (this.#line.length > LINE_BYTES_MAX) malformed();
    if (newline < 0) return end;
    const line = this.#line.replace(/\r$/, "");
    this.#line = "";
    this.#takeWholeLine(line);
    return newline + 1;
  }

  #takeWholeLine(line: string): void {
    if (this.#state === "trailers") {
      if (line === "") this.#state = "end";
    } else if (this.#state === "end of bytes") {
      if (line !== "") malformed();
      this.#state = "size";
    } else {
      const [, size = ""] = SIZE.exec(line) ?? malformed();
      this.#left = Number.parseInt(size, 16);
      this.#state = this.#left === 0 ? "trailers" : "bytes";
    }
  }
}

function malformed(): never {
  throw new Error("The object store's chunks are malformed.");
}
