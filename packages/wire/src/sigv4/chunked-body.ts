import assert from "node:assert";
import { createHash, type Hash } from "node:crypto";
import type { Readable } from "node:stream";
import { MAX_CHUNK_HEADER_BYTES, MAX_TRAILER_BYTES } from "../limits.ts";
import { BodyTransform } from "./body-transform.ts";
import {
  CHUNK_BYTES_MIN,
  chunkTooSmall,
  malformedTrailer,
  otherLength,
  unexpectedEnd,
} from "./chunk-errors.ts";
import type { ChunkSigner } from "./chunk-signer.ts";

export interface ChunkedBodyOptions {
  /** Undefined: chunks carry no signatures. */
  readonly signer: ChunkSigner | undefined;
  /**
   * Lower-case names of the headers that must follow the last chunk, each of them and no other.
   * Undefined: none may, not even their signature. Signed trailers must be some.
   */
  readonly trailerNames: ReadonlySet<string> | undefined;
  /** `x-amz-decoded-content-length`. */
  readonly decodedLengthBytes: number;
}

type State = "header" | "data" | "dataEnd" | "trailer" | "end";

const UNSIGNED_CHUNK = /^([0-9a-fA-F]{1,12})(?:;chunk-signature=[0-9a-f]{64})?$/;
/** Whatever comes before the signature makes it another one; after it, nothing may come. */
const SIGNED_CHUNK =
  /^([0-9a-fA-F]{1,12})[\t ]*;[\t ]*((?:[^;]*;)?)chunk-signature[\t ]*=[\t ]*([^\s;]+)[\t ]*$/;
const SIGNATURE_TRAILER = "x-amz-trailer-signature";
const LF = 0x0a;

/**
 * Undoes `aws-chunked` (S3 API, "Signature calculations: transferring payload in multiple chunks").
 * Bytes flow on as they come; a chunk whose signature is wrong destroys the stream before its end,
 * so a reader that waits for the end never keeps a forged body. As in S3, each line ends in CR and
 * LF, the last ones may be missing, and what follows the end is left aside where nobody signs it.
 */
export class ChunkedBody extends BodyTransform {
  readonly trailers: Promise<Readonly<Record<string, string>>>;
  readonly #options: ChunkedBodyOptions;
  readonly #trailers: Record<string, string> = {};
  #state: State = "header";
  #line = "";
  #remainingBytes = 0;
  #decodedBytes = 0;
  #signature = "";
  #chunkNumber = 0;
  #chunkBytes = 0;
  #trailerBytes = 0;
  #canonicalTrailers = "";
  /** S3's form of a trailer ends in "\n\r\n", as it is signed with its "\n". */
  #trailerGoesOn = false;
  #isWhole = false;
  #hash: Hash | undefined;
  #resolveTrailers: (trailers: Record<string, string>) => void = () => {};
  #rejectTrailers: (error: Error) => void = () => {};

  constructor(source: Readable, options: ChunkedBodyOptions) {
    super(source);
    this.#options = options;
    this.trailers = new Promise((resolve, reject) => {
      this.#resolveTrailers = resolve;
      this.#rejectTrailers = reject;
    });
    // The stream's reader gets the error; a caller that needs no trailers need not listen.
    this.trailers.catch(() => {});
  }

  protected override decode(chunk: Buffer): void {
    this.#consume(chunk);
  }

