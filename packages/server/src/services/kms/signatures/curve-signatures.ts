import { createECDH, type ECDH, type KeyObject } from "node:crypto";
import { ownValue } from "../../../kernel/own-value.ts";

/*
 * ECDSA of a digest. Source: SEC 1, section 4.1; its points come from node's ECDH. The arithmetic
 * on scalars isn't made to take the same time for every key.
 */

interface Curve {
  readonly order: bigint;
  /** Bytes of a coordinate, and of a scalar. */
  readonly bytes: number;
}

/** By OpenSSL's names. Sources: FIPS 186-5, SEC 2. */
const CURVES: Readonly<Record<string, Curve>> = {
  prime256v1: {
    order: 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n,
    bytes: 32,
  },
  secp384r1: {
    order: BigInt(`0x${"f".repeat(48)}c7634d81f4372ddf581a0db248b0a77aecec196accc52973`),
    bytes: 48,
  },
  secp521r1: {
    order: BigInt(
      [
        `0x1${"f".repeat(64)}`,
        "fa51868783bf2f966b7fcc0148f709a5d03bb5c9b8899c47aebb6fb71e91386409",
      ].join(""),
    ),
    bytes: 66,
  },
  secp256k1: {
    order: 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n,
    bytes: 32,
  },
};

/** The signature in DER, as KMS gives it. */
export function signsByCurve(key: KeyObject, digest: Buffer): Buffer {
  const { curve, ecdh, secret } = partsOf(key);
  for (;;) {
    ecdh.generateKeys();
    const nonce = toNumber(ecdh.getPrivateKey());
    const r = abscissa(ecdh, curve) % curve.order;
    const s = modulo(inverse(nonce, curve.order) * (toNumber(digest) + r * secret), curve.order);
    // Both happen once in 2^256 times.
    if (r !== 0n && s !== 0n) return toDer(r, s);
  }
}

export function verifiesByCurve(key: KeyObject, digest: Buffer, signature: Uint8Array): boolean {
  const { curve, ecdh, secret } = partsOf(key);
  const pair = fromDer(Buffer.from(signature));
  if (!pair || pair.some((number) => number <= 0n || number >= curve.order)) return false;
  const [r, s] = pair;
  // With the private key at hand, both points of the sum are multiples of the base point.
  const sum = toNumber(digest) + r * secret;
  const scalar = modulo(inverse(s, curve.order) * sum, curve.order);
  if (scalar === 0n) return false;
  ecdh.setPrivateKey(toBytes(scalar, curve.bytes));
  return abscissa(ecdh, curve) % curve.order === r;
}

function partsOf(key: KeyObject): { curve: Curve; ecdh: ECDH; secret: bigint } {
  const name = key.asymmetricKeyDetails?.namedCurve ?? "";
  const curve = ownValue(CURVES, name);
  if (!curve) throw new Error(`no ECDSA on the curve ${name}`);
  const { d = "" } = key.export({ format: "jwk" });
  return { curve, ecdh: createECDH(name), secret: toNumber(Buffer.from(d, "base64url")) };
}

function abscissa(ecdh: ECDH, { bytes }: Curve): bigint {
  return toNumber(ecdh.getPublicKey().subarray(1, 1 + bytes));
}

function toNumber(bytes: Uint8Array): bigint {
  return BigInt(`0x${Buffer.from(bytes).toString("hex")}`);
}

function toBytes(number: bigint, length: number): Buffer {
  return Buffer.from(number.toString(16).padStart(2 * length, "0"), "hex");
}

function modulo(number: bigint, order: bigint): bigint {
  return ((number % order) + order) % order;
}

/** By the extended Euclidean algorithm. */
function inverse(number: bigint, order: bigint): bigint {
  let [before, now] = [order, modulo(number, order)];
  let [factorBefore, factor] = [0n, 1n];
  while (now > 1n) {
    const quotient = before / now;
    [before, now] = [now, before % now];
    [factorBefore, factor] = [factor, factorBefore - quotient * factor];
  }
  return modulo(factor, order);
}

const SEQUENCE = 0x30;
const INTEGER = 0x02;
/** From here on DER writes a length as a byte of its own after this one. */
const LONG = 0x80;

function toDer(r: bigint, s: bigint): Buffer {
  return tagged(SEQUENCE, Buffer.concat([r, s].map(toInteger)));
}

function toInteger(number: bigint): Buffer {
  const digits = number.toString(16);
  const bytes = Buffer.from(digits.padStart(digits.length + (digits.length % 2), "0"), "hex");
  const isNegative = ((bytes[0] ?? 0) & LONG) !== 0;
  return tagged(INTEGER, isNegative ? Buffer.concat([Buffer.alloc(1), bytes]) : bytes);
}

function tagged(tag: number, content: Buffer): Buffer {
  const { length } = content;
  const header = length < LONG ? [tag, length] : [tag, LONG + 1, length];
  return Buffer.concat([Buffer.from(header), content]);
}

/** Undefined for bytes that aren't exactly what `toDer` writes. */
function fromDer(bytes: Buffer): readonly [bigint, bigint] | undefined {
  const start = bytes[1] === LONG + 1 ? 3 : 2;
  const first = integerAt(bytes, start);
  const second = first && integerAt(bytes, first.end);
  if (!second) return undefined;
  const pair = [first.number, second.number] as const;
  return toDer(...pair).equals(bytes) ? pair : undefined;
}

function integerAt(bytes: Buffer, at: number): { number: bigint; end: number } | undefined {
  const length = bytes[at + 1] ?? 0;
  const end = at + 2 + length;
  if (bytes[at] !== INTEGER || length === 0 || end > bytes.length) return undefined;
  return { number: toNumber(bytes.subarray(at + 2, end)), end };
}
