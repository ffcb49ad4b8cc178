import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestServer, type TestServer } from "../../support/test-server.ts";
import { Inputs } from "./inputs.ts";
import { KEPT, NOT_READ, type Send } from "./kept-maps.ts";
import { makeEverything } from "./make-everything.ts";
import { NAMES, READ_BACK, standInOf } from "./map-readers.ts";
import { type ServedService, servedServices } from "./served-services.ts";
import { WireClient } from "./wire-client.ts";

/*
 * Maps whose requests need more than the smallest input: their keys are called as what every plain
 * object has, and are given back as they were sent.
 */

let server: TestServer;
let client: WireClient;
let services: readonly ServedService[];

beforeAll(async () => {
  server = await startTestServer();
  client = new WireClient(server.endpoint);
  services = await servedServices(server.server);
  await makeEverything(client, services);
}, 120_000);
afterAll(async () => {
  client?.close();
  await server?.close();
});

test.each(Object.entries(KEPT))(
  "%s gives names back that objects inherit",
  async (where, map) => {
    const [name, operation = ""] = where.split(" ");
    const service = services.find((each) => each.name === name);
    if (!service) throw new Error(`no service ${name}`);
    for (const text of NAMES) {
      const standIn = standInOf(text);
      const send: Send = (asked, input) => client.send(service, asked, input, { standIn, text });
      const input = await map.input(standIn, send);
      const answer = await send(operation, input);
      expect(answer, `${where} ${text}`).toMatchObject({ status: 200 });
      const read = await map.read(answer, input as never, send);
      expect(read, `${where} ${text} is read`).toMatchObject({ status: 200 });
      const shown = `${read.text} ${read.headers.join(" ")}`.toLowerCase();
      if (!where.includes("EncryptionContext{}") || where.includes("Grant"))
        expect(shown).toContain(text.toLowerCase());
    }
  },
  60_000,
);

test("every map of every operation is read back, or says why not", () => {
  const places = services.flatMap((service) =>
    service.operations.flatMap((operation) =>
      [...new Inputs(operation, service.constraints, {}).placed("text")]
        .filter(({ at }) => at.endsWith("{}"))
        .map(({ at }) => `${service.name} ${operation.name} ${at}`),
    ),
  );
  const read = [...READ_BACK, ...Object.keys(KEPT)];
  expect(read.filter((place) => !places.includes(place))).toEqual([]);
  const left = places.filter((place) => !read.includes(place));
  expect(left.filter((place) => !NOT_READ.some(([those]) => those.test(place)))).toEqual([]);
  expect(NOT_READ.filter(([those]) => !left.some((place) => those.test(place)))).toEqual([]);
});
