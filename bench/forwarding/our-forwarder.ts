/** A forwarder by the media engine: what one publisher sends goes to all subscribers. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createMediaEngine, letHeapGrow, type MediaHost } from "../../packages/media/src/index.ts";
import { testCertificate } from "../../packages/media/src/testing/test-certificate.ts";

// As the command does.
letHeapGrow();
const refuses = async (): Promise<never> => {
  throw new Error("no channel is published to");
};
const host: MediaHost = {
  authorizePublish: refuses,
  startRecording: refuses,
  putRecordingObject: refuses,
  event: () => undefined,
};
const ports = { webrtc: { port: 0 } };
const options = { host: "127.0.0.1", ports, path: "app", tls: testCertificate };
const engine = createMediaEngine(options, host);
await engine.start();
const { forwarding } = engine;

const of = { group: "bench", publication: "one", remoteAddress: "127.0.0.1" };
const server = createServer(async (request, response) => {
  let description = "";
  for await (const chunk of request) description += chunk;
  const offer = { ...of, description };
  const isPublisher = request.url === "/publish";
  const answer = isPublisher
    ? await forwarding.openPublication(offer)
    : await forwarding.openSubscription(offer);
  response.writeHead(201).end(answer.description);
});
server.listen(0, "127.0.0.1", () => {
  console.log(`127.0.0.1:${(server.address() as AddressInfo).port}`);
});
