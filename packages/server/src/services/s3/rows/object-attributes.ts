import type { KmsEncryption } from "../encryption/kms-encryption.ts";
import type { ObjectRow } from "../tables.ts";

/** The attributes of an object beside its bytes, as they are stored. */
export interface ObjectAttributes {
  readonly contentType?: string | undefined;
  readonly cacheControl?: string | undefined;
  readonly contentDisposition?: string | undefined;
  readonly contentEncoding?: string | undefined;
  readonly contentLanguage?: string | undefined;
  /** As the client wrote it. */
  readonly expires?: string | undefined;
  readonly websiteRedirectLocation?: string | undefined;
  readonly metadata?: Readonly<Record<string, string>> | undefined;
  /** Identifies the customer's key that encrypts the bytes; the key itself is never kept. */
  readonly customerKey?: string | undefined;
  /** The KMS key under which the key of the bytes is kept. */
  readonly kms?: KmsEncryption | undefined;
  /** A restored object in an archive can be read until then. */
  readonly restoredUntilMs?: number | undefined;
}

/** Reads the stored attributes of an object, or of an upload for its object. */
export function readAttributesOf({ attributes }: Pick<ObjectRow, "attributes">): ObjectAttributes {
  return JSON.parse(attributes) as ObjectAttributes;
}
