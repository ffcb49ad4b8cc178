import { Agent, request as httpRequest } from "node:http";
import type { Called } from "./services.ts";

export const ROOT = { accessKeyId: "test", secretAccessKey: "test" };

/** A request as an SDK signs it. */
export interface Sendable {
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string | string[] | null>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

const agent = new Agent({ keepAlive: true });
export function send(endpoint: string, sent: Sendable): Promise<{ status: number; text: string }> {
  const { hostname, port } = new URL(endpoint);
  const query = Object.entries(sent.query ?? {})
    .flatMap(([name, value]) =>
      (Array.isArray(value) ? value : [value]).map((each) =>
        each === null
          ? encodeURIComponent(name)
          : `${encodeURIComponent(name)}=${encodeURIComponent(each)}`,
      ),
    )
    .join("&");
  const body = sent.body === undefined ? Buffer.alloc(0) : Buffer.from(sent.body as string);
  return new Promise((resolve, reject) => {
    const request = httpRequest(
      {
        agent,
        hostname,
        port,
        method: sent.method,
        path: sent.path + (query ? `?${query}` : ""),
        headers: { ...sent.headers, "content-length": body.length },
        timeout: 60_000,
      },
      (answer) => {
        const parts: Buffer[] = [];
        answer.on("data", (part: Buffer) => parts.push(part));
        answer.on("end", () =>
          resolve({
            status: answer.statusCode ?? 0,
            text: Buffer.concat(parts).subarray(0, 300).toString(),
          }),
        );
        answer.on("error", reject);
      },
    );
    request.on("error", reject);
    request.end(body);
  });
}

/** Ends an SDK's call where it would send the request. */
class Captured extends Error {
  readonly request: Sendable;
  constructor(request: Sendable) {
    super("captured");
    this.request = request;
  }
}

/** Signs requests as a service's client does, instead of sending them. */
export class Signer {
  readonly #client: { send(command: unknown): Promise<unknown> };

  constructor({ module, client }: Called, endpoint: string) {
    const Client = module[client] as new (
      config: object,
    ) => { send(command: unknown): Promise<unknown> };
    this.#client = new Client({
      endpoint,
      region: "us-east-1",
      credentials: ROOT,
      maxAttempts: 1,
      forcePathStyle: true,
      requestHandler: {
        handle(request: Sendable) {
          throw new Captured(request);
        },
      },
    });
  }

  /** Rejects where the client itself refuses the input. */
  async sign(command: unknown): Promise<Sendable> {
    try {
      await this.#client.send(command);
    } catch (error) {
      if (error instanceof Captured) return error.request;
      throw error;
    }
    throw new Error("The client sent no request.");
  }
}
