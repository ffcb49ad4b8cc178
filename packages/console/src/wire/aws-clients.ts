import { IAMClient } from "@aws-sdk/client-iam";
import { IvsClient } from "@aws-sdk/client-ivs";
import { S3Client } from "@aws-sdk/client-s3";
import { STSClient } from "@aws-sdk/client-sts";
import { SignatureV4 } from "@smithy/signature-v4";
import type { MiddlewareStack } from "@smithy/types";
import type { SignedIn } from "../session/signed-in.ts";
import type { CallLog } from "./call-log.ts";
import { CONSOLE_AGENT } from "./console-agent.ts";
import { recordCalls } from "./record-calls.ts";

export type ClientOptions = ReturnType<typeof clientOptions>;

/** A client of the SDK, which calls can be recorded of. */
interface RecordedClient {
  readonly middlewareStack: object;
}

/** The SDK's clients of one key in one Region; they talk to the server that the page came from. */
export interface AwsClients {
  readonly iam: IAMClient;
  readonly ivs: IvsClient;
  readonly s3: S3Client;
  readonly sts: STSClient;
  /** Signs URLs; what it signs isn't a call of the page. */
  readonly s3Presigner: S3Client;
  readonly region: string;
  /** Signs requests to a service that no client is published for. */
  signer(service: string): SignatureV4;
  /**
   * The client of a service that few pages call, by the AWS CLI's name: the page brings it along,
   * so that the others needn't load it. `make` is called once.
   */
  client<Client extends RecordedClient>(
    service: string,
    make: (options: ClientOptions) => Client,
  ): Client;
}

export function awsClients(key: SignedIn, region: string, log: CallLog): AwsClients {
  const options = clientOptions(key, region);
  const made = new Map<string, RecordedClient>();
  const client: AwsClients["client"] = (service, make) => {
    const known = made.get(service) as ReturnType<typeof make> | undefined;
    if (known) return known;
    const fresh = make(options);
    // The stacks are typed by their services' inputs, of which recording knows nothing.
    const stack = fresh.middlewareStack as MiddlewareStack<object, object>;
    recordCalls(stack, { service, region }, log);
    made.set(service, fresh);
    return fresh;
  };
  const iam = client("iam", () => new IAMClient(options));
  const { credentials, sha256 } = iam.config;
  return {
    iam,
    ivs: client("ivs", () => new IvsClient(options)),
    s3: client("s3api", s3Client),
    sts: client("sts", () => new STSClient(options)),
    s3Presigner: s3Client(options),
    region,
    signer: (service) => new SignatureV4({ credentials, service, region: "us-east-1", sha256 }),
    client,
  };
}

function clientOptions(key: SignedIn, region: string) {
  return {
    endpoint: window.location.origin,
    region,
    credentials: { ...key },
    customUserAgent: CONSOLE_AGENT,
    // A page shows the first answer; users ask again for another.
    maxAttempts: 1,
  };
}

function s3Client(options: ClientOptions): S3Client {
  return new S3Client({
    ...options,
    forcePathStyle: true,
    requestChecksumCalculation: "WHEN_REQUIRED",
    responseChecksumValidation: "WHEN_REQUIRED",
  });
}
