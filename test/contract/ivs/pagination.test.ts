import {
  CreateChannelCommand,
  ListChannelsCommand,
  paginateListChannels,
} from "@aws-sdk/client-ivs";
import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type Clients, startTestServer, type TestServer } from "../../support/test-server.ts";

const COUNT = 23;

let server: TestServer;
let root: Clients;
const arns: string[] = [];
beforeAll(async () => {
  server = await startTestServer();
  root = server.clients();
  // Made at once, so that several share a millisecond.
  const made = await Promise.all(
    Array.from({ length: COUNT }, (_, index) =>
      root.ivs.send(new CreateChannelCommand({ name: index % 3 === 0 ? "third" : "" })),
    ),
  );
  arns.push(...made.map(({ channel }) => channel?.arn ?? ""));
});
afterAll(() => server.close());

it("pages of any size show every channel once, in one order", async () => {
  const { channels } = await root.ivs.send(new ListChannelsCommand({}));
  const whole = channels?.map((channel) => channel.arn);
  expect(whole?.toSorted()).toEqual(arns.toSorted());
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: COUNT + 2 }), async (pageSize) => {
      const seen: (string | undefined)[] = [];
      for await (const page of paginateListChannels({ client: root.ivs, pageSize }, {})) {
        expect(page.channels?.length).toBeLessThanOrEqual(pageSize);
        seen.push(...(page.channels ?? []).map((channel) => channel.arn));
      }
      expect(seen).toEqual(whole);
    }),
    { numRuns: 12 },
  );
});

it("a token continues only the list that gave it", async () => {
  const first = await root.ivs.send(new ListChannelsCommand({ maxResults: 2 }));
  expect(first.nextToken).toMatch(/^[a-zA-Z0-9+/=_-]{1,1024}$/);
  for (const input of [
    { nextToken: first.nextToken, filterByName: "third" },
    { nextToken: "AAAA" },
    { nextToken: `${first.nextToken}x`.slice(4) },
  ])
    await expect(root.ivs.send(new ListChannelsCommand(input))).rejects.toMatchObject({
      name: "ValidationException",
    });
});
