import { createHash, createPublicKey, type KeyObject } from "node:crypto";
import { AwsError } from "../../../kernel/aws-error.ts";

/** Source: UploadSSHPublicKey: only RSA keys of at least 2,048 bits. */
const RSA_BITS_MIN = 2048;
const ALGORITHM = "ssh-rsa";

/** A public key in both of the forms that GetSSHPublicKey shows. */
export interface SshPublicKeyMaterial {
  /** `ssh-rsa AAAA…`, without comment. */
  readonly ssh: string;
  readonly pem: string;
  /** MD5 of the key's own bytes in hexadecimal pairs, as `ssh-keygen -E md5` shows it. */
  readonly fingerprint: string;
}

/**
 * Reads an RSA public key in the format of RFC 4253 (`ssh-rsa …`) or as PEM.
 * @throws InvalidPublicKey, UnrecognizedPublicKeyEncoding
 */
export function parseSshPublicKey(text: string): SshPublicKeyMaterial {
  const key = text.startsWith(`${ALGORITHM} `) ? readSsh(text) : readPem(text);
  const bits = key?.asymmetricKeyDetails?.modulusLength ?? 0;
  if (key?.asymmetricKeyType !== "rsa" || bits < RSA_BITS_MIN)
    throw invalidPublicKey("The public key is not a valid RSA key of at least 2048 bits.");
  const { n = "", e = "" } = key.export({ format: "jwk" });
  const bytes = Buffer.concat([
    field(Buffer.from(ALGORITHM)),
    field(positive(Buffer.from(e, "base64url"))),
    field(positive(Buffer.from(n, "base64url"))),
  ]);
  const digest = createHash("md5").update(bytes).digest("hex");
  return {
    ssh: `${ALGORITHM} ${bytes.toString("base64")}`,
    pem: key.export({ type: "spki", format: "pem" }).toString(),
    fingerprint: (digest.match(/../g) ?? []).join(":"),
  };
}

function readSsh(text: string): KeyObject | undefined {
  const bytes = Buffer.from(text.split(/\s/, 2)[1] ?? "", "base64");
  const fields: Buffer[] = [];
  let at = 0;
  while (at + 4 <= bytes.length && fields.length < 3) {
    const end = at + 4 + bytes.readUInt32BE(at);
    fields.push(bytes.subarray(at + 4, end));
    at = end;
  }
  const [algorithm, e, n] = fields;
  if (algorithm?.toString() !== ALGORITHM || !e || !n || at !== bytes.length) return undefined;
  const jwk = { kty: "RSA", e: e.toString("base64url"), n: n.toString("base64url") };
  return tried(() => createPublicKey({ key: jwk, format: "jwk" }));
}

function readPem(text: string): KeyObject | undefined {
  if (!/^\s*-----BEGIN (?:RSA )?PUBLIC KEY-----/.test(text))
    throw new AwsError(
      "UnrecognizedPublicKeyEncoding",
      "The public key is neither in the ssh-rsa nor in the PEM encoding.",
      { status: 400 },
    );
  return tried(() => createPublicKey(text));
}

/** Undefined for a text that isn't a key, for which node throws. */
function tried(read: () => KeyObject): KeyObject | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}

function field(bytes: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

/** Source: RFC 4251, `mpint`: a number whose first bit is set has a zero byte before it. */
function positive(bytes: Buffer): Buffer {
  return (bytes[0] ?? 0) & 0x80 ? Buffer.concat([Buffer.alloc(1), bytes]) : bytes;
}

function invalidPublicKey(message: string): AwsError {
  return new AwsError("InvalidPublicKey", message, { status: 400 });
}
