import type { ObjectRow } from "../tables.ts";

/** What an object carries beside its bytes, as it is stored. */
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
  /** What is kept of the customer's key that the bytes are encrypted with. */
  readonly customerKey?: string | undefined;
  /** Of an object in an archive: until when it can be read. */
  readonly restoredUntilMs?: number | undefined;
}

/** What is stored of an object, or of an upload's. */
export function readAttributesOf({ attributes }: Pick<ObjectRow, "attributes">): ObjectAttributes {
  return JSON.parse(attributes) as ObjectAttributes;
}
