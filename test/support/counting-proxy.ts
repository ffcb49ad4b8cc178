import { once } from "node:events";
import { Agent, createServer, request } from "node:http";
import type { AddressInfo } from "node:net";
import { pipeline } from "node:stream";

/** A proxy before an endpoint that counts the requests for objects' bytes. */
export interface CountingProxy {
  readonly endpoint: string;
  /** GetObject requests so far. */
  readonly reads: () => number;
  /** True: connections break off from now on. */
  isAway: boolean;
  close(): Promise<void>;
}

/** Passes requests on as they are: the host that was signed stays. */
export async function startCountingProxy(target: string): Promise<CountingProxy> {
  const { hostname: host, port } = new URL(target);
  const agent = new Agent({ keepAlive: true });
  let reads = 0;
  const server = createServer((incoming, answer) => {
    if (proxy.isAway) return void incoming.socket.destroy();
    const { method, url: path = "/", rawHeaders: headers } = incoming;
    if (method === "GET" && path.includes("/blobs/")) reads++;
    const outgoing = request({ agent, host, port, method, path, headers }, (theirs) => {
      answer.writeHead(theirs.statusCode ?? 502, theirs.rawHeaders);
      pipeline(theirs, answer, () => {});
    });
    outgoing.on("error", () => answer.destroy());
    pipeline(incoming, outgoing, () => {});
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const proxy: CountingProxy = {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    reads: () => reads,
    isAway: false,
    async close() {
      server.close();
      server.closeAllConnections();
      agent.destroy();
    },
  };
  return proxy;
}
