import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  DeleteObjectsCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  S3Client,
} from "@aws-sdk/client-s3";
import { ByteRequests } from "./byte-requests.ts";
import type { ObjectStoreSettings } from "./object-store-settings.ts";
import { CONNECT_MS_MAX } from "./store-connection.ts";

/*
 * The part of the AWS SDK that speaks to an object store. It is imported when the first request is
 * sent there: a server without one neither loads nor keeps it.
 */

const COMMANDS = {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  DeleteObjectsCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
} as const;

/** The SDK's commands, its client, and the bucket that each command names. */
export interface Loaded {
  readonly sdk: typeof COMMANDS;
  readonly client: S3Client;
  readonly bytes: ByteRequests;
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
    // The signature covers bodies: a second checksum would say the same.
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
  const { url } = client.config.endpointProvider({
    Bucket: settings.bucket,
    Region: region,
    Endpoint: endpoint,
    ForcePathStyle: pathStyle,
    UseFIPS: false,
    UseDualStack: false,
  });
  const bytes = new ByteRequests(url, { ...credentials, region });
  return { sdk: COMMANDS, client, bytes, bucket: { Bucket: settings.bucket } };
}
