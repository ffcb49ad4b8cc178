import { createHash, createHmac, hkdfSync, timingSafeEqual } from "node:crypto";

const KEY_BYTES = 32;
/** Allows for the difference of the nodes' clocks, and for a call's time on its way. */
const AGE_MAX_MS = 60_000;
/** Calls that are remembered, so that none is made twice: thousands a second. */
const CALLS_MAX = 250_000;
const NONCE = /^[0-9a-f]{32}$/;

/** A call of one node to another. */
export interface SignedCall {
  /** The node that is meant: an address may be another's by now. */
  readonly nodeId: string;
  readonly method: string;
  readonly atMs: number;
  /** 16 random bytes in hexadecimal, another for each call. */
  readonly nonce: string;
  /** SHA-256 of the body, so that the caller is known before the body is read. */
  readonly bodySha256: string;
}

/** The answer to a call. */
export interface SignedAnswer {
  /** The call's signature. */
  readonly callSignature: string;
  readonly status: number;
  readonly contentType: string;
  readonly bodySha256: string;
}

/** Nodes know each other by the sealing key, which all of them have. */
export class PeerSignature {
  readonly #key: Uint8Array;
  /** The time from which each accepted call is too old to be made again; oldest first. */
  readonly #endsMs = new Map<string, number>();

  constructor(sealingKey: Uint8Array) {
    const purpose = "rolecast ivs calls between nodes";
    this.#key = new Uint8Array(
      hkdfSync("sha256", sealingKey, new Uint8Array(), purpose, KEY_BYTES),
    );
  }

  /** Hexadecimal. */
  sign({ nodeId, method, atMs, nonce, bodySha256 }: SignedCall): string {
    return this.#hmac(["call", nodeId, method, atMs, nonce, bodySha256]);
  }

  /** True if a node of the same key signed the call, about now. */
  verify(call: SignedCall, signature: string, nowMs: number): boolean {
    if (!(Math.abs(nowMs - call.atMs) <= AGE_MAX_MS) || !NONCE.test(call.nonce)) return false;
    return isSame(this.sign(call), signature);
  }

  /** Remembers a verified call; false for one that was made before, or when there are too many. */
  isFirst({ nonce, atMs }: SignedCall, nowMs: number): boolean {
    for (const [known, endsMs] of this.#endsMs) {
      if (endsMs >= nowMs) break;
      this.#endsMs.delete(known);
    }
    if (this.#endsMs.has(nonce) || this.#endsMs.size >= CALLS_MAX) return false;
    this.#endsMs.set(nonce, atMs + AGE_MAX_MS);
    return true;
  }

  /** Hexadecimal. */
  signAnswer({ callSignature, status, contentType, bodySha256 }: SignedAnswer): string {
    return this.#hmac(["answer", callSignature, status, contentType, bodySha256]);
  }

  /** True if the node that was called gave this answer to this call. */
  verifyAnswer(answer: SignedAnswer, signature: string): boolean {
    return isSame(this.signAnswer(answer), signature);
  }

  #hmac(parts: readonly (string | number)[]): string {
    return createHmac("sha256", this.#key).update(JSON.stringify(parts)).digest("hex");
  }
}

/** Hexadecimal. */
export function sha256Of(body: string | Uint8Array): string {
  return createHash("sha256").update(body).digest("hex");
}

function isSame(expected: string, given: string): boolean {
  const [a, b] = [Buffer.from(expected), Buffer.from(given)];
  return a.length === b.length && timingSafeEqual(a, b);
}
