import { type ConfigInput, createServer as startServer } from "@rolecast/server";
import { CONSOLE_DIR } from "./console-dir.ts";

const REGION = "us-east-1";

/** Ready scripts are what the command runs. */
export type Settings = Omit<ConfigInput, "readyDir">;

/** The options that every client of AWS's SDK for JavaScript takes. */
export interface ClientOptions {
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  /** For S3's client; the others ignore it. */
  readonly forcePathStyle: true;
}

/** A server inside this process. */
export interface Server {
  /** `http://127.0.0.1:41234`: the AWS APIs, HLS playback, the console, `/_rolecast/health`. */
  readonly endpoint: string;
  readonly ports: {
    readonly http: number;
    readonly rtmp: number;
    readonly rtmps: number;
    readonly srt: number;
    readonly webrtc: number;
  };
  /** The root user's, in us-east-1: `new IvsClient(server.clientOptions)`. */
  readonly clientOptions: ClientOptions;
  /** The same as variables, for processes that this one starts. */
  readonly env: Readonly<Record<string, string>>;
  /** PEM file that RTMPS clients can be configured to trust. */
  readonly certificateFile: string;
  /** Empties everything but the accounts' root keys, then applies the seed file if there is one. */
  reset(): Promise<void>;
  /** Ends streams and recordings properly, then everything else. */
  close(): Promise<void>;
}

/**
 * Starts what `rolecast start` starts, in this process: settings and their defaults are those of
 * `rolecast.yml`; variables and files aren't read. Rejects when one can't be honoured or a port is
 * taken; nothing is left running then.
 */
export async function createServer(settings: Settings = {}): Promise<Server> {
  const server = await startServer(settings, { consoleDir: CONSOLE_DIR });
  const { endpoint, ports, certificateFile, root } = server;
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
