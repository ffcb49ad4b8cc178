import { createHash } from "node:crypto";
import * as s3 from "@aws-sdk/client-s3";
import { afterAll, beforeAll, expect, test } from "vitest";
import { send, sign } from "../../support/signed-request.ts";
import { type Clients, startTestServer, type TestServer } from "../../support/test-server.ts";

let server: TestServer;
let client: Clients["s3"];

beforeAll(async () => {
  server = await startTestServer();
  client = server.clients().s3;
});
afterAll(() => server?.close());

/** Long past, so that whatever a rule takes is due at once. */
const PAST = new Date("2020-01-01T00:00:00Z");
const DAY_MS = 24 * 3_600_000;

/** One for each try of a test: rules go on being applied. */
async function bucket(prefix: string, versioned = false) {
  const name = `${prefix}-${Math.random().toString(36).slice(2)}`;
  await client.send(new s3.CreateBucketCommand({ Bucket: name }));
  if (versioned)
    await client.send(
      new s3.PutBucketVersioningCommand({
        Bucket: name,
        VersioningConfiguration: { Status: "Enabled" },
      }),
    );
  return name;
}

function configure(Bucket: string, ...Rules: Partial<s3.LifecycleRule>[]) {
  return client.send(
    new s3.PutBucketLifecycleConfigurationCommand({
      Bucket,
      LifecycleConfiguration: {
        Rules: Rules.map((rule) => ({ Status: "Enabled", ...rule }) as s3.LifecycleRule),
      },
    }),
  );
}

function put(Bucket: string, Key: string, more: Partial<s3.PutObjectCommandInput> = {}) {
  return client.send(new s3.PutObjectCommand({ Bucket, Key, Body: "12345", ...more }));
}

async function keys(Bucket: string) {
  const { Contents = [] } = await client.send(new s3.ListObjectsV2Command({ Bucket }));
  return Contents.map(({ Key }) => Key);
}

const Days = 1;
const Filter = { Prefix: "" };
const Expiration = { Days };

test.each<[string, Partial<s3.LifecycleRule>[]]>([
  ["MalformedXML", []],
  ["MalformedXML", [{ Expiration }]],
  ["MalformedXML", [{ Filter, Prefix: "", Expiration }]],
  ["MalformedXML", [{ Filter, Expiration, Status: "enabled" as s3.ExpirationStatus }]],
  ["MalformedXML", [{ Filter, Expiration: { Days, Date: PAST } }]],
  ["MalformedXML", [{ Filter: { And: { Prefix: "a" } }, Expiration }]],
  ["MalformedXML", [{ Filter, Transitions: [{ Days, StorageClass: "COLD" as "GLACIER" }] }]],
  ["InvalidRequest", [{ Filter }]],
  [
    "InvalidRequest",
    [
      {
        Filter: { Tag: { Key: "k", Value: "v" } },
        AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 },
      },
    ],
  ],
  [
    "InvalidRequest",
    [{ Filter, Expiration, Transitions: [{ Date: PAST, StorageClass: "GLACIER" }] }],
  ],
  ["MalformedXML", [{ Filter, Expiration: { Days: 2 ** 31 } }]],
  ["InvalidArgument", [{ Filter, Expiration: { Days: 0 } }]],
  ["InvalidArgument", [{ Filter, Expiration: { Date: new Date("2020-01-01T01:00:00Z") } }]],
  ["InvalidArgument", [{ ID: "a".repeat(256), Filter, Expiration }]],
  [
    "InvalidArgument",
    [
      { ID: "a", Filter, Expiration },
      { ID: "a", Filter, Expiration },
    ],
  ],
  ["InvalidArgument", [{ Filter, Transitions: [{ Days: 29, StorageClass: "STANDARD_IA" }] }]],
  [
    "InvalidArgument",
    [{ Filter, Expiration: { Days: 30 }, Transitions: [{ Days: 30, StorageClass: "GLACIER" }] }],
  ],
  ["InvalidArgument", [{ Filter, NoncurrentVersionExpiration: { NoncurrentDays: 0 } }]],
  [
    "InvalidArgument",
    [
      {
        Filter,
        NoncurrentVersionTransitions: [{ NoncurrentDays: 29, StorageClass: "ONEZONE_IA" }],
      },
    ],
  ],
])("%s: %j", async (name, rules) => {
  const Bucket = await bucket("lifecycle-checked");
  await expect(configure(Bucket, ...rules)).rejects.toMatchObject({ name });
  await expect(
    client.send(new s3.GetBucketLifecycleConfigurationCommand({ Bucket })),
  ).rejects.toMatchObject({ name: "NoSuchLifecycleConfiguration" });
});

