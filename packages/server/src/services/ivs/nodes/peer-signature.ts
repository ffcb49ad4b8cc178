import { createHmac, hkdfSync, timingSafeEqual } from "node:crypto";

const KEY_BYTES = 32;
/** As much as the nodes' clocks may differ, and what a call may take on its way. */
const AGE_MAX_MS = 60_000;

/** A call of one node to another. */
export interface SignedCall {
  /** The node that is meant: an address may be another's by now. */
  readonly nodeId: string;
  readonly method: string;
  readonly body: string;
  readonly atMs: number;
}

/** Nodes know each other by the sealing key, which all of them have. */
export class PeerSignature {
  readonly #key: Uint8Array;

  constructor(sealingKey: Uint8Array) {
    const purpose = "rolecast ivs calls between nodes";
    this.#key = new Uint8Array(
      hkdfSync("sha256", sealingKey, new Uint8Array(), purpose, KEY_BYTES),
    );
  }

  /** Hexadecimal. */
  sign({ nodeId, method, body, atMs }: SignedCall): string {
    const text = JSON.stringify([nodeId, method, atMs, body]);
    return createHmac("sha256", this.#key).update(text).digest("hex");
  }

  verify(call: SignedCall, signature: string, nowMs: number): boolean {
    if (!(Math.abs(nowMs - call.atMs) <= AGE_MAX_MS)) return false;
    const expected = Buffer.from(this.sign(call));
    const given = Buffer.from(signature);
    return given.length === expected.length && timingSafeEqual(given, expected);
  }
}
