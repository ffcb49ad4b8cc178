import assert from "node:assert";
import { createHash, type Hash } from "node:crypto";
import type { Readable, TransformCallback } from "node:stream";
import { MAX_CHUNK_HEADER_BYTES, MAX_TRAILER_BYTES } from "../limits.ts";
import { WireError } from "../wire-error.ts";
import { BodyTransform } from "./body-transform.ts";
import type { ChunkSigner } from "./chunk-signer.ts";

export interface ChunkedBodyOptions {
  /** Undefined: chunks carry no signatures. */
  readonly signer: ChunkSigner | undefined;
  /** Trailing headers may follow the last chunk. */
  readonly hasTrailer: boolean;
  /** `x-amz-decoded-content-length`. */
  readonly decodedLengthBytes: number;
}

type State = "header" | "data" | "dataEnd" | "trailer" | "end";

const CHUNK_HEADER = /^([0-9a-fA-F]{1,12})(?:;chunk-signature=([0-9a-f]{64}))?$/;
const SIGNATURE_TRAILER = "x-amz-trailer-signature";
const LF = 0x0a;

/**
 * Undoes `aws-chunked` (S3 API, "Signature calculations: transferring payload in multiple chunks").
 * Bytes flow on as they come; a chunk whose signature is wrong destroys the stream before its end,
 * so a reader that waits for the end never keeps a forged body.
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
  #isLastChunk = false;
  #trailerBytes = 0;
  #canonicalTrailers = "";
  #hash: Hash = createHash("sha256");
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

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    try {
      this.#consume(chunk);
      done();
    } catch (error) {
      assert(error instanceof Error);
      done(error);
    }
  }

  override _flush(done: TransformCallback): void {
    const isComplete =
      this.#state === "end" && this.#decodedBytes === this.#options.decodedLengthBytes;
    if (!isComplete) {
      done(incompleteBody());
      return;
    }
    this.#resolveTrailers(this.#trailers);
    done();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#rejectTrailers(error ?? incompleteBody());
    done(error);
  }

  #consume(bytes: Buffer): void {
    let at = 0;
    while (at < bytes.length) {
      if (this.#state === "end") throw malformedChunk();
      at = this.#state === "data" ? this.#takeData(bytes, at) : this.#takeLine(bytes, at);
    }
  }

  #takeData(bytes: Buffer, at: number): number {
    const end = Math.min(bytes.length, at + this.#remainingBytes);
    const data = bytes.subarray(at, end);
    this.#decodedBytes += data.length;
    if (this.#decodedBytes > this.#options.decodedLengthBytes) throw incompleteBody();
    if (this.#options.signer !== undefined) this.#hash.update(data);
    this.push(data);
    this.#remainingBytes -= data.length;
    if (this.#remainingBytes === 0) this.#state = "dataEnd";
    return end;
  }

  #takeLine(bytes: Buffer, at: number): number {
    const newline = bytes.indexOf(LF, at);
    const end = newline === -1 ? bytes.length : newline;
    const limit = this.#state === "trailer" ? MAX_TRAILER_BYTES : MAX_CHUNK_HEADER_BYTES;
    if (this.#line.length + end - at > limit) throw malformedChunk();
    this.#line += bytes.toString("latin1", at, end);
    if (newline === -1) return end;
    const line = this.#line.endsWith("\r") ? this.#line.slice(0, -1) : this.#line;
    this.#line = "";
    this.#takeWholeLine(line);
    return newline + 1;
  }

  #takeWholeLine(line: string): void {
    switch (this.#state) {
      case "header":
        this.#startChunk(line);
        return;
      case "dataEnd":
        if (line !== "") throw malformedChunk();
        this.#endChunk();
        this.#state = "header";
        return;
      case "trailer":
        this.#takeTrailer(line);
        return;
      default:
        throw malformedChunk();
    }
  }

  #startChunk(line: string): void {
    const match = CHUNK_HEADER.exec(line);
    const signature = match?.[2] ?? "";
    const isSigned = this.#options.signer !== undefined;
    if (match === null || (isSigned && signature === "")) throw malformedChunk();
    this.#signature = signature;
    this.#remainingBytes = Number.parseInt(match[1] ?? "", 16);
    if (this.#remainingBytes > 0) {
      this.#state = "data";
      return;
    }
    this.#isLastChunk = true;
    this.#endChunk();
    this.#state = "trailer";
  }

  #endChunk(): void {
    const { signer } = this.#options;
    if (signer === undefined) return;
    if (!signer.verifyChunk(this.#hash.digest("hex"), this.#signature)) throw signatureMismatch();
    this.#hash = createHash("sha256");
  }

  #takeTrailer(line: string): void {
    assert(this.#isLastChunk);
    if (line === "") {
      this.#endTrailers();
      return;
    }
    this.#trailerBytes += line.length;
    const colon = line.indexOf(":");
    if (!this.#options.hasTrailer || colon < 1 || this.#trailerBytes > MAX_TRAILER_BYTES) {
      throw malformedChunk();
    }
    const name = line.slice(0, colon).trim().toLowerCase();
    const value = line.slice(colon + 1).trim();
    if (name === "__proto__" || Object.hasOwn(this.#trailers, name)) throw malformedChunk();
    this.#trailers[name] = value;
    if (name !== SIGNATURE_TRAILER) this.#canonicalTrailers += `${name}:${value}\n`;
  }

  #endTrailers(): void {
    const { signer, hasTrailer } = this.#options;
    if (signer !== undefined && hasTrailer) {
      const sha256 = createHash("sha256").update(this.#canonicalTrailers).digest("hex");
      const signature = this.#trailers[SIGNATURE_TRAILER] ?? "";
      if (!signer.verifyTrailer(sha256, signature)) throw signatureMismatch();
    }
    delete this.#trailers[SIGNATURE_TRAILER];
    this.#state = "end";
  }
}

function incompleteBody(): WireError {
  return new WireError(
    "IncompleteBody",
    "You did not provide the number of bytes specified by the Content-Length HTTP header",
  );
}

function malformedChunk(): WireError {
  return new WireError("InvalidRequest", "The aws-chunked body is malformed.");
}

function signatureMismatch(): WireError {
  return new WireError(
    "SignatureDoesNotMatch",
    "The request signature we calculated does not match the signature you provided. " +
      "Check your key and signing method.",
    403,
  );
}
