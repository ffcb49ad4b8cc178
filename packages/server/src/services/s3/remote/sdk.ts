import { createHash, webcrypto } from "node:crypto";
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
  UploadPartCommand,
} from "@aws-sdk/client-s3";
import type { ObjectStoreSettings } from "./object-store-settings.ts";

/*
 * The part of the AWS SDK that speaks to an object store. It is imported when the first request is
 * sent there: a server without one neither loads nor keeps it.
 */

const CONNECT_MS_MAX = 3_000;
/** Shorter bodies are digested at once: a thread would take longer. */
const DIGESTED_AT_ONCE_BYTES = 64 * 1024;
const SHA256_HEADER = "x-amz-content-sha256";

const COMMANDS = {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  UploadPartCommand,
} as const;

/** The SDK's commands, its client, and the bucket that each command names. */
export interface Loaded {
  readonly sdk: typeof COMMANDS;
  readonly client: S3Client;
  readonly bucket: { readonly Bucket: string };
}

/** Opens no connection yet. */
export function openClient(settings: ObjectStoreSettings): Loaded {
  const { endpoint, region, credentials, pathStyle = endpoint !== undefined } = settings;
  const agent = { keepAlive: true, maxSockets: Number.POSITIVE_INFINITY };
  const client = new S3Client({
    ...(endpoint === undefined ? {} : { endpoint }),
    region,
    credentials: { ...credentials },
    forcePathStyle: pathStyle,
    // Attempts are counted here, where the circuit sees each of them.
    maxAttempts: 1,
    retryMode: "standard",
    // The signature covers the body: a second checksum would say the same.
    requestChecksumCalculation: "WHEN_REQUIRED",
    responseChecksumValidation: "WHEN_REQUIRED",
    // A wait for "100 Continue" takes a round trip, and retries bear a refusal.
    expectContinueHeader: false,
    requestHandler: {
      connectionTimeout: CONNECT_MS_MAX,
      throwOnRequestTimeout: true,
      // Readers that wait for slow clients are silent too: see RemoteReader.
      socketTimeout: 0,
      httpAgent: agent,
      httpsAgent: agent,
    },
    // Else files of the user's home are read.
    ...{ defaultsMode: "standard", userAgentAppId: undefined },
    useArnRegion: false,
    useDualstackEndpoint: false,
    useFipsEndpoint: false,
    disableS3ExpressSessionAuth: true,
    authSchemePreference: ["sigv4"],
  });
  client.middlewareStack.add(
    (next) => async (args) => {
      const { Body } = args.input as { readonly Body?: unknown };
      if (Buffer.isBuffer(Body)) {
        const request = args.request as { readonly headers: Record<string, string> };
        request.headers[SHA256_HEADER] = await sha256Of(Body);
      }
      return next(args);
    },
    { step: "build", name: "bodyDigest" },
  );
  return { sdk: COMMANDS, client, bucket: { Bucket: settings.bucket } };
}

/** In hexadecimal; of much, in a thread of the system's pool. */
async function sha256Of(bytes: Buffer): Promise<string> {
  if (bytes.byteLength <= DIGESTED_AT_ONCE_BYTES)
    return createHash("sha256").update(bytes).digest("hex");
  const digest = await webcrypto.subtle.digest("SHA-256", bytes);
  return Buffer.from(digest).toString("hex");
}
