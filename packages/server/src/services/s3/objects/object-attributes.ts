import { headerText } from "@rolecast/wire";
import { AwsError } from "../../../kernel/aws-error.ts";
import type { RequestContext } from "../../../kernel/request-context.ts";
import type { KeptEncryption } from "../encryption/object-encryption.ts";
import { invalidArgument } from "../errors.ts";
import type { ObjectAttributes } from "../rows/object-attributes.ts";

/** The members that PutObject, CopyObject and CreateMultipartUpload have in common. */
export interface AttributesInput {
  readonly ACL?: string | undefined;
  readonly CacheControl?: string | undefined;
  readonly ContentDisposition?: string | undefined;
  readonly ContentEncoding?: string | undefined;
  readonly ContentLanguage?: string | undefined;
  readonly ContentType?: string | undefined;
  readonly Expires?: Date | undefined;
  readonly GrantFullControl?: string | undefined;
  readonly GrantRead?: string | undefined;
  readonly GrantReadACP?: string | undefined;
  readonly GrantWriteACP?: string | undefined;
  readonly Metadata?: Readonly<Record<string, string>> | undefined;
  readonly StorageClass?: string | undefined;
  readonly WebsiteRedirectLocation?: string | undefined;
}

/** The user's and the system's each. Amazon S3 user guide, "Working with object metadata". */
const METADATA_BYTES_MAX = 2048;

const METADATA = "x-amz-meta";
/** Source: RFC 9110, "Tokens". */
const HEADER_NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;

const DEFAULT_CONTENT_TYPE = "binary/octet-stream";

const STORAGE_CLASSES = [
  "STANDARD",
  "REDUCED_REDUNDANCY",
  "STANDARD_IA",
  "ONEZONE_IA",
  "INTELLIGENT_TIERING",
  "GLACIER_IR",
  "GLACIER",
  "DEEP_ARCHIVE",
];

/** Reads what is to be stored. Throws what S3 answers to more than it takes. */
export function readAttributes(
  input: AttributesInput,
  { customerKey, kms }: KeptEncryption,
  context: RequestContext,
): ObjectAttributes {
  checkMetadata(input.Metadata);
  const expires = sentExpires(context) ?? input.Expires?.toUTCString();
  checkSystemMetadata(input, expires);
  const redirect = input.WebsiteRedirectLocation;
  if (redirect !== undefined && !/^(\/|https?:\/\/)/.test(redirect)) {
    throw new AwsError(
      "InvalidRedirectLocation",
      "The website redirect location must have a prefix of 'http://' or 'https://' or '/'.",
      { status: 400 },
    );
  }
  return {
    contentType: input.ContentType || DEFAULT_CONTENT_TYPE,
    cacheControl: input.CacheControl,
    contentDisposition: input.ContentDisposition,
    contentEncoding: input.ContentEncoding || undefined,
    contentLanguage: input.ContentLanguage,
    expires,
    websiteRedirectLocation: redirect,
    ...(input.Metadata && Object.keys(input.Metadata).length > 0
      ? { metadata: lowerCaseKeys(input.Metadata) }
      : {}),
    customerKey,
    kms,
  };
}

/** Throws InvalidStorageClass. */
export function readStorageClass(input: AttributesInput): string {
  const storageClass = input.StorageClass ?? "STANDARD";
  if (STORAGE_CLASSES.includes(storageClass)) return storageClass;
  throw new AwsError("InvalidStorageClass", "The storage class you specified is not valid", {
    status: 400,
    fields: { StorageClassRequested: storageClass },
  });
}

/** The members of GetObject's and HeadObject's outputs. */
export function attributesOutput(attributes: ObjectAttributes) {
  const expires = attributes.expires === undefined ? Number.NaN : Date.parse(attributes.expires);
  return {
    ContentType: attributes.contentType,
    CacheControl: attributes.cacheControl,
    ContentDisposition: attributes.contentDisposition,
    ContentEncoding: attributes.contentEncoding,
    ContentLanguage: attributes.contentLanguage,
    Expires: Number.isNaN(expires) ? undefined : new Date(expires),
    WebsiteRedirectLocation: attributes.websiteRedirectLocation,
    Metadata: attributes.metadata ? { ...attributes.metadata } : undefined,
  };
}

function checkMetadata(metadata: Readonly<Record<string, string>> | undefined): void {
  if (!metadata) return;
  let sizeBytes = 0;
  for (const [name, value] of Object.entries(metadata)) {
    // A form's field may be called anything; whoever reads the object gets it as a header.
    if (!HEADER_NAME.test(name))
      throw invalidArgument("A metadata name must be valid in a header name.", METADATA, name);
    sizeBytes += Buffer.byteLength(name) + Buffer.byteLength(value);
  }
  checkSize(sizeBytes);
}

/** The model has a time, S3 keeps the text. */
function sentExpires({ form, http }: RequestContext): string | undefined {
  if (form) return form.fields.get("expires");
  return http?.headers.expires === undefined ? undefined : headerText(http.headers.expires);
}

function checkSystemMetadata(input: AttributesInput, expires: string | undefined): void {
  const headers = {
    "cache-control": input.CacheControl,
    "content-disposition": input.ContentDisposition,
    "content-encoding": input.ContentEncoding,
    "content-language": input.ContentLanguage,
    "content-type": input.ContentType,
    expires,
  };
  let sizeBytes = 0;
  for (const [name, value] of Object.entries(headers))
    if (value !== undefined) sizeBytes += name.length + Buffer.byteLength(value);
  checkSize(sizeBytes);
}

function checkSize(sizeBytes: number): void {
  if (sizeBytes <= METADATA_BYTES_MAX) return;
  throw new AwsError(
    "MetadataTooLarge",
    "Your metadata headers exceed the maximum allowed metadata size",
    {
      status: 400,
      fields: { Size: String(sizeBytes), MaxSizeAllowed: String(METADATA_BYTES_MAX) },
    },
  );
}

function lowerCaseKeys(metadata: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(metadata).map(([name, value]) => [name.toLowerCase(), value]),
  );
}
