import { generateKeyPairSync } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { OutgoingClient } from "../../kernel/outgoing/outgoing-client.ts";
import { IssuerKeys } from "./issuer-keys.ts";
import type { IssuerKey } from "./json-web-token.ts";

const jwk = (kid: string) => ({
  ...generateKeyPairSync("ec", { namedCurve: "P-256" }).publicKey.export({ format: "jwk" }),
  kid,
});

let url = "";
let published: object[] = [];
let down = false;
let fetches = 0;
let nowMs = 0;
let keys: IssuerKeys;

const server = createServer((request, response) => {
  if (down) return response.writeHead(503).end();
  if (request.url === "/keys") return response.end(JSON.stringify({ keys: published }));
  fetches += 1;
  return response.end(JSON.stringify({ issuer: url, jwks_uri: `${url}/keys` }));
});

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.close();
  server.closeAllConnections();
});
beforeEach(() => {
  published = [jwk("one")];
  down = false;
  fetches = 0;
  nowMs = 1_000_000;
  keys = new IssuerKeys({ nowMs: () => nowMs }, new OutgoingClient(undefined));
});

const named = (kid: string) => (key: IssuerKey) => key.keyId === kid;
const ask = async (kid: string) =>
  (await keys.keysOf(url, named(kid))).map((key) => key.keyId).join();

describe("an issuer's keys", () => {
  test("are fetched once for all who ask at the same time, and then kept", async () => {
    expect(await Promise.all([ask("one"), ask("one"), ask("one")])).toEqual(["one", "one", "one"]);
    nowMs += 9 * 60 * 1000;
    await ask("one");
    expect(fetches).toBe(1);
    nowMs += 2 * 60 * 1000;
    await ask("one");
    expect(fetches).toBe(2);
  });

  test("are fetched again for an unknown key, but not each time that a stranger invents one", async () => {
    await ask("one");
    published.push(jwk("two"));
    expect(await ask("two")).toBe("one");
    nowMs += 10_000;
    expect(await ask("two")).toBe("one,two");
    for (let index = 0; index < 10; index++) await ask("three");
    expect(fetches).toBe(2);
  });

  test("that are known outlive an issuer that fails", async () => {
    await ask("one");
    down = true;
    nowMs += 10_000;
    await expect(ask("two")).rejects.toMatchObject({ code: "IDPCommunicationError" });
    expect(await ask("one")).toBe("one");
  });

  test("leave out those that aren't for signatures or can't be read", async () => {
    published = [
      { ...jwk("enc"), use: "enc" },
      { kty: "EC", kid: "bad" },
      { kty: "oct", k: "AA" },
    ];
    published.push(jwk("good"));
    expect(await ask("good")).toBe("good");
  });
});
