import { createServer, type IncomingHttpHeaders } from "node:http";

export interface Received {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/**
 * An HTTP receiver, on a free port by default, that answers with `statuses` in turn, then with 200,
 * and with what `answerOf` says to the request.
 */
export async function startReceiver(
  statuses: readonly number[] = [],
  wantedPort = 0,
  answerOf: (request: Received) => string = () => "",
) {
  const left = [...statuses];
  const received: Received[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const { method = "", url = "", headers } = request;
      const whole = { method, url, headers, body: Buffer.concat(chunks).toString() };
      received.push(whole);
      response.writeHead(left.shift() ?? 200).end(answerOf(whole));
    });
  });
  const port = await new Promise<number>((resolve, reject) => {
    server.once("error", reject);
    server.listen(wantedPort, "127.0.0.1", () => {
      const address = server.address();
      resolve(typeof address === "object" && address ? address.port : 0);
    });
  });
  return {
    url: `http://127.0.0.1:${port}`,
    received,
    /** The next requests fail. */
    fail: (count: number) => left.push(...Array<number>(count).fill(500)),
    close: () => new Promise((resolve) => server.close(resolve)),
  };
}