test.each([
  ["<Filter><Prefixx>logs/</Prefixx></Filter>"],
  ["<Filter><prefix>logs/</prefix></Filter>"],
  ["<Filter><Prefix>logs/</Prefix></Filter><Filter/>"],
  ["<Filter><Tag><Key>a</Key><Value>1</Value></Tag><Tag><Key>b</Key></Tag></Filter>"],
  ["<Filter><And><Prefix>a</Prefix><Tags><Key>b</Key><Value>1</Value></Tags></And></Filter>"],
  ["<Filter><Prefix><Key>logs/</Key></Prefix></Filter>"],
])("%s is refused, and no rule for everything", async (filter) => {
  const Bucket = await bucket("lifecycle-strict");
  const body = `<LifecycleConfiguration><Rule><ID>r</ID>${filter}<Status>Enabled</Status><Expiration><Date>2020-01-01T00:00:00Z</Date></Expiration></Rule></LifecycleConfiguration>`;
  const digest = createHash("md5").update(body).digest("base64");
  const raw = {
    method: "PUT",
    path: `/${Bucket}`,
    query: { lifecycle: "" },
    headers: { "content-md5": digest },
    body,
  };
  const headers = await sign(server.endpoint, raw, { service: "s3" });
  const answer = await send(server.endpoint, { ...raw, headers });
  expect([answer.status, answer.body]).toEqual([
    400,
    expect.stringContaining("<Code>MalformedXML</Code>"),
  ]);
});

test("rules read back, get ids, and can be deleted", async () => {
  const Bucket = await bucket("lifecycle-kept");
  const get = () => client.send(new s3.GetBucketLifecycleConfigurationCommand({ Bucket }));
  const rules: Partial<s3.LifecycleRule>[] = [
    { ID: "dated", Filter, Expiration: { Date: PAST }, Status: "Disabled" },
    {
      Filter: { And: { Prefix: "a/", Tags: [{ Key: "k", Value: "v" }], ObjectSizeGreaterThan: 3 } },
      Expiration: { Days: 90 },
      Transitions: [{ Days: 30, StorageClass: "GLACIER" }],
    },
    { Prefix: "old", AbortIncompleteMultipartUpload: { DaysAfterInitiation: 7 } },
  ];
  await configure(Bucket, ...rules);
  const { Rules = [], TransitionDefaultMinimumObjectSize } = await get();
  expect(Rules).toMatchObject(rules);
  expect(Rules.every(({ ID = "" }) => ID !== "")).toBe(true);
  expect(TransitionDefaultMinimumObjectSize).toBe("all_storage_classes_128K");
  await client.send(new s3.DeleteBucketLifecycleCommand({ Bucket }));
  await expect(get()).rejects.toMatchObject({ name: "NoSuchLifecycleConfiguration" });
});

test("answers say when an object expires and when an upload is aborted", async () => {
  const Bucket = await bucket("lifecycle-shown");
  await configure(
    Bucket,
    { ID: "late", Filter, Expiration: { Days: 30 } },
    { ID: "so on", Filter: { Prefix: "tmp/" }, Expiration: { Days: 2 } },
    { ID: "abort", Filter, AbortIncompleteMultipartUpload: { DaysAfterInitiation: 3 } },
  );
  const before = Date.now();
  const { Expiration: expiration = "" } = await put(Bucket, "tmp/a");
  const [, date = "", rule] = /^expiry-date="([^"]+)", rule-id="([^"]+)"$/.exec(expiration) ?? [];
  const wait = Date.parse(date) - before;
  expect([rule, Date.parse(date) % DAY_MS]).toEqual(["so%20on", 0]);
  expect(wait).toBeGreaterThan(2 * DAY_MS - 1000);
  expect(wait).toBeLessThan(3 * DAY_MS + 60_000);
  const Key = "tmp/a";
  expect((await client.send(new s3.HeadObjectCommand({ Bucket, Key }))).Expiration).toBe(
    expiration,
  );
  expect((await put(Bucket, "b")).Expiration).toContain('rule-id="late"');
  const upload = await client.send(new s3.CreateMultipartUploadCommand({ Bucket, Key }));
  expect(upload.AbortRuleId).toBe("abort");
  expect(upload.AbortDate?.getTime()).toBeGreaterThan(before + 3 * DAY_MS - 1000);
});

