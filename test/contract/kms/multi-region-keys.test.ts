import * as kms from "@aws-sdk/client-kms";
import { afterAll, beforeAll, expect, test } from "vitest";
import { allow, createUser } from "../../support/principals.ts";
import { startTestServer, type TestServer } from "../../support/test-server.ts";
import { kmsOf, outcomeOf } from "./support.ts";

/* Related keys in several Regions: one id, one material, policies and tags of their own. */

const ACCOUNT = "000000000000";
const HOME = "us-east-1";
const AWAY = "ap-southeast-1";
const TEXT = Buffer.from("text");
const placeOf = (KeyId: string, region: string) => ({
  Arn: `arn:aws:kms:${region}:${ACCOUNT}:key/${KeyId}`,
  Region: region,
});

let server: TestServer;
let home: kms.KMSClient;
let away: kms.KMSClient;
beforeAll(async () => {
  server = await startTestServer();
  home = kmsOf(server);
  away = kmsOf(server, undefined, AWAY);
});
afterAll(() => server?.close());

async function newKey(input: kms.CreateKeyCommandInput = {}) {
  const { KeyMetadata } = await home.send(
    new kms.CreateKeyCommand({ MultiRegion: true, ...input }),
  );
  return { ...KeyMetadata, KeyId: KeyMetadata?.KeyId ?? "" };
}

const describeKey = async (client: kms.KMSClient, KeyId: string) =>
  (await client.send(new kms.DescribeKeyCommand({ KeyId }))).KeyMetadata;

const replicate = (KeyId: string, more: Partial<kms.ReplicateKeyCommandInput> = {}) =>
  home.send(new kms.ReplicateKeyCommand({ KeyId, ReplicaRegion: AWAY, ...more }));

test("a replica is described as AWS describes it, and so is its primary key", async () => {
  const key = await newKey({ Description: "mine" });
  expect(key.KeyId).toMatch(/^mrk-[0-9a-f]{32}$/);
  const PrimaryKey = placeOf(key.KeyId, HOME);
  expect(key.MultiRegionConfiguration).toEqual({
    MultiRegionKeyType: "PRIMARY",
    PrimaryKey,
    ReplicaKeys: [],
  });
  expect(await outcomeOf(describeKey(away, key.KeyId))).toMatch(/does not exist$/);
  const Tags = [{ TagKey: "team", TagValue: "studio" }];
  const { ReplicaKeyMetadata, ReplicaPolicy, ReplicaTags } = await replicate(key.KeyId, { Tags });
  const MultiRegionConfiguration = {
    MultiRegionKeyType: "REPLICA",
    PrimaryKey,
    ReplicaKeys: [placeOf(key.KeyId, AWAY)],
  };
  expect(ReplicaKeyMetadata).toEqual({
    ...key,
    ...{ Arn: placeOf(key.KeyId, AWAY).Arn, CreationDate: expect.any(Date), Description: "" },
    ...{ KeyState: "Creating", Enabled: false, CurrentKeyMaterialId: undefined },
    MultiRegionConfiguration,
  });
  expect(JSON.parse(ReplicaPolicy ?? "")).toMatchObject({ Id: "key-default-1" });
  expect(ReplicaTags).toEqual(Tags);
  expect(await describeKey(away, key.KeyId)).toMatchObject({
    ...{ KeyState: "Enabled", CurrentKeyMaterialId: key.CurrentKeyMaterialId },
    MultiRegionConfiguration,
  });
  const primary = { ...MultiRegionConfiguration, MultiRegionKeyType: "PRIMARY" };
  expect((await describeKey(home, key.KeyId))?.MultiRegionConfiguration).toEqual(primary);
});

test("related keys read one another's ciphertexts, also after a rotation", async () => {
  const { KeyId, CurrentKeyMaterialId } = await newKey();
  await replicate(KeyId);
  const seal = async (client: kms.KMSClient) =>
    (await client.send(new kms.EncryptCommand({ KeyId, Plaintext: TEXT }))).CiphertextBlob;
  const before = await seal(home);
  await home.send(new kms.RotateKeyOnDemandCommand({ KeyId }));
  const after = (await describeKey(away, KeyId))?.CurrentKeyMaterialId;
  expect(after).not.toBe(CurrentKeyMaterialId);
  for (const CiphertextBlob of [before, await seal(home), await seal(away)]) {
    for (const [client, region] of [
      [home, HOME],
      [away, AWAY],
    ] as const) {
      const opened = await client.send(new kms.DecryptCommand({ CiphertextBlob }));
      expect(opened.KeyId).toBe(placeOf(KeyId, region).Arn);
      expect(Buffer.from(opened.Plaintext ?? [])).toEqual(TEXT);
    }
  }
  const rotates = new kms.RotateKeyOnDemandCommand({ KeyId });
  expect(await outcomeOf(away.send(rotates))).toBe(
    `UnsupportedOperationException: ${placeOf(KeyId, AWAY).Arn} is not a multi-region primary key.`,
  );
});

