import { z } from "zod";
import { ConfigError } from "./config-error.ts";
import { wholeNumber } from "./setting-schemas.ts";

/** Keys of AWS are at most 1,024 bytes long, and ours take less than 64 of them. */
const PREFIX_LENGTH_MAX = 900;
/** Connections that a store is asked over at the same time. */
const CONCURRENCY_MAX = 1_024;
/** A cache of blobs of a byte would have eight million of them, half of what a Map holds. */
const CACHE_BYTES_MAX = 8 * 1024 ** 3;
const CACHE_BYTES = 64 * 1024 ** 2;

/** Longer bodies make a database's backups and vacuums slow for what a store does well. */
const INLINE_BYTES_MAX = 64 * 1024;

/** The setting `inlineObjectBytes`. */
export const inlineBytesSchema = wholeNumber(0, INLINE_BYTES_MAX).optional();

/** The setting `objects`. */
export const objectsSchema = z
  .strictObject({
    type: z.enum(["s3", "folder"], { error: "it takes s3 or folder" }),
    endpoint: z.url({ protocol: /^https?$/ }).optional(),
    /** Source: S3 user guide, "General purpose bucket naming rules"; older ones are longer. */
    bucket: z.string().regex(/^[A-Za-z0-9._-]{3,255}$/, "the name of a bucket"),
    region: z
      .string()
      .regex(/^[a-z0-9-]{1,64}$/, "the name of a Region")
      .default("us-east-1"),
    prefix: z
      .string()
      .max(PREFIX_LENGTH_MAX)
      .regex(/^(?!\/)[\w./=-]*$/, "letters, digits and `_./=-`")
      .default(""),
    concurrency: z.int().min(1).max(CONCURRENCY_MAX).default(64),
    cacheBytes: z.int().min(0).max(CACHE_BYTES_MAX).default(CACHE_BYTES),
    pathStyle: z.boolean().optional(),
    credentials: z
      .strictObject({
        accessKeyId: z.string().min(1).max(256),
        secretAccessKey: z.string().min(1).max(1_024),
      })
      .optional(),
  })
  .optional();

interface GivenStore {
  readonly objects: z.output<typeof objectsSchema>;
  readonly objectsAccessKeyId: string | undefined;
  readonly objectsSecretAccessKey: string | undefined;
}

/** The setting with the key that may be in settings of its own. Throws ConfigError without one. */
export function objectStoreOf(given: GivenStore) {
  const { objects, objectsAccessKeyId: id, objectsSecretAccessKey: secret } = given;
  if (objects === undefined) return undefined;
  if ((id === undefined) !== (secret === undefined))
    throw new ConfigError(
      "The settings objectsAccessKeyId and objectsSecretAccessKey only go together.",
    );
  const own = id === undefined || secret === undefined ? undefined : keyOf(id, secret);
  const credentials = own ?? objects.credentials;
  if (credentials !== undefined) return { ...objects, credentials };
  throw new ConfigError(
    "The setting objects needs credentials, or the settings objectsAccessKeyId and objectsSecretAccessKey.",
  );
}

function keyOf(accessKeyId: string, secretAccessKey: string) {
  return { accessKeyId, secretAccessKey };
}
