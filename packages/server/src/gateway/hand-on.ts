import type { IncomingMessage } from "node:http";
import { connect as connectTcp, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import { HANDED_ON_HEADER } from "../kernel/web-sockets.ts";
import { after } from "../kernel/work/timers.ts";

const CONNECT_MAX_MS = 5_000;

/**
 * Hands a WebSocket's handshake on to another node, and everything after it in both directions.
 * Rejects where the node isn't reached; what breaks later breaks both connections.
 */
export async function handOn(
  incoming: IncomingMessage,
  socket: Socket,
  head: Buffer,
  nodeUrl: string,
): Promise<void> {
  const other = await connectTo(new URL(nodeUrl));
  const end = () => {
    socket.destroy();
    other.destroy();
  };
  for (const each of [socket, other]) each.on("error", end).on("close", end);
  if (socket.destroyed) return end();
  other.setNoDelay(true);
  other.write(requestText(incoming));
  other.write(head);
  socket.pipe(other);
  other.pipe(socket);
}

function connectTo({ protocol, hostname, port }: URL): Promise<Socket> {
  const isTls = protocol === "https:";
  const at = { host: hostname.replace(/^\[|\]$/g, ""), port: Number(port || (isTls ? 443 : 80)) };
  return new Promise((resolve, reject) => {
    const connected = () => {
      callOff();
      other.removeListener("error", reject);
      resolve(other);
    };
    const other = isTls
      ? connectTls({ ...at, servername: hostname }, connected)
      : connectTcp(at, connected);
    other.once("error", reject);
    const silent = new Error("the node does not answer");
    const callOff = after(CONNECT_MAX_MS, () => other.destroy(silent));
  });
}

/** The handshake as it came, marked. */
function requestText({ method, url, httpVersion, rawHeaders }: IncomingMessage): string {
  const lines = [`${method} ${url} HTTP/${httpVersion}`, `${HANDED_ON_HEADER}: 1`];
  for (let index = 0; index < rawHeaders.length; index += 2)
    lines.push(`${rawHeaders[index]}: ${rawHeaders[index + 1]}`);
  return `${lines.join("\r\n")}\r\n\r\n`;
}
