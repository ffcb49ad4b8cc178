import crypto from "node:crypto";
import { endianness } from "node:os";

/**
 * Whether this Node hashes in one call (since 20.12), which costs a third of making an HMAC, and
 * this machine is little-endian.
 */
export const canSeal = typeof crypto.hash === "function" && endianness() === "LE";
