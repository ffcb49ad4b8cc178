import assert from "node:assert";
import { type ConfigInput, createServer } from "@rolecast/server";

const REGION = "us-east-1";
/** Nothing kept, free ports, nothing encoded: what a test suite wants unless it says otherwise. */
const TEST_SETTINGS = {
  data: "memory",
  port: 0,
  rtmpPort: 0,
  rtmpsPort: 0,
  srtPort: 0,
  transcodeCores: 0,
  logLevel: "error",
} as const satisfies ConfigInput;

/** What every client of AWS's SDK for JavaScript takes. */
export interface ClientOptions {
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  /** For S3's client; the others don't look at it. */
  readonly forcePathStyle: true;
}

/** A server inside the process of a test suite. */
export interface TestServer {
  /** `http://127.0.0.1:41234`: the AWS APIs, HLS playback, `/_rolecast/health`. */
  readonly endpoint: string;
  readonly ports: {
    readonly http: number;
    readonly rtmp: number;
    readonly rtmps: number;
    readonly srt: number;
  };
  /** The root user's, in us-east-1: `new IvsClient(server.clientOptions)`. */
  readonly clientOptions: ClientOptions;
  /** The same as variables, for processes that the tests start. */
  readonly env: Readonly<Record<string, string>>;
  /** PEM file that RTMPS clients may be told to trust. */
  readonly certificateFile: string;
  /** Empties everything but the accounts' root keys, then applies the seed file if there is one. */
  reset(): Promise<void>;
  /** Ends streams and recordings properly, then everything else. */
  close(): Promise<void>;
}

/**
 * Starts a server in this process: in memory, on free ports of the loopback address. Settings are
 * those of `rolecast.yml`. Rejects when one can't be honoured; nothing is left running then.
 */
export async function createTestServer(
  settings: Omit<ConfigInput, "host" | "readyDir"> = {},
): Promise<TestServer> {
  const server = await createServer({ ...TEST_SETTINGS, ...settings });
  const { endpoint, ports, certificateFile, config } = server;
  const root = server.testRoot ?? config.accounts.find(({ id }) => id === config.account);
  assert(root, "on the loopback address the root user's key is test/test or configured");
  const credentials = {
    accessKeyId: root.rootAccessKeyId,
    secretAccessKey: root.rootSecretAccessKey,
  };
  return {
    endpoint,
    ports,
    certificateFile,
    clientOptions: { endpoint, region: REGION, credentials, forcePathStyle: true },
    env: {
      AWS_ENDPOINT_URL: endpoint,
      AWS_ACCESS_KEY_ID: credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
      AWS_REGION: REGION,
      AWS_DEFAULT_REGION: REGION,
    },
    reset: () => server.reset(),
    close: () => server.close(),
  };
}
