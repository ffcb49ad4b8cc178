import type { Readable } from "node:stream";
import type { GetObjectCommandOutput } from "@aws-sdk/client-s3";
import { TemplateError } from "@rolecast/template";
import type { Kysely } from "kysely";
import { AwsError } from "../../../kernel/aws-error.ts";
import { isLoopback } from "../../../kernel/loopback.ts";
import type { RequestContext } from "../../../kernel/request-context.ts";
import { CLOUDFORMATION } from "../../../kernel/resource-types/resource-calls.ts";
import type { Tables } from "../../../kernel/store.ts";
import { validation } from "../errors.ts";

/** Source: CloudFormation user guide, "Understand CloudFormation quotas". */
const STORED_BODY_BYTES_MAX = 1_048_576;
const S3_PAGE = "http://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html";

export interface StoredObject {
  readonly Bucket: string;
  readonly Key: string;
  readonly VersionId?: string;
}

/** The server's own addresses, under which clients name what lies in its S3. */
export interface OwnAddress {
  readonly endpoint: string;
  readonly publicBaseUrl: string;
}

/** `s3.us-east-1.amazonaws.com`, `s3-us-west-2.amazonaws.com`, `b.s3.amazonaws.com`. */
const AWS_S3 = /^(?:(.+)\.)?s3(?:[.-](?:dualstack\.)?[a-z]{2}-[a-z]+-\d)?\.amazonaws\.com$/;

/** Whoever reads templates: a request, or a step of a stack's resource. */
export interface Reading {
  readonly region: string;
  /** The server's URL as the caller knows it; undefined for a call from inside the process. */
  readonly baseUrl: string | undefined;
  db<T extends Tables>(): Kysely<T>;
  /** Reads an object with the permissions of whoever asks. */
  getObject(place: StoredObject): Promise<GetObjectCommandOutput>;
}

export function readingOf(context: RequestContext): Reading {
  const options = { invokedBy: CLOUDFORMATION };
  return {
    region: context.region,
    baseUrl: context.baseUrl,
    db: () => context.db(),
    getObject: (place) => context.forward("s3", "GetObject", place, options),
  };
}

/**
 * Reads a template or policy that a URL names, from S3 with the caller's own permissions. Throws
 * ValidationError.
 */
export async function readUrl(
  url: string,
  member: string,
  reading: Reading,
  own: OwnAddress,
): Promise<string> {
  const place = objectOf(url, member, reading, own);
  try {
    return await readObject(place, reading);
  } catch (error) {
    if (!(error instanceof AwsError) || error.code === "ValidationError") throw error;
    const text =
      error.code === "AccessDenied"
        ? `Access Denied\nFor more information check ${S3_PAGE}`
        : error.message;
    throw new AwsError("ValidationError", `S3 error: ${text}`, { status: 400, cause: error });
  }
}

/**
 * Reads what AWS::Include includes, by the caller's permissions. Rejects with TemplateError in
 * AWS's words.
 */
export async function readIncludes(
  addresses: readonly string[],
  reading: Reading,
): Promise<ReadonlyMap<string, string>> {
  const contents = new Map<string, string>();
  let length = 0;
  for (const address of addresses) {
    const [, Bucket = "", Key = ""] = /^s3:\/\/([^/]+)\/(.+)$/.exec(address) ?? [];
    try {
      const content = await readObject({ Bucket, Key }, reading);
      contents.set(address, content);
      // All of them together are a part of one template.
      length += content.length;
      if (length > STORED_BODY_BYTES_MAX) throw tooLong();
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      const reason =
        error.code === "NoSuchBucket" ? `S3 bucket [${Bucket}] does not exist.` : error.message;
      throw new TemplateError(`Transform AWS::Include failed with: ${reason}`);
    }
  }
  return contents;
}

async function readObject(place: StoredObject, reading: Reading): Promise<string> {
  const { Body } = await reading.getObject(place);
  return textOf(Body as unknown as Readable);
}

async function textOf(body: Readable): Promise<string> {
  const pieces: Buffer[] = [];
  let length = 0;
  for await (const piece of body) {
    const bytes = Buffer.from(piece as Uint8Array);
    length += bytes.length;
    if (length > STORED_BODY_BYTES_MAX) {
      body.destroy();
      throw tooLong();
    }
    pieces.push(bytes);
  }
  return Buffer.concat(pieces).toString("utf8");
}

function tooLong(): AwsError {
  return validation(`Template may not exceed ${STORED_BODY_BYTES_MAX} bytes in size.`);
}

function objectOf(text: string, member: string, reading: Reading, own: OwnAddress): StoredObject {
  const unsupported = validation(`${member} must be a supported URL.`);
  if (!URL.canParse(text)) throw unsupported;
  const url = new URL(text);
  if (url.protocol === "s3:")
    throw validation(`S3 error: Domain name specified in ${url.host} is not a valid S3 domain`);
  if (url.protocol !== "https:" && url.protocol !== "http:") throw unsupported;
  const path = url.pathname.slice(1).split("/").map(decoded);
  const VersionId = url.searchParams.get("versionId");
  const version = VersionId === null ? {} : { VersionId };
  const bucket = bucketInHost(url, reading, own);
  if (bucket === undefined) throw unsupported;
  const [first = "", ...rest] = path;
  const found =
    bucket === ""
      ? { Bucket: first, Key: rest.join("/") }
      : { Bucket: bucket, Key: path.join("/") };
  if (found.Bucket === "" || found.Key === "") throw unsupported;
  return { ...found, ...version };
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw validation("TemplateURL must be a supported URL.");
  }
}

/** The bucket in a host's name; empty where the path names it. Undefined: no name of S3. */
function bucketInHost(url: URL, reading: Reading, own: OwnAddress): string | undefined {
  const aws = AWS_S3.exec(url.hostname);
  if (aws) return aws[1] ?? "";
  const names = ownNames(reading, own);
  for (const name of names) {
    if (url.host === name || url.host === `s3.${name}`) return "";
    for (const base of [`.s3.${name}`, `.${name}`])
      if (url.host.endsWith(base)) return url.host.slice(0, -base.length);
  }
  const ports = new Set(names.map((name) => name.replace(/^.*:/, "")));
  return isLoopback(url.hostname) && ports.has(url.port) ? "" : undefined;
}

/** The names with ports under which this server is known, the request's own first. */
function ownNames(reading: Reading, { endpoint, publicBaseUrl }: OwnAddress) {
  const port = new URL(endpoint).port;
  const asked = reading.baseUrl;
  const urls = [...(asked === undefined ? [] : [asked]), endpoint, publicBaseUrl];
  return [
    ...urls.map((each) => new URL(each).host),
    ...["localhost", "host.docker.internal", "localhost.localstack.cloud"].map(
      (name) => `${name}:${port}`,
    ),
  ];
}
