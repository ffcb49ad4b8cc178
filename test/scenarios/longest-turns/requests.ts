import { Agent, request as httpRequest } from "node:http";

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
        // A feed has no end.
        if (answer.headers["content-type"]?.startsWith("text/event-stream")) {
          answer.destroy();
          return resolve({ status: answer.statusCode ?? 0, text: "" });
        }
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
