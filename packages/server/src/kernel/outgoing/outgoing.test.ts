import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { networkInterfaces } from "node:os";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { addressBytes, reachOf } from "./address-reach.ts";
import { OutgoingClient } from "./outgoing-client.ts";
import { OutgoingError } from "./outgoing-error.ts";
import { OutgoingRules, parseOutgoing } from "./outgoing-rules.ts";

const OWN_PORT = 4566;

function rules(isBoundToLoopback: boolean, allowed: readonly string[] = []) {
  return new OutgoingRules({
    allowed,
    isBoundToLoopback,
    ownPorts: () => [OWN_PORT, 1935],
    ownUrls: () => ["https://live.example/", "http://127.0.0.1:4566"],
  });
}

const REACH = {
  never: [
    ...["0.0.0.0", "0.1.2.3", "169.254.169.254", "169.254.0.1", "224.0.0.1", "239.255.255.255"],
    ...["240.0.0.1", "255.255.255.255", "100.100.100.200", "168.63.129.16", "::", "fe80::1"],
    ...["fe80::1%eth0", "febf::1", "ff02::1", "fd00:ec2::254", "fd20:ce::254", "fec0::1"],
    ...["::ffff:169.254.169.254", "::ffff:a9fe:a9fe", "::169.254.169.254", "::7f00:1"],
    ...["64:ff9b::169.254.169.254", "64:ff9b::7f00:1", "64:ff9b:1::1", "2002:7f00:1::"],
    ...["2002:a9fe:a9fe::1", "2002:a00:1::", "2001::1", "::ffff:0:127.0.0.1"],
    ...["192.0.0.192", "0.255.255.255", "169.254.255.255", "239.255.255.255", "feff::1", "ffff::1"],
    ...["fd00:ec2:ffff::1", "fd20:ce:ffff::1", "2001:0:ffff::1", "64:ff9b:1:ffff::1", "100::ffff"],
    ...["2001:db8::5efe:10.0.0.1", "2001:db8::200:5efe:127.0.0.1", "::ffff:0.0.0.0", "100::1"],
  ],
  loopback: ["127.0.0.1", "127.255.255.254", "::1", "::ffff:127.0.0.1", "::ffff:7f00:1"],
  private: [
    ...["10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "100.64.0.1", "fd12::1"],
    ...["fc00::1", "::ffff:10.0.0.1", "198.18.0.1", "192.0.0.8"],
    ...["10.255.255.255", "172.16.0.0", "192.168.255.255", "100.127.255.255", "192.0.0.255"],
    ...["198.19.255.255", "fdff:ffff::1", "fd00:ec3::1", "fd20:cf::1"],
  ],
  public: [
    ...["8.8.8.8", "172.32.0.1", "172.15.255.255", "100.128.0.1", "126.255.255.255", "128.0.0.1"],
    ...["2600::1", "2002:808:808::1", "64:ff9b::808:808", "::ffff:8.8.8.8", "223.255.255.255"],
    ...["1.0.0.0", "9.255.255.255", "11.0.0.0", "169.253.255.255", "169.255.0.0", "192.169.0.0"],
    ...["192.167.255.255", "100.63.255.255", "192.0.1.0", "198.17.255.255", "198.20.0.0"],
    ...["168.63.129.15", "168.63.129.17", "fe00::1", "fe7f::1", "2001:1::1"],
    ...["100:0:0:1::", "64:ff9b:2::1", "fbff::1", "126.255.255.255", "128.0.0.0"],
  ],
};

describe("an address", () => {
  test.each(Object.entries(REACH).flatMap(([reach, all]) => all.map((text) => [text, reach])))(
    "%s is %s",
    (text, reach) => {
      expect(reachOf(addressBytes(text) ?? [])).toBe(reach);
    },
  );

  test("mapped into IPv6 is as far as it was", () => {
    const byte = fc.integer({ min: 0, max: 255 });
    fc.assert(
      fc.property(fc.tuple(byte, byte, byte, byte), (bytes) => {
        const text = bytes.join(".");
        expect(reachOf(addressBytes(`::ffff:${text}`) ?? [])).toBe(reachOf(bytes));
        const tunnelled = reachOf(addressBytes(`64:ff9b::${text}`) ?? []);
        expect(tunnelled).toBe(reachOf(bytes) === "public" ? "public" : "never");
      }),
    );
  });
});

describe("a URL", () => {
  const own = Object.values(networkInterfaces()).flatMap((all) => all ?? []);
  test.each([
    ...[
      "http://0x7f.1:4566/",
      "http://2130706433:4566",
      "http://0177.0.0.1:4566",
      "http://127.1:4566",
    ],
    ...["http://localhost:4566/", "http://LOCALHOST.:4566/", "http://a.localhost:4566/"],
    ...["http://[::1]:4566/", "http://[::ffff:127.0.0.1]:4566/", "http://127.9.9.9:1935/"],
    ...["http://１２７.0.0.1:4566/", "http://127.0.0.1.:4566/", "https://live.example/x"],
    ...["https://live.example.:443/x", "http://169.254.169.254/latest/meta-data/"],
    ...["http://0xa9fea9fe/", "http://2852039166/", "http://[fd00:ec2::254]/", "http://[fe80::1]/"],
    ...["http://0/", "http://0.0.0.0:8080/", "http://[::]:8080/", "http://224.0.0.1/"],
    ...["http://255.255.255.255/", "http://user@8.8.8.8/", "http://user:password@8.8.8.8/"],
    ...["ftp://8.8.8.8/", "file:///etc/passwd", "gopher://8.8.8.8/", "//8.8.8.8/", "x", ""],
    ...["http://[64:ff9b::7f00:1]/", "http://[2002:7f00:1::]/", "http://100.100.100.200/"],
    ...own.map(({ address, family }) =>
      family === "IPv6"
        ? `http://[${address.replace(/%.*/, "")}]:4566/`
        : `http://${address}:4566/`,
    ),
  ])("%s is refused by a server on loopback", (url) => {
    expect(() => rules(true).check(url)).toThrow(OutgoingError);
    expect(() =>
      rules(false, ["0.0.0.0/0", "::/0", "localhost", "a.localhost"]).check(url),
    ).toThrow(OutgoingError);
  });

  test.each([
    "http://127.0.0.1:8080/",
    "http://10.0.0.1/",
    "http://[::1]:8080/",
    "http://localhost:1",
  ])("%s is for a server on loopback, or where it is listed", (url) => {
    expect(rules(true).check(url).href).toBe(new URL(url).href);
    expect(() => rules(false).check(url)).toThrow(OutgoingError);
    expect(() => rules(false, ["192.168.0.0/16", "127.0.0.1:8081"]).check(url)).toThrow(
      OutgoingError,
    );
    const allowed = ["10.0.0.0/8", "127.0.0.1:8080", "[::1]:8080", "localhost:1"];
    expect(rules(false, allowed).check(url).href).toBe(new URL(url).href);
  });

  test.each([
    "",
    "10.0.0.0/33",
    "a b",
    "host:0",
    "host:70000",
    "http://x",
    "[::1",
    "*",
    "-",
    "999.1",
  ])("isn't listed by %j", (entry) => expect(parseOutgoing(entry)).toBeUndefined());
});

describe("a request", () => {
  const received: IncomingMessage[] = [];
  let large = 0;
  const receiver = createServer((request, response) => {
    received.push(request);
    if (request.url === "/moved") return response.writeHead(302, { location: "/taken" }).end();
    if (request.url === "/headers") return response.writeHead(200, { x: "y".repeat(20_000) }).end();
    if (request.url === "/silent") return;
    if (request.url === "/large") {
      const write = () => {
        large += 65_536;
        if (!response.destroyed) response.write(Buffer.alloc(65_536), () => setImmediate(write));
      };
      return write();
    }
    return response.end("taken");
  });
  let port = 0;
  beforeAll(async () => {
    await new Promise<void>((resolve) => receiver.listen(0, "127.0.0.1", resolve));
    port = (receiver.address() as AddressInfo).port;
  });
  afterAll(() => {
    receiver.close();
    receiver.closeAllConnections();
  });

  const names: Record<string, readonly string[]> = {
    "hook.example": ["127.0.0.1"],
    "mixed.example": ["127.0.0.1", "169.254.169.254"],
    "metadata.example": ["::ffff:169.254.169.254"],
  };
  const asked: string[] = [];
  const client = new OutgoingClient(rules(true), async (host) => {
    asked.push(host);
    return (names[host] ?? []).map((address) => ({
      address,
      family: address.includes(":") ? 6 : 4,
    }));
  });
  const send = (host: string, path = "/x", headers = {}) =>
    client.send({
      url: `http://${host}:${port}${path}`,
      method: "POST",
      headers,
      body: "{}",
      timeoutMs: 1_000,
      answerBytesMax: 1_024,
    });

  test("goes to the address that was judged, and its name is asked for once", async () => {
    const { status, body } = await send("hook.example");
    expect([status, body.toString(), asked]).toEqual([200, "taken", ["hook.example"]]);
    expect(received.at(-1)?.headers.host).toBe(`hook.example:${port}`);
  });

  test.each(["mixed.example", "metadata.example", "none.example"])(
    "to %s isn't sent: one of its addresses is nobody's receiver",
    async (host) => {
      const before = received.length;
      await expect(send(host)).rejects.toBeInstanceOf(OutgoingError);
      expect(received.length).toBe(before);
    },
  );

  test("isn't sent on, and its answer is bounded in bytes and in time", async () => {
    expect((await send("hook.example", "/moved")).status).toBe(302);
    expect(received.at(-1)?.url).toBe("/moved");
    const reasonOf = (path: string) =>
      send("hook.example", path).then(
        () => "",
        (error: OutgoingError) => error.reason,
      );
    expect(await reasonOf("/large")).toBe("its answer is too long");
    expect(large).toBeLessThan(10_000_000);
    expect(await reasonOf("/silent")).toBe("it didn't answer in time");
    expect(await reasonOf("/headers")).toBe("it can't be reached (HPE_HEADER_OVERFLOW)");
  });

  test("that can't be made fails by its class, without what was in it", async () => {
    const failure = await send("hook.example", "/x", { "x-key": "hidden\r\nx: y" }).catch(
      (error: unknown) => error,
    );
    expect(String(failure)).toBe("OutgoingError: it can't be reached (ERR_INVALID_CHAR)");
    const closed = await client
      .send({
        ...{ url: "http://127.0.0.1:1/", method: "GET", headers: {} },
        ...{ timeoutMs: 1_000, answerBytesMax: 0 },
      })
      .catch((error: unknown) => error);
    expect(String(closed)).toBe("OutgoingError: it can't be reached (ECONNREFUSED)");
  });
});
