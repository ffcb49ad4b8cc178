import { generateKeyPairSync } from "node:crypto";
import * as ivs from "@aws-sdk/client-ivs";
import { CreateBucketCommand } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestServer, type TestServer } from "../../support/test-server.ts";

/* Sources: IVS API reference, the default of each list's `maxResults`. */

const SOURCE = "arn:aws:mediatailor:us-east-1:000000000000:playbackConfiguration/x";
let server: TestServer;
let client: ivs.IvsClient;
beforeAll(async () => {
  const ivsQuotas = { playbackKeyPairs: 200, recordingConfigurations: 200, adConfigurations: 200 };
  server = await startTestServer({ ivsQuotas });
  client = server.clients().ivs;
  await server.clients().s3.send(new CreateBucketCommand({ Bucket: "pages" }));
});
afterAll(() => server.close());

function publicKey(): string {
  const { publicKey } = generateKeyPairSync("ec", { namedCurve: "P-384" });
  return publicKey.export({ type: "spki", format: "pem" }).toString();
}

let channel: Promise<string> | undefined;
const channelArn = () => {
  channel ??= client.send(new ivs.CreateChannelCommand({})).then((made) => made.channel?.arn ?? "");
  return channel;
};

type Page = { readonly nextToken?: string | undefined };
interface List {
  readonly size: number;
  readonly make: (index: number) => Promise<unknown>;
  readonly list: (nextToken: string | undefined) => Promise<[Page, readonly unknown[] | undefined]>;
}

const LISTS: Readonly<Record<string, List>> = {
  ListRecordingConfigurations: {
    size: 100,
    make: () =>
      client.send(
        new ivs.CreateRecordingConfigurationCommand({
          destinationConfiguration: { s3: { bucketName: "pages" } },
        }),
      ),
    list: async (nextToken) => {
      const page = await client.send(new ivs.ListRecordingConfigurationsCommand({ nextToken }));
      return [page, page.recordingConfigurations];
    },
  },
  ListPlaybackKeyPairs: {
    size: 100,
    make: () =>
      client.send(new ivs.ImportPlaybackKeyPairCommand({ publicKeyMaterial: publicKey() })),
    list: async (nextToken) => {
      const page = await client.send(new ivs.ListPlaybackKeyPairsCommand({ nextToken }));
      return [page, page.keyPairs];
    },
  },
  ListAdConfigurations: {
    size: 100,
    make: () =>
      client.send(
        new ivs.CreateAdConfigurationCommand({
          mediaTailorPlaybackConfigurations: [{ playbackConfigurationArn: SOURCE }],
        }),
      ),
    list: async (nextToken) => {
      const page = await client.send(new ivs.ListAdConfigurationsCommand({ nextToken }));
      return [page, page.adConfigurations];
    },
  },
  ListPlaybackRestrictionPolicies: {
    size: 1,
    make: () => client.send(new ivs.CreatePlaybackRestrictionPolicyCommand({})),
    list: async (nextToken) => {
      const page = await client.send(new ivs.ListPlaybackRestrictionPoliciesCommand({ nextToken }));
      return [page, page.playbackRestrictionPolicies];
    },
  },
  ListChannels: {
    size: 100,
    make: () => client.send(new ivs.CreateChannelCommand({})),
    list: async (nextToken) => {
      const page = await client.send(new ivs.ListChannelsCommand({ nextToken }));
      return [page, page.channels];
    },
  },
};

test.each(Object.entries(LISTS))("%s has a page of its own size", async (_name, given) => {
  const { size, make, list } = given;
  await Promise.all(Array.from({ length: size }, (_, index) => make(index)));
  const [whole, all] = await list(undefined);
  expect([all?.length, whole.nextToken]).toEqual([size, undefined]);
  await make(size);
  const [first, some] = await list(undefined);
  expect(some?.length).toBe(size);
  const [rest, others] = await list(first.nextToken);
  expect([others?.length, rest.nextToken]).toEqual([1, undefined]);
});

test("ListStreamKeys has a page of one key, which a channel has at most", async () => {
  const page = await client.send(new ivs.ListStreamKeysCommand({ channelArn: await channelArn() }));
  expect([page.streamKeys?.length, page.nextToken]).toEqual([1, undefined]);
});
