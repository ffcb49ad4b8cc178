import { once } from "node:events";
import { IncomingMessage } from "node:http";
import { Socket } from "node:net";
import { expect, test } from "vitest";
import { ClientGoneError, IncomingBody } from "./request-body.ts";

/** A request whose client left before anybody read its body. */
async function abandoned(): Promise<IncomingBody> {
  const incoming = new IncomingMessage(new Socket());
  incoming.headers = { "content-length": "10" };
  const body = new IncomingBody(incoming, () => {}, { add: () => {} });
  incoming.destroy();
  await once(incoming, "close");
  return body;
}

test("a body that is asked for after the client has gone says so, as a stream and whole", async () => {
  const { stream } = await abandoned();
  await expect(stream.toArray()).rejects.toThrow(ClientGoneError);
  await expect((await abandoned()).bytes(100)).rejects.toThrow(ClientGoneError);
});
