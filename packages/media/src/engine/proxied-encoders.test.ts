import { once } from "node:events";
import { connect } from "node:net";
import { connect as connectTls } from "node:tls";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { EngineHarness } from "../testing/engine-harness.ts";
import { RtmpClient } from "../testing/rtmp-client.ts";

/* Encoders whose connections a load balancer hands on, with their addresses in PROXY headers. */

const START = "NetStream.Publish.Start";
const header = (address: string) => `PROXY TCP4 ${address} 10.0.0.5 40000 1935\r\n`;

const endedOf = ({ events }: EngineHarness) =>
  events.filter(({ type }) => type === "session-ended");

/** A connection that begins with these bytes, each of them sent alone. */
async function openWith(port: number, ...begin: readonly string[]): Promise<RtmpClient> {
  const client = await RtmpClient.open(port);
  for (const bytes of begin) {
    client.socket.write(bytes);
    await new Promise((resolve) => setImmediate(resolve));
  }
  return client;
}

async function overTls(port: number, begin: string): Promise<RtmpClient> {
  const socket = connect(port, "127.0.0.1");
  socket.write(begin);
  const secure = connectTls({ socket, rejectUnauthorized: false });
  const client = new RtmpClient(secure);
  await once(secure, "secureConnect");
  return client;
}

describe.each([
  ["in this process", 0],
  ["in a worker", 1],
])("encoders behind a proxy, %s", (_name, workers) => {
  const limits = { connectionsOfAddressMax: 1 };
  const harness = new EngineHarness({ proxies: ["127.0.0.0/8"], limits, workers });
  beforeAll(() => harness.start());
  afterAll(() => harness.engine.close());

  test("have their own addresses and places", async () => {
    const { rtmpPort, rtmpsPort } = harness;
    const clients = {
      "203.0.113.1": await openWith(rtmpPort, header("203.0.113.1")),
      "203.0.113.2": await openWith(rtmpPort, ...header("203.0.113.2")),
      "203.0.113.3": await overTls(rtmpsPort, header("203.0.113.3")),
      // The proxy's own, and another node's.
      "127.0.0.1": await RtmpClient.open(rtmpPort),
    };
    for (const [address, client] of Object.entries(clients)) {
      expect(await client.publish(address)).toBe(START);
      expect(harness.requests.at(-1)?.remoteAddress).toBe(address);
    }
    const second = await openWith(rtmpPort, header("203.0.113.1"));
    second.socket.resume();
    await second.until(() => second.closed);
    clients["203.0.113.1"].socket.destroy();
    await harness.seen("session-ended", ({ streamName }) => streamName === "channel/203.0.113.1");
    const next = await openWith(rtmpPort, header("203.0.113.1"));
    expect(await next.publish("203.0.113.1")).toBe(START);
    for (const client of [...Object.values(clients), next]) client.socket.destroy();
    const { length } = Object.keys(clients);
    await harness.seen("session-ended", () => endedOf(harness).length === length + 1);
  });

  test("are refused with a header that is wrong", async () => {
    const before = harness.events.length;
    for (const begin of ["PROXY TCP4 here there\r\n", `PROXY ${"x".repeat(200)}`]) {
      const client = await openWith(harness.rtmpPort, begin);
      await client.until(() => client.closed);
    }
    const reasons = () =>
      harness.events
        .slice(before)
        .flatMap((event) => (event.type === "publish-refused" ? [event.reason] : []));
    // From a worker they come after the connection's end.
    await expect
      .poll(reasons)
      .toEqual([
        "the PROXY header names no addresses and ports of TCP",
        "the PROXY header has no end within 107 bytes",
      ]);
  });
});

test("a header from an address that isn't trusted is no header", async () => {
  const harness = await new EngineHarness({ proxies: ["192.0.2.1"] }).start();
  for (const port of [harness.rtmpPort, harness.rtmpsPort]) {
    const client = await openWith(port, header("203.0.113.1"));
    await client.until(() => client.closed);
  }
  const refused = { type: "publish-refused", remoteAddress: "127.0.0.1" };
  expect(harness.events).toMatchObject([
    { ...refused, reason: "a PROXY header is taken from trusted proxies alone" },
    { ...refused, reason: expect.stringContaining("no TLS begins here; a PROXY header is taken") },
  ]);
  await harness.engine.close();
});
