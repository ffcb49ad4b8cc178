import { once } from "node:events";
import { connect } from "node:net";
import { CreateChannelCommand } from "@aws-sdk/client-ivs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestServer, type TestServer } from "../../support/test-server.ts";

/*
 * Requests of strangers with a body, of which only the head is sent: they are refused by it, so
 * that nothing of a body is kept or read.
 */

let server: TestServer;
/** The name of a private channel in its playback URL. */
let playback = "";

beforeAll(async () => {
  server = await startTestServer();
  const { channel } = await server
    .clients()
    .ivs.send(new CreateChannelCommand({ authorized: true }));
  playback = new URL(channel?.playbackUrl ?? "").pathname.replace(/^.*\/(.*)\.m3u8$/, "$1");
});
afterAll(() => server?.close());

const hasNodes = process.env.ROLECAST_TEST_DATABASE !== undefined;

/** The status of the answer to a head alone. */
async function answerTo(method: string, path: string, bearer: string): Promise<number> {
  const { hostname, port } = new URL(server.endpoint);
  const socket = connect(Number(port), hostname);
  const lines = [
    `${method} ${path} HTTP/1.1`,
    `host: ${hostname}:${port}`,
    "content-type: application/sdp",
    "content-length: 60000",
    ...(bearer === "" ? [] : [`authorization: Bearer ${bearer}`]),
  ];
  socket.write(`${lines.join("\r\n")}\r\n\r\n`);
  const [bytes] = await once(socket, "data", { signal: AbortSignal.timeout(20_000) });
  socket.destroy();
  return Number(String(bytes).slice(9, 12));
}

test.each([
  ["POST", "/whip", "", 401],
  ["POST", "/whip", "sk_us-east-1_x_y", 403],
  ["POST", "/whip", "sk_us-east-1_x_y?priority=1", 403],
  ["POST", "/whep/PLAYBACK", "x.y.z", 404],
  ["POST", "/ivs-realtime/whip/publish/x", "", 401],
  ["POST", "/ivs-realtime/whip/publish/x", "x.y.z", 401],
  ["PUT", "/_cloudformation/responses/x", "", 403],
  ["PUT", "/_cloudformation/signals/x", "", 403],
  // A server on a shared database may be one of several nodes, and asks for their signature.
  ["POST", "/_rolecast/node/ivs/stopStream", "", hasNodes ? 403 : 404],
] as const)("%s %s with %j is refused before its body", async (method, path, bearer, status) => {
  expect(await answerTo(method, path.replace("PLAYBACK", playback), bearer)).toBe(status);
});