test("no date is shown that can't be written", async () => {
  const Bucket = await bucket("lifecycle-late");
  const Days = 2 ** 31 - 1;
  const Abort = { DaysAfterInitiation: Days };
  await configure(Bucket, { Filter, Expiration: { Days }, AbortIncompleteMultipartUpload: Abort });
  expect((await put(Bucket, "a")).Expiration).toBe(undefined);
  const upload = await client.send(new s3.CreateMultipartUploadCommand({ Bucket, Key: "a" }));
  expect([upload.AbortDate, upload.AbortRuleId]).toEqual([undefined, undefined]);
});

test("objects that rules take are removed, others stay", async () => {
  const Bucket = await bucket("lifecycle-expires");
  await put(Bucket, "tmp/a");
  await put(Bucket, "tagged", { Tagging: "keep=no" });
  await put(Bucket, "tagged-otherwise", { Tagging: "keep=yes" });
  await put(Bucket, "large", { Body: "1234567890" });
  await put(Bucket, "disabled/a");
  await put(Bucket, "stays");
  const expired = { Expiration: { Date: PAST } };
  await configure(
    Bucket,
    { ...expired, Filter: { Prefix: "tmp/" } },
    { ...expired, Filter: { Tag: { Key: "keep", Value: "no" } } },
    { ...expired, Filter: { ObjectSizeGreaterThan: 5 } },
    { ...expired, Filter: { Prefix: "disabled/" }, Status: "Disabled" },
    {
      // Without a size, the smallest objects would be left where they are.
      Filter: { And: { Prefix: "stays", ObjectSizeGreaterThan: 1 } },
      Transitions: [{ Date: PAST, StorageClass: "STANDARD_IA" }],
    },
  );
  await expect.poll(() => keys(Bucket)).toEqual(["disabled/a", "stays", "tagged-otherwise"]);
  const stays = () => client.send(new s3.HeadObjectCommand({ Bucket, Key: "stays" }));
  await expect.poll(async () => (await stays()).StorageClass).toBe("STANDARD_IA");
});

test("small objects go to an archive where the minimum varies by class", async () => {
  const Bucket = await bucket("lifecycle-archives");
  await put(Bucket, "a");
  const Transitions: s3.Transition[] = [{ Date: PAST, StorageClass: "GLACIER" }];
  await client.send(
    new s3.PutBucketLifecycleConfigurationCommand({
      Bucket,
      TransitionDefaultMinimumObjectSize: "varies_by_storage_class",
      LifecycleConfiguration: { Rules: [{ Status: "Enabled", Filter, Transitions }] },
    }),
  );
  const kept = () => client.send(new s3.HeadObjectCommand({ Bucket, Key: "a" }));
  await expect.poll(async () => (await kept()).StorageClass).toBe("GLACIER");
});

test("with versions a delete marker is put on top, and one alone is removed", async () => {
  const Bucket = await bucket("lifecycle-versions", true);
  await put(Bucket, "a");
  await put(Bucket, "b");
  await client.send(new s3.DeleteObjectCommand({ Bucket, Key: "b" }));
  const versions = () => client.send(new s3.ListObjectVersionsCommand({ Bucket }));
  const { Versions = [] } = await versions();
  const VersionId = Versions.find(({ Key }) => Key === "b")?.VersionId;
  await client.send(new s3.DeleteObjectCommand({ Bucket, Key: "b", VersionId }));
  await configure(
    Bucket,
    { Filter: { Prefix: "a" }, Expiration: { Date: PAST } },
    { Filter: { Prefix: "b" }, Expiration: { ExpiredObjectDeleteMarker: true } },
  );
  const shape = async () => {
    const { Versions: left = [], DeleteMarkers = [] } = await versions();
    return [left.map(({ Key }) => Key), DeleteMarkers.map(({ Key }) => Key)];
  };
  await expect.poll(shape).toEqual([["a"], ["a"]]);
});
