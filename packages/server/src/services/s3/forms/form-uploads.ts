import { Readable } from "node:stream";
import type * as s3 from "@aws-sdk/client-s3";
import {
  type AnonymousAuthentication,
  type ApiDefinition,
  bucketFromHost,
  escapeXml,
  percentDecode,
  requestHeaders,
  type SignedForm,
} from "@rolecast/wire";
import { AwsError } from "../../../kernel/aws-error.ts";
import type { Caller } from "../../../kernel/principal.ts";
import type { PlainRequest, PlainResponse } from "../../../kernel/service.ts";
import { CHECKSUM_ALGORITHMS } from "../checksums/checksum-algorithm.ts";
import { corsHeaders } from "../cors/cors-headers.ts";
import type { S3Dependencies } from "../dependencies.ts";
import {
  entityTooLarge,
  entityTooSmallForm,
  invalidArgument,
  malformedForm,
  preconditionFailed,
} from "../errors.ts";
import { putInputOf } from "./form-input.ts";
import { checkPostPolicy, type LengthRange } from "./post-policy.ts";
import { readForm, type UploadForm } from "./read-form.ts";

/** The signer of a form; without a Region in its signature it is for the bucket's. */
export interface SignerOfForm {
  readonly caller: Caller;
  readonly authentication: SignedForm | AnonymousAuthentication;
}

export interface FormDependencies {
  /** Names of the server, below which buckets have theirs. */
  readonly hosts: readonly string[];
  readonly authenticator: {
    authenticateForm(
      service: { readonly definition: ApiDefinition },
      fields: ReadonlyMap<string, string>,
    ): Promise<SignerOfForm>;
  };
}

const FORM_TYPE = "multipart/form-data";
const DEFAULT_REGION = "us-east-1";
/** The size of a single upload is checked where all are. */
const NO_LIMITS: LengthRange = { min: 0, max: Number.POSITIVE_INFINITY };
const FILE_NAME = "${filename}";

/**
 * A file that a browser's form uploads: PutObject as whoever signed the form's policy, within what
 * the policy allows. Undefined: the request is none. Rejects with PreconditionFailed for a form of
 * another type. Source: S3 API, "Browser-based uploads using POST".
 */
export function formUpload(
  request: PlainRequest,
  definition: ApiDefinition,
  deps: S3Dependencies & FormDependencies,
): Promise<PlainResponse> | undefined {
  const { method, headers, path, query } = request;
  if (method !== "POST" || request.isSigned) return undefined;
  const bucket = bucketOf(path, headers.host, deps.hosts);
  if (bucket === undefined) return undefined;
  if (headers["content-type"]?.startsWith(FORM_TYPE) === true)
    return answerForm(request, bucket, definition, deps);
  // With a query it is an operation of the bucket, or signed there.
  if (query.size > 0) return undefined;
  return Promise.reject(
    preconditionFailed(`Bucket POST must be of the enclosure-type ${FORM_TYPE}`),
  );
}

async function answerForm(
  request: PlainRequest,
  bucket: string,
  definition: ApiDefinition,
  deps: S3Dependencies & FormDependencies,
): Promise<PlainResponse> {
  const form = await readForm(request.body, request.headers);
  const signedBy = (fields: ReadonlyMap<string, string>) =>
    deps.authenticator.authenticateForm({ definition }, fields);
  try {
    const answer = await upload(form, bucket, request, { ...deps, signedBy });
    return {
      ...answer,
      headers: { ...answer.headers, ...(await corsHeaders(request, deps.store, deps.hosts)) },
    };
  } finally {
    // What is left of a file that nobody wanted must not hold up the connection.
    form.file.resume();
  }
}

async function upload(
  form: UploadForm,
  bucket: string,
  request: PlainRequest,
  {
    signedBy,
    clock,
    ids,
    invoke,
  }: Pick<S3Dependencies, "clock" | "ids" | "invoke"> & {
    readonly signedBy: (fields: ReadonlyMap<string, string>) => Promise<SignerOfForm>;
  },
): Promise<PlainResponse> {
  const fields = new Map(form.fields);
  // As recorded of AWS, of a file without a name nothing takes the variable's place.
  const key = fields.get("key")?.replaceAll(FILE_NAME, () => form.fileName ?? FILE_NAME);
  if (key === undefined || key === "")
    throw invalidArgument(
      key === undefined
        ? "Bucket POST must contain a field named 'key'.  If it is specified, please check the order of the fields."
        : "User key must have a length greater than 0.",
      "key",
      "",
    );
  fields.set("key", key);
  const { caller, authentication } = await signedBy(fields);
  const region = authentication.kind === "form" ? authentication.scope?.region : undefined;
  const policy = fields.get("policy");
  const length =
    policy === undefined
      ? undefined
      : checkPostPolicy(policy, new Map(fields).set("bucket", bucket), clock.nowMs());
  const input: s3.PutObjectCommandInput = {
    ...putInputOf(bucket, key, fields),
    Body: Readable.from(within(form.file, length ?? NO_LIMITS)),
  };
  const response = { status: undefined, headers: {} };
  const requestId = ids.uuid();
  const put = await invoke<s3.PutObjectCommandOutput>("s3", "PutObject", input, {
    as: caller,
    requestId,
    authentication,
    region: region ?? DEFAULT_REGION,
    regionIsSigned: region !== undefined,
    sourceIp: request.remoteAddress,
    userAgent: request.headers["user-agent"],
    referer: request.headers.referer,
    secure: request.scheme === "https",
    form: { fields, response },
  });
  const answer = answerTo(fields, put, { bucket, key, request });
  const named = requestHeaders(requestId);
  return { ...answer, headers: { ...named, ...response.headers, ...answer.headers } };
}

