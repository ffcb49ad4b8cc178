import { CloudTrailClient } from "@aws-sdk/client-cloudtrail";
import { IAMClient } from "@aws-sdk/client-iam";
import { IvsClient } from "@aws-sdk/client-ivs";
import { S3Client } from "@aws-sdk/client-s3";
import { STSClient } from "@aws-sdk/client-sts";
import { type ConfigInput, createServer, type RunningServer } from "@rolecast/server";
import { removeDatabase, testDatabase } from "./test-database.ts";
import { TEST_INLINE_BYTES, testObjects } from "./test-objects.ts";

/** A key of somebody; without one, clients sign as the root user of the default account. */
export interface Key {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

export const ROOT: Key = { accessKeyId: "test", secretAccessKey: "test" };

/** SDK clients of one key in one Region. Retries are off: a test wants the first answer. */
export interface Clients {
  readonly iam: IAMClient;
  readonly sts: STSClient;
  readonly s3: S3Client;
  readonly ivs: IvsClient;
  readonly cloudtrail: CloudTrailClient;
}

/** A server of a test's own, on free ports, that keeps nothing. */
export interface TestServer {
  readonly endpoint: string;
  readonly server: RunningServer;
  clients(key?: Key, region?: string): Clients;
  close(): Promise<void>;
}

export async function startTestServer(config: ConfigInput = {}): Promise<TestServer> {
  const { data = "memory" } = config;
  const database = "database" in config ? undefined : await testDatabase(data);
  const server = await createServer({
    data,
    database,
    objects: await testObjects(data),
    inlineObjectBytes: TEST_INLINE_BYTES,
    port: 0,
    rtmpPort: 0,
    rtmpsPort: 0,
    srtPort: 0,
    allowReset: true,
    // Most tests aren't about renditions: encoding them costs more than all the rest.
    transcodeCores: 0,
    // A test of deletions is about how they end, or says otherwise.
    roleDeletionDelayMs: 0,
    ...config,
  });
  return {
    endpoint: server.endpoint,
    server,
    clients: clientsAt(server.endpoint),
    async close() {
      await server.close();
      await removeDatabase(database);
    },
  };
}

/** Clients of a server: of each key and Region the same ones, which keep their connections. */
export function clientsAt(endpoint: string): (key?: Key, region?: string) => Clients {
  const made = new Map<string, Clients>();
  return (key = ROOT, region = "us-east-1") => {
    const name = JSON.stringify([key, region]);
    const clients = made.get(name) ?? clientsOf(endpoint, key, region);
    made.set(name, clients);
    return clients;
  };
}

export function clientsOf(endpoint: string, key: Key, region: string): Clients {
  const options = { endpoint, region, credentials: key, maxAttempts: 1 };
  return {
    iam: new IAMClient(options),
    sts: new STSClient(options),
    s3: new S3Client({ ...options, forcePathStyle: true }),
    ivs: new IvsClient(options),
    cloudtrail: new CloudTrailClient(options),
  };
}
