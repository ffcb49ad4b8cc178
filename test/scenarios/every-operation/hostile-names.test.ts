import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestServer, type TestServer } from "../../support/test-server.ts";
import { Inputs, type Values } from "./inputs.ts";
import { inOrder, makeEverything } from "./make-everything.ts";
import { mapKeeper, NAMES, READ_BACK, standInOf } from "./map-readers.ts";
import { type ServedService, servedServices } from "./served-services.ts";
import { WireClient } from "./wire-client.ts";

/*
 * Names that every plain object has, in each text, map's key and document of each operation, in
 * every protocol: the answer is the caller's to fix or a success, and what was kept under such a
 * name is read under it. Maps that the smallest inputs don't keep are in kept-maps.test.ts.
 */

/** A feed, which doesn't end. */
const LEFT_OUT = "rolecast ReadEvents";

let server: TestServer;
let client: WireClient;
let services: readonly ServedService[];
let made: ReadonlyMap<string, Values>;

beforeAll(async () => {
  server = await startTestServer();
  client = new WireClient(server.endpoint);
  services = await servedServices(server.server);
  made = await makeEverything(client, services);
}, 120_000);
afterAll(async () => {
  client?.close();
  await server?.close();
});

const prototypes = [Object, Array, Function, String].map(({ prototype }) => prototype as object);
const snapshot = () =>
  JSON.stringify(prototypes.map((each) => Object.getOwnPropertyNames(each).sort()));

test("names that objects inherit break nothing, and are kept as they are", async () => {
  const before = snapshot();
  const broken: string[] = [];
  const kept = new Map<string, boolean>();
  let sent = 0;
  for (const service of services)
    for (const operation of inOrder(service)) {
      if (`${service.name} ${operation.name}` === LEFT_OUT) continue;
      const values = made.get(service.name) ?? {};
      const inputs = new Inputs(operation, service.constraints, values);
      for (const name of NAMES) {
        const standIn = standInOf(name);
        for (const { at, input, isRefused } of inputs.placed(standIn)) {
          // The limits refuse the others alike.
          if (isRefused && name !== NAMES[0]) continue;
          sent += 1;
          const where = `${service.name} ${operation.name} ${at}`;
          const written = { standIn, text: name };
          const { status, text } = await client.send(service, operation.name, input, written);
          // 501: what isn't implemented is refused by its name.
          if (status >= 500 && status !== 501)
            broken.push(`${where}: ${name}: ${status} ${text.slice(0, 200)}`);
          if (snapshot() !== before) throw new Error(`${where}: ${name} changed a prototype`);
          const reader = at.endsWith("{}") && status < 300 && mapKeeper(where, input, text);
          if (!reader) continue;
          const read = await client.send(service, reader.operation, reader.input, written);
          const shown = `${read.text} ${read.headers.join(" ")}`.toLowerCase();
          // An encryption context must be sent again; no answer has it.
          const isThere =
            read.status === 200 && (service.name === "kms" || shown.includes(name.toLowerCase()));
          kept.set(where, (kept.get(where) ?? true) && isThere);
        }
      }
    }
  expect(broken).toEqual([]);
  expect([...kept].filter(([, isKept]) => !isKept)).toEqual([]);
  expect([...kept.keys()]).toEqual(expect.arrayContaining(READ_BACK));
  expect(sent).toBeGreaterThan(15_000);
}, 600_000);
