import { Agent, createServer, request } from "node:http";
import { pipeline } from "node:stream";

/*
 * `bare-proxy.ts PORT` passes requests on to 127.0.0.1:PORT as they are, with node:http alone, and
 * prints its own port: the least that a second hop in Node costs.
 */
const port = Number(process.argv[2]);
const agent = new Agent({ keepAlive: true });

const server = createServer((incoming, answer) => {
  const { method, url: path, rawHeaders: headers } = incoming;
  const outgoing = request({ agent, port, method, path, headers, host: "127.0.0.1" }, (theirs) => {
    answer.writeHead(theirs.statusCode ?? 502, theirs.rawHeaders);
    pipeline(theirs, answer, () => {});
  });
  outgoing.on("error", () => answer.destroy());
  pipeline(incoming, outgoing, () => {});
});
server.listen(0, "127.0.0.1", () => {
  const address = server.address();
  console.log(typeof address === "object" ? address?.port : undefined);
});
