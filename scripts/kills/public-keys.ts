import { createHash, generateKeyPairSync, type KeyObject } from "node:crypto";

/** Public keys that were made to be imported, by the fingerprints that tell them apart. */
export class PublicKeys {
  readonly #pems = new Map<string, string>();

  /** A new ECDSA P-384 key's fingerprint, as AWS shows it. */
  readonly make = (): string => {
    const { publicKey } = generateKeyPairSync("ec", { namedCurve: "secp384r1" });
    const fingerprint = fingerprintOf(publicKey);
    this.#pems.set(fingerprint, publicKey.export({ type: "spki", format: "pem" }).toString());
    return fingerprint;
  };

  pem(fingerprint: string): string | undefined {
    return this.#pems.get(fingerprint);
  }
}

function fingerprintOf(key: KeyObject): string {
  const der = key.export({ type: "spki", format: "der" });
  const digest = createHash("md5").update(der).digest("hex");
  return digest.replaceAll(/..(?=.)/g, "$&:");
}