test("only a primary key is replicated, once a Region, and a key of one Region never", async () => {
  const { KeyId } = await newKey();
  await replicate(KeyId);
  expect(await outcomeOf(replicate(KeyId))).toMatch(/^AlreadyExistsException/);
  const again = new kms.ReplicateKeyCommand({ KeyId, ReplicaRegion: "eu-west-1" });
  const single = await newKey({ MultiRegion: false });
  const refusal = (arn: string) =>
    `UnsupportedOperationException: ${arn} is not a multi-region primary key.`;
  expect(await outcomeOf(away.send(again))).toBe(refusal(placeOf(KeyId, AWAY).Arn));
  expect(await outcomeOf(replicate(single.KeyId))).toBe(refusal(single.Arn ?? ""));
});

test("UpdatePrimaryRegion makes a replica the primary key", async () => {
  const { KeyId } = await newKey();
  const update = (client: kms.KMSClient, PrimaryRegion: string) =>
    client.send(new kms.UpdatePrimaryRegionCommand({ KeyId, PrimaryRegion }));
  expect(await outcomeOf(update(home, AWAY))).toMatch(/^NotFoundException/);
  await replicate(KeyId);
  await update(home, AWAY);
  for (const client of [home, away]) {
    const { MultiRegionConfiguration } = (await describeKey(client, KeyId)) ?? {};
    expect(MultiRegionConfiguration?.PrimaryKey).toEqual(placeOf(KeyId, AWAY));
    expect(MultiRegionConfiguration?.ReplicaKeys).toEqual([placeOf(KeyId, HOME)]);
  }
  expect(await outcomeOf(update(home, HOME))).toMatch(/is not a multi-region primary key\.$/);
  await update(away, HOME);
});

test("a primary key's deletion waits for its replicas, and can be called off", async () => {
  const { KeyId } = await newKey();
  await replicate(KeyId);
  const schedule = new kms.ScheduleKeyDeletionCommand({ KeyId, PendingWindowInDays: 7 });
  const { $metadata: _, ...scheduled } = await home.send(schedule);
  expect(scheduled).toEqual({
    KeyId: placeOf(KeyId, HOME).Arn,
    KeyState: "PendingReplicaDeletion",
    PendingWindowInDays: 7,
  });
  expect(await describeKey(home, KeyId)).toMatchObject({
    KeyState: "PendingReplicaDeletion",
    PendingDeletionWindowInDays: 7,
  });
  const sealed = home.send(new kms.EncryptCommand({ KeyId, Plaintext: TEXT }));
  expect(await outcomeOf(sealed)).toMatch(/is pending deletion\.$/);
  expect(await away.send(schedule)).toMatchObject({ KeyState: "PendingDeletion" });
  await home.send(new kms.CancelKeyDeletionCommand({ KeyId }));
  const cancelled = await describeKey(home, KeyId);
  expect(cancelled).toMatchObject({ KeyState: "Disabled" });
  expect(cancelled).not.toHaveProperty("PendingDeletionWindowInDays");
});

test("to replicate a key takes CreateKey, and TagResource for its tags", async () => {
  const { KeyId } = await newKey();
  const { iam } = server.clients();
  const onKey = ["kms:ReplicateKey"];
  const inAway = { "kms:ReplicaRegion": AWAY };
  const one = await createUser(iam, "replicator", [allow(onKey)]);
  const two = await createUser(iam, "creator", [allow([...onKey, "kms:CreateKey"])]);
  const tagger = await createUser(iam, "tagger", [
    { ...allow(onKey), Condition: { StringEquals: inAway } },
    {
      ...allow("kms:CreateKey"),
      Condition: { StringEquals: { "kms:MultiRegionKeyType": "REPLICA" } },
    },
    allow("kms:TagResource"),
  ]);
  const Tags = [{ TagKey: "a", TagValue: "b" }];
  const as = (key: Parameters<typeof kmsOf>[1], more: object = {}) =>
    outcomeOf(
      kmsOf(server, key).send(new kms.ReplicateKeyCommand({ KeyId, ReplicaRegion: AWAY, ...more })),
    );
  expect(await as(one)).toMatch(/not authorized to perform: kms:CreateKey/);
  expect(await as(two, { Tags })).toMatch(/not authorized to perform: kms:TagResource/);
  expect(await as(tagger, { Tags, ReplicaRegion: "eu-west-1" })).toMatch(/kms:ReplicateKey/);
  expect(await as(tagger, { Tags })).toBe("done");
});
