import { ROOT } from "../../test/support/test-server.ts";

interface ClientOptions {
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: typeof ROOT;
  readonly maxAttempts: number;
  readonly forcePathStyle: boolean;
}

/** A server that answers, to its clients. */
export interface Node {
  readonly endpoint: string;
  readonly rtmpsPort: number;
  /** The folder of its own: the data folder, unless others share that. */
  readonly folder: string;
  /** For how long nothing ran on its folder after it; undefined while that is so. */
  awayMs: number | undefined;
  /** The root user's client of a service, by its class in the SDK; it never tries again. */
  client<Client>(of: new (options: ClientOptions) => Client): Client;
}

/** A dead node's lease ends ten seconds after its last beat, and there is one every two. */
const KEEPS_MS = 8_000;

/** Whether another node may have finished its recordings, without what is on its disk. */
export function wasTakenOver({ awayMs }: Node): boolean {
  return awayMs !== undefined && awayMs > KEEPS_MS;
}

export function nodeAt(
  { endpoint, rtmpsPort }: Pick<Node, "endpoint" | "rtmpsPort">,
  folder: string,
): Node {
  const clients = new Map<unknown, unknown>();
  const options: ClientOptions = {
    endpoint,
    region: "us-east-1",
    credentials: ROOT,
    maxAttempts: 1,
    forcePathStyle: true,
  };
  return {
    ...{ endpoint, rtmpsPort, folder, awayMs: undefined },
    client<Client>(of: new (given: ClientOptions) => Client): Client {
      const client = (clients.get(of) as Client | undefined) ?? new of(options);
      clients.set(of, client);
      return client;
    },
  };
}