function bucketOf(
  path: string,
  host: string | undefined,
  hosts: readonly string[],
): string | undefined {
  const named = bucketFromHost(host, hosts);
  if (named !== undefined) return path === "/" ? named : undefined;
  const [, bucket = "", rest = ""] = path.split("/");
  return bucket !== "" && rest === "" ? percentDecode(bucket) : undefined;
}

async function* within(
  file: AsyncIterable<Buffer>,
  { min, max }: LengthRange,
): AsyncGenerator<Buffer> {
  let sizeBytes = 0;
  for await (const chunk of whole(file)) {
    sizeBytes += chunk.length;
    if (sizeBytes > max) throw entityTooLarge(sizeBytes, max);
    yield chunk;
  }
  if (sizeBytes < min) throw entityTooSmallForm(sizeBytes, min);
}

/** A form that ends in the middle of its file isn't one. */
async function* whole(file: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  try {
    yield* file;
  } catch (error) {
    if (error instanceof AwsError) throw error;
    throw malformedForm();
  }
}

interface Uploaded {
  readonly bucket: string;
  readonly key: string;
  readonly request: PlainRequest;
}

/** As the form asks: a redirection, or an empty answer, or with status 201 a document. */
function answerTo(
  fields: ReadonlyMap<string, string>,
  put: s3.PutObjectCommandOutput,
  { bucket, key, request: { scheme, headers, path } }: Uploaded,
): PlainResponse {
  const { ETag: etag = "" } = put;
  // As recorded of AWS, slashes are encoded too.
  const keyPath = encodeURIComponent(key);
  const location = `${scheme}://${headers.host ?? "localhost"}/${path === "/" ? "" : `${bucket}/`}${keyPath}`;
  const answered = {
    etag,
    location,
    ...writtenHeaders(put),
  };
  const redirect = redirection(fields.get("success_action_redirect") ?? fields.get("redirect"));
  if (redirect) {
    for (const [name, value] of Object.entries({ bucket, key, etag }))
      redirect.searchParams.append(name, value);
    return { status: 303, headers: { ...answered, location: redirect.href }, body: undefined };
  }
  const status = fields.get("success_action_status");
  if (status !== "201")
    return { status: status === "200" ? 200 : 204, headers: answered, body: undefined };
  const elements = { Location: location, Bucket: bucket, Key: key, ETag: etag };
  const content = Object.entries(elements).map(
    ([name, value]) => `<${name}>${escapeXml(value)}</${name}>`,
  );
  return {
    status: 201,
    headers: { ...answered, "content-type": "application/xml" },
    body: `<?xml version="1.0" encoding="UTF-8"?>\n<PostResponse>${content.join("")}</PostResponse>`,
  };
}

/** What PutObject's answer has in its headers too. Source: S3 API, "POST object". */
function writtenHeaders(put: s3.PutObjectCommandOutput): Readonly<Record<string, string>> {
  const headers = {
    "x-amz-version-id": put.VersionId,
    "x-amz-expiration": put.Expiration,
    "x-amz-server-side-encryption": put.ServerSideEncryption,
    "x-amz-server-side-encryption-aws-kms-key-id": put.SSEKMSKeyId,
    "x-amz-server-side-encryption-bucket-key-enabled": put.BucketKeyEnabled?.toString(),
    "x-amz-server-side-encryption-customer-algorithm": put.SSECustomerAlgorithm,
    "x-amz-server-side-encryption-customer-key-md5": put.SSECustomerKeyMD5,
    "x-amz-checksum-type": put.ChecksumType,
    ...Object.fromEntries(
      Object.values(CHECKSUM_ALGORITHMS).map(({ header, member }) => [header, put[member]]),
    ),
  };
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, value]],
    ),
  );
}

/** Ignores what is no URL, as S3 does. */
function redirection(url: string | undefined): URL | undefined {
  return url !== undefined && URL.canParse(url) && /^https?:/.test(url) ? new URL(url) : undefined;
}
