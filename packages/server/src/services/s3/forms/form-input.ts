import type * as s3 from "@aws-sdk/client-s3";
import { latin1Text, parseXml, type XmlElement } from "@rolecast/wire";
import { CHECKSUM_ALGORITHMS } from "../checksums/checksum-algorithm.ts";
import { invalidArgument, malformedXml } from "../errors.ts";

/** Fields that mean what PutObject's headers do. Source: S3 API, "POST object". */
const MEMBERS: ReadonlyMap<string, keyof s3.PutObjectCommandInput> = new Map([
  ["acl", "ACL"],
  ["content-md5", "ContentMD5"],
  ["x-amz-server-side-encryption", "ServerSideEncryption"],
  ["x-amz-server-side-encryption-aws-kms-key-id", "SSEKMSKeyId"],
  ["x-amz-server-side-encryption-context", "SSEKMSEncryptionContext"],
  ["x-amz-server-side-encryption-customer-algorithm", "SSECustomerAlgorithm"],
  ["x-amz-server-side-encryption-customer-key", "SSECustomerKey"],
  ["x-amz-server-side-encryption-customer-key-md5", "SSECustomerKeyMD5"],
  ["x-amz-object-lock-legal-hold", "ObjectLockLegalHoldStatus"],
  ["x-amz-object-lock-mode", "ObjectLockMode"],
  ["x-amz-storage-class", "StorageClass"],
  ["x-amz-website-redirect-location", "WebsiteRedirectLocation"],
  ...Object.values(CHECKSUM_ALGORITHMS).map(({ header, member }) => [header, member] as const),
]);
/**
 * Fields whose texts are an answer's headers. As recorded of AWS for the first two, a form's come
 * back as Latin-1, where a header's come back as the bytes that were sent.
 */
const TEXTS: ReadonlyMap<string, keyof s3.PutObjectCommandInput> = new Map([
  ["cache-control", "CacheControl"],
  ["content-disposition", "ContentDisposition"],
  ["content-encoding", "ContentEncoding"],
  ["content-language", "ContentLanguage"],
  ["content-type", "ContentType"],
]);
const RETAIN_UNTIL = "x-amz-object-lock-retain-until-date";
const BUCKET_KEY = "x-amz-server-side-encryption-bucket-key-enabled";
const METADATA_PREFIX = "x-amz-meta-";

/**
 * PutObject's input but for the body. Throws MalformedXML for tags that aren't whole, and
 * InvalidArgument for a retention until no date.
 */
export function putInputOf(
  bucket: string,
  key: string,
  fields: ReadonlyMap<string, string>,
): s3.PutObjectCommandInput {
  const members: Record<string, unknown> = {};
  const metadata = new Map<string, string>();
  for (const [name, value] of fields) {
    const member = MEMBERS.get(name);
    const text = TEXTS.get(name);
    if (member !== undefined) members[member] = value;
    else if (text !== undefined) members[text] = latin1Text(value);
    else if (name.startsWith(METADATA_PREFIX))
      metadata.set(name.slice(METADATA_PREFIX.length), value);
  }
  const expires = new Date(fields.get("expires") ?? "");
  const tagging = fields.get("tagging");
  const retainUntil = fields.get(RETAIN_UNTIL);
  const bucketKey = fields.get(BUCKET_KEY);
  return {
    ...members,
    ...(Number.isNaN(expires.getTime()) ? {} : { Expires: expires }),
    ...(retainUntil === undefined ? {} : { ObjectLockRetainUntilDate: isoDate(retainUntil) }),
    ...(bucketKey === undefined ? {} : { BucketKeyEnabled: bucketKey === "true" }),
    ...(tagging === undefined ? {} : { Tagging: taggingHeader(tagging) }),
    ...(metadata.size > 0 ? { Metadata: Object.fromEntries(metadata) } : {}),
    Bucket: bucket,
    Key: key,
  };
}

function isoDate(text: string): Date {
  const date = new Date(text);
  if (/^\d{4}-\d\d-\d\dT/.test(text) && !Number.isNaN(date.getTime())) return date;
  const message = "The retain until date must be provided in ISO 8601 format";
  throw invalidArgument(message, RETAIN_UNTIL, text);
}

/** A form has its tags as PutObjectTagging's document. */
function taggingHeader(document: string): string {
  const root = parseXml(document);
  const [set] = root.children;
  // S3 takes any document, and tags from its own alone.
  if (root.name !== "Tagging" || set?.name !== "TagSet") return "";
  const text = (tag: XmlElement, name: string) => {
    const found = tag.children.find((child) => child.name === name);
    if (!found) throw malformedXml();
    return found.text;
  };
  const pairs = set.children.map((tag) => [text(tag, "Key"), text(tag, "Value")]);
  return new URLSearchParams(pairs).toString();
}
