import { constants, timingSafeEqual, verify, X509Certificate } from "node:crypto";
import { ByteReader } from "./byte-reader.ts";
import { fingerprintOf } from "./dtls-certificate.ts";
import type { PeerFingerprint } from "./dtls-handshake.ts";
import { HandshakeFailure } from "./handshake-failure.ts";

interface SignatureScheme {
  readonly hash: string;
  readonly keyType: "ec" | "rsa";
  readonly padding?: number;
}

const { RSA_PKCS1_PADDING, RSA_PKCS1_PSS_PADDING } = constants;

/** Signatures that peers may prove themselves by, as TLS numbers them (RFC 8446, 4.2.3). */
const SCHEMES: ReadonlyMap<number, SignatureScheme> = new Map([
  [0x0403, { hash: "sha256", keyType: "ec" }],
  [0x0503, { hash: "sha384", keyType: "ec" }],
  [0x0804, { hash: "sha256", keyType: "rsa", padding: RSA_PKCS1_PSS_PADDING }],
  [0x0401, { hash: "sha256", keyType: "rsa", padding: RSA_PKCS1_PADDING }],
  [0x0501, { hash: "sha384", keyType: "rsa", padding: RSA_PKCS1_PADDING }],
]);

export const SIGNATURE_SCHEMES: readonly number[] = [...SCHEMES.keys()];

/**
 * Reads the peer's Certificate message. Throws HandshakeFailure unless its offer has announced this
 * very certificate.
 */
export function readPeerCertificate(
  body: Buffer,
  announced: readonly PeerFingerprint[],
): X509Certificate {
  const chain = new ByteReader(new ByteReader(body).vector(3));
  if (chain.isAtEnd) {
    throw new HandshakeFailure("badCertificate", "the peer has no certificate");
  }
  const der = chain.vector(3);
  const isAnnounced = announced.some(({ algorithm, value }) =>
    isSameText(value.toUpperCase(), fingerprintOf(algorithm, der)),
  );
  if (!isAnnounced) {
    const message = "the peer's certificate isn't the one that its offer announces";
    throw new HandshakeFailure("badCertificate", message);
  }
  try {
    return new X509Certificate(der);
  } catch {
    throw new HandshakeFailure("badCertificate", "the peer's certificate can't be read");
  }
}

/** Throws HandshakeFailure unless the peer has the key of its certificate. */
export function checkCertificateVerify(
  body: Buffer,
  transcript: Buffer,
  { publicKey }: X509Certificate,
): void {
  const reader = new ByteReader(body);
  const scheme = SCHEMES.get(reader.number(2));
  const signature = reader.vector(2);
  if (scheme === undefined || publicKey.asymmetricKeyType !== scheme.keyType) {
    throw new HandshakeFailure("illegalParameter", "the peer signs in a way that isn't taken");
  }
  const { hash, padding } = scheme;
  const key = padding === undefined ? publicKey : { key: publicKey, padding };
  if (!verify(hash, transcript, key, signature)) {
    throw new HandshakeFailure("decryptError", "the peer hasn't the key of its certificate");
  }
}

function isSameText(a: string, b: string): boolean {
  return a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b));
}
