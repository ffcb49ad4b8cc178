/**
 * Why a connection isn't made, as libsrt's callers understand it: travels as handshake type 1000 +
 * code. From 1000 on codes follow HTTP's (libsrt's "Rejection Codes").
 */
export const REJECT = {
  peer: 2,
  resource: 3,
  rogue: 4,
  version: 8,
  badSecret: 10,
  unsecure: 11,
  messageApi: 12,
  congestion: 13,
  filter: 14,
  group: 15,
  /** Ciphers that don't go together. */
  crypto: 17,
  badRequest: 1_400,
  overload: 1_402,
  forbidden: 1_403,
  badMode: 1_405,
  internalError: 1_500,
} as const;

/** A handshake that ends in a refusal. The message is for the operator: callers get the code. */
export class SrtRejection extends Error {
  readonly code: number;

  constructor(reason: keyof typeof REJECT, message: string) {
    super(message);
    this.name = "SrtRejection";
    this.code = REJECT[reason];
  }
}
