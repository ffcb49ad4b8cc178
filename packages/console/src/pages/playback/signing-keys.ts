/** The only algorithm that IVS takes: ECDSA on P-384 with SHA-384 (ES384). */
const ALGORITHM = { name: "ECDSA", namedCurve: "P-384" };
const SIGNATURE = { name: "ECDSA", hash: "SHA-384" };

/** Both halves as PEM. */
export interface SigningKeys {
  readonly publicKey: string;
  readonly privateKey: string;
}

let remembered = "";

/** The private key that was made last, until the page is reloaded. */
export function rememberedSigningKey(): string {
  return remembered;
}

export function rememberSigningKey(pem: string): void {
  remembered = pem;
}

export async function createSigningKeys(): Promise<SigningKeys> {
  const pair = await subtle().generateKey(ALGORITHM, true, ["sign", "verify"]);
  const [spki, pkcs8] = await Promise.all([
    subtle().exportKey("spki", pair.publicKey),
    subtle().exportKey("pkcs8", pair.privateKey),
  ]);
  return { publicKey: pem("PUBLIC KEY", spki), privateKey: pem("PRIVATE KEY", pkcs8) };
}

/** A JSON Web Token with these claims. */
export async function signToken(
  privateKeyPem: string,
  claims: Readonly<Record<string, unknown>>,
): Promise<string> {
  const der = privateKeyBytes(privateKeyPem);
  const key = await subtle().importKey("pkcs8", der, ALGORITHM, false, ["sign"]);
  const head = base64Url(text(JSON.stringify({ alg: "ES384", typ: "JWT" })));
  const signed = `${head}.${base64Url(text(JSON.stringify(claims)))}`;
  const signature = await subtle().sign(SIGNATURE, key, text(signed));
  return `${signed}.${base64Url(new Uint8Array(signature))}`;
}

/** PKCS #8 as it is; what `openssl ecparam -genkey` writes (SEC 1) is put into it. */
function privateKeyBytes(pemText: string): Uint8Array<ArrayBuffer> {
  const match = /-----BEGIN (EC )?PRIVATE KEY-----([\s\S]+?)-----END/.exec(pemText);
  if (!match) throw new Error("This isn't a private key in PEM: it has no BEGIN PRIVATE KEY line.");
  const [, sec1, base64 = ""] = match;
  const bytes = Uint8Array.from(atob(base64.replace(/\s/g, "")), (char) => char.charCodeAt(0));
  return sec1 === undefined ? bytes : wrapSec1(bytes);
}

/** INTEGER 0, then the algorithm: id-ecPublicKey on secp384r1 (RFC 5480). */
const PKCS8_HEAD = [
  0x02, 0x01, 0x00, 0x30, 0x10, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x05,
  0x2b, 0x81, 0x04, 0x00, 0x22,
];

/**
 * The private key as PKCS #8 holds it (RFC 5208, section 5): an octet string after its algorithm.
 */
function wrapSec1(sec1: Uint8Array): Uint8Array<ArrayBuffer> {
  const octets = [0x04, ...derLength(sec1.length), ...sec1];
  const body = [...PKCS8_HEAD, ...octets];
  return Uint8Array.from([0x30, ...derLength(body.length), ...body]);
}

function derLength(length: number): number[] {
  if (length < 0x80) return [length];
  if (length < 0x100) return [0x81, length];
  return [0x82, length >> 8, length & 0xff];
}

function subtle(): SubtleCrypto {
  // Browsers have it on https and on the machine itself only.
  if (globalThis.crypto.subtle === undefined) {
    throw new Error("This browser makes keys only on https or on localhost.");
  }
  return globalThis.crypto.subtle;
}

function pem(label: string, bytes: ArrayBuffer): string {
  const lines = btoa(String.fromCharCode(...new Uint8Array(bytes))).match(/.{1,64}/g) ?? [];
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ""].join("\n");
}

function text(value: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(value);
}

function base64Url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");
}
