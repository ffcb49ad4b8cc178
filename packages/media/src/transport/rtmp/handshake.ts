import { HEADERS_FROM_PROXIES, readProxyHeader } from "../../ingest/proxy-header.ts";
import { MediaError } from "../../port/media-error.ts";

/** Adobe RTMP 1.0, section 5.2. */
const VERSION = 3;
const PACKET_BYTES = 1_536;

function notRtmp(bytes: Buffer): string {
  const isHeader = readProxyHeader(bytes).kind !== "none";
  return isHeader ? HEADERS_FROM_PROXIES : `RTMP version ${bytes[0]} is not 3`;
}

/**
 * Server side of the plain handshake. A zero version field in S1 makes clients of the digest
 * handshake fall back to this one, so C2 needs no check: nothing in it could prove anything
 * about the peer.
 */
export class ServerHandshake {
  readonly #received = Buffer.alloc(1 + PACKET_BYTES);
  #length = 0;
  #answered = false;
  #remaining = PACKET_BYTES;

  get done(): boolean {
    return this.#answered && this.#remaining === 0;
  }

  /**
   * Takes bytes; `rest` is what follows the handshake, `answer` is what to send.
   * Throws MediaError `protocol` when the first byte is not RTMP's version.
   */
  push(bytes: Buffer): { readonly rest: Buffer; readonly answer: Buffer | undefined } {
    let rest = bytes;
    let answer: Buffer | undefined;
    if (!this.#answered) {
      const copied = bytes.copy(this.#received, this.#length);
      this.#length += copied;
      rest = bytes.subarray(copied);
      if (this.#length > 0 && this.#received[0] !== VERSION) {
        throw new MediaError("protocol", notRtmp(this.#received.subarray(0, this.#length)));
      }
      if (this.#length === this.#received.length) {
        this.#answered = true;
        answer = this.#answer();
      }
    }
    if (this.#answered) {
      const skipped = Math.min(this.#remaining, rest.length);
      this.#remaining -= skipped;
      rest = rest.subarray(skipped);
    }
    return { rest, answer };
  }

  /** S0 and S1 (zero time and version; its content is free), then S2, the echo of C1. */
  #answer(): Buffer {
    const s1 = Buffer.alloc(PACKET_BYTES);
    return Buffer.concat([Buffer.of(VERSION), s1, this.#received.subarray(1)]);
  }
}
