import { createSocket } from "node:dgram";
import { once } from "node:events";
import { expect, test } from "vitest";
import { SocketDrain } from "./socket-drain.ts";

/** More than one turn of the event loop reads. */
const DATAGRAMS = 200;

test("all datagrams that had arrived are read when a socket is drained", async () => {
  const [receiver, sender] = [createSocket("udp4"), createSocket("udp4")];
  receiver.bind(0);
  await once(receiver, "listening");
  sender.connect(receiver.address().port, "127.0.0.1");
  await once(sender, "connect");
  let read = 0;
  const drain = new SocketDrain(receiver);
  receiver.on("message", (datagram) => {
    read += drain.take(datagram) ? 0 : 1;
  });
  try {
    for (let sent = 0; sent < DATAGRAMS; sent++) sender.send(Buffer.alloc(100));
    const drained = drain.drained();
    expect(read).toBe(0);
    await drained;
    expect(read).toBe(DATAGRAMS);
    const mark = Buffer.alloc(17, 0xff);
    expect(drain.take(mark)).toBe(false);
  } finally {
    drain.close();
    sender.close();
    receiver.close();
  }
});
