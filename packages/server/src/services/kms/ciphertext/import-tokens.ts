import { createPrivateKey, type KeyObject } from "node:crypto";
import { SecretBox } from "../../../kernel/crypto/secret-box.ts";
import { expiredImportToken, invalidImportToken } from "../errors.ts";
import { keyArn } from "../key-name.ts";
import type { KeyRow } from "../tables.ts";

/** Never changes. */
const PURPOSE = "rolecast kms import token";

/** A wrapping key whose public half a caller was given, with the algorithm that it chose. */
export interface WrappingKey {
  readonly privateKey: KeyObject;
  readonly algorithm: string;
}

interface TokenContent {
  /** PKCS #8, DER, in base64. */
  readonly privateKey: string;
  readonly algorithm: string;
  readonly validToMs: number;
}

/** Seals wrapping keys into the tokens that callers bring back with their material. */
export class ImportTokens {
  readonly #box: SecretBox;

  constructor(sealingKey: Uint8Array) {
    this.#box = new SecretBox(sealingKey, PURPOSE);
  }

  seal(key: KeyRow, { privateKey, algorithm }: WrappingKey, validToMs: number): Uint8Array {
    const bytes = privateKey.export({ type: "pkcs8", format: "der" }).toString("base64");
    const content: TokenContent = { privateKey: bytes, algorithm, validToMs };
    return Buffer.from(this.#box.seal(JSON.stringify(content), keyArn(key)), "base64");
  }

  /** Throws InvalidImportTokenException and ExpiredImportTokenException. */
  open(key: KeyRow, token: Uint8Array, nowMs: number): WrappingKey {
    const { privateKey, algorithm, validToMs } = this.#content(key, token);
    if (validToMs <= nowMs) throw expiredImportToken();
    const bytes = Buffer.from(privateKey, "base64");
    return {
      privateKey: createPrivateKey({ key: bytes, type: "pkcs8", format: "der" }),
      algorithm,
    };
  }

  #content(key: KeyRow, token: Uint8Array): TokenContent {
    try {
      const text = this.#box.open(Buffer.from(token).toString("base64"), keyArn(key));
      return JSON.parse(text) as TokenContent;
    } catch {
      // The box's only way to say that it didn't seal this, or for another key.
      throw invalidImportToken();
    }
  }
}