  protected override finish(): void {
    if (this.#state === "trailer" && this.#line === "" && !this.#trailerGoesOn) this.#endTrailers();
    if (this.#state !== "end") throw unexpectedEnd();
    this.#isWhole = true;
    this.#resolveTrailers(this.#trailers);
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    if (!this.#isWhole) this.#rejectTrailers(error ?? unexpectedEnd());
    super._destroy(error, done);
  }

  #consume(bytes: Buffer): void {
    let at = 0;
    while (at < bytes.length) {
      if (this.#state === "end") {
        if (this.#options.signer !== undefined) throw unexpectedEnd();
        return;
      }
      at = this.#state === "data" ? this.#takeData(bytes, at) : this.#takeLine(bytes, at);
    }
  }

  #takeData(bytes: Buffer, at: number): number {
    const end = Math.min(bytes.length, at + this.#remainingBytes);
    const data = bytes.subarray(at, end);
    this.#decodedBytes += data.length;
    if (this.#options.signer !== undefined) this.#chunkHash().update(data);
    this.pass(data);
    this.#remainingBytes -= data.length;
    if (this.#remainingBytes === 0) this.#state = "dataEnd";
    return end;
  }

  #takeLine(bytes: Buffer, at: number): number {
    const newline = bytes.indexOf(LF, at);
    const end = newline === -1 ? bytes.length : newline;
    const limit = this.#state === "trailer" ? MAX_TRAILER_BYTES : MAX_CHUNK_HEADER_BYTES;
    if (this.#line.length + end - at > limit) throw unexpectedEnd();
    this.#line += bytes.toString("latin1", at, end);
    if (newline === -1) return end;
    const hasCarriageReturn = this.#line.endsWith("\r");
    if (!hasCarriageReturn && this.#state !== "trailer") throw unexpectedEnd();
    const line = hasCarriageReturn ? this.#line.slice(0, -1) : this.#line;
    this.#line = "";
    if (this.#trailerGoesOn && (line !== "" || !hasCarriageReturn)) throw unexpectedEnd();
    if (!this.#trailerGoesOn) this.#takeWholeLine(line);
    this.#trailerGoesOn = !hasCarriageReturn;
    return newline + 1;
  }

  #takeWholeLine(line: string): void {
    switch (this.#state) {
      case "header":
        this.#startChunk(line);
        return;
      case "dataEnd":
        if (line !== "") throw unexpectedEnd();
        this.#endChunk();
        this.#state = "header";
        return;
      case "trailer":
        this.#takeTrailer(line);
        return;
      case "data":
      case "end":
        assert.fail("no line is read there");
    }
  }

  #startChunk(line: string): void {
    const { signer, decodedLengthBytes, trailerNames } = this.#options;
    const match = (signer === undefined ? UNSIGNED_CHUNK : SIGNED_CHUNK).exec(line);
    if (match === null) throw unexpectedEnd();
    this.#signature = `${match[2] ?? ""}${match[3] ?? ""}`;
    this.#remainingBytes = Number.parseInt(match[1] ?? "", 16);
    const decodedBytes = this.#decodedBytes + this.#remainingBytes;
    if (decodedBytes > decodedLengthBytes) throw otherLength(decodedBytes, decodedLengthBytes);
    if (this.#remainingBytes > 0) {
      this.#chunkNumber += 1;
      const isAfterSmallOne = this.#chunkNumber > 1 && this.#chunkBytes < CHUNK_BYTES_MIN;
      if (isAfterSmallOne) throw chunkTooSmall(this.#chunkNumber, this.#chunkBytes);
      this.#chunkBytes = this.#remainingBytes;
      this.#state = "data";
      return;
    }
    if (signer !== undefined && trailerNames?.size === 0) throw unexpectedEnd();
    this.#endChunk();
    if (decodedBytes < decodedLengthBytes) throw otherLength(decodedBytes, decodedLengthBytes);
    this.#state = "trailer";
  }

  #endChunk(): void {
    const { signer } = this.#options;
    if (signer === undefined) return;
    signer.verifyChunk(this.#chunkHash().digest("hex"), this.#signature);
    this.#hash = undefined;
  }

  /** The hash of the chunk's bytes so far. */
  #chunkHash(): Hash {
    this.#hash ??= createHash("sha256");
    return this.#hash;
  }

  #takeTrailer(line: string): void {
    if (line === "") {
      this.#endTrailers();
      return;
    }
    this.#trailerBytes += line.length;
    const colon = line.indexOf(":");
    // What is no header, or follows signed chunks that none may follow, is more of the body.
    const { signer, trailerNames } = this.#options;
    if (colon === -1 || (signer !== undefined && trailerNames === undefined)) throw unexpectedEnd();
    const name = line.slice(0, Math.max(colon, 0)).trim().toLowerCase();
    if (!this.#mayFollow(name) || this.#trailerBytes > MAX_TRAILER_BYTES) throw malformedTrailer();
    const value = line.slice(colon + 1).trim();
    // The last of two counts.
    this.#trailers[name] = value;
    if (name !== SIGNATURE_TRAILER) this.#canonicalTrailers += `${name}:${value}\n`;
  }

  #mayFollow(name: string): boolean {
    const { signer, trailerNames } = this.#options;
    if (name === SIGNATURE_TRAILER) return signer !== undefined && trailerNames !== undefined;
    return name !== "__proto__" && trailerNames?.has(name) === true;
  }

  #endTrailers(): void {
    const { signer, trailerNames } = this.#options;
    for (const name of trailerNames ?? [])
      if (this.#trailers[name] === undefined) throw malformedTrailer();
    if (signer !== undefined && trailerNames !== undefined) {
      const sha256 = createHash("sha256").update(this.#canonicalTrailers).digest("hex");
      const signature = this.#trailers[SIGNATURE_TRAILER];
      if (signature === undefined) throw unexpectedEnd();
      signer.verifyTrailer(sha256, signature);
    }
    delete this.#trailers[SIGNATURE_TRAILER];
    this.#state = "end";
  }
}
