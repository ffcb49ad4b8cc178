import * as s3 from "@aws-sdk/client-s3";
import { afterAll, beforeAll, expect, test } from "vitest";
import { allow, createUser } from "../../support/principals.ts";
import { type Clients, startTestServer, type TestServer } from "../../support/test-server.ts";

/** The calls by which Terraform's aws_s3_bucket_* resources write, read back and delete. */
const Bucket = "configurations-contract";
const OTHER = { accessKeyId: "other", secretAccessKey: "other-secret" };
let server: TestServer;
let client: Clients["s3"];

beforeAll(async () => {
  server = await startTestServer({
    accounts: [
      { id: "111122223333", rootAccessKeyId: "other", rootSecretAccessKey: "other-secret" },
    ],
  });
  client = server.clients().s3;
  await client.send(new s3.CreateBucketCommand({ Bucket }));
});
afterAll(() => server?.close());

const Id = "whole-bucket";
const inventory: s3.InventoryConfiguration = {
  Id,
  IsEnabled: true,
  IncludedObjectVersions: "All",
  Schedule: { Frequency: "Daily" },
  Destination: { S3BucketDestination: { Bucket: `arn:aws:s3:::${Bucket}`, Format: "CSV" } },
  OptionalFields: ["Size"],
};
const analytics: s3.AnalyticsConfiguration = {
  Id,
  Filter: { And: { Prefix: "a/", Tags: [{ Key: "k", Value: "v" }] } },
  StorageClassAnalysis: {},
};
const tiering: s3.IntelligentTieringConfiguration = {
  Id,
  Status: "Enabled",
  Tierings: [{ AccessTier: "ARCHIVE_ACCESS", Days: 90 }],
};
const metrics: s3.MetricsConfiguration = { Id, Filter: { Prefix: "a/" } };

/* Each: put, get, list, delete, and what is read back under which member. */
const LISTED = [
  [
    "InventoryConfiguration",
    inventory,
    () =>
      client.send(
        new s3.PutBucketInventoryConfigurationCommand({
          Bucket,
          Id,
          InventoryConfiguration: inventory,
        }),
      ),
    () => client.send(new s3.GetBucketInventoryConfigurationCommand({ Bucket, Id })),
    () => client.send(new s3.ListBucketInventoryConfigurationsCommand({ Bucket })),
    () => client.send(new s3.DeleteBucketInventoryConfigurationCommand({ Bucket, Id })),
  ],
  [
    "AnalyticsConfiguration",
    analytics,
    () =>
      client.send(
        new s3.PutBucketAnalyticsConfigurationCommand({
          Bucket,
          Id,
          AnalyticsConfiguration: analytics,
        }),
      ),
    () => client.send(new s3.GetBucketAnalyticsConfigurationCommand({ Bucket, Id })),
    () => client.send(new s3.ListBucketAnalyticsConfigurationsCommand({ Bucket })),
    () => client.send(new s3.DeleteBucketAnalyticsConfigurationCommand({ Bucket, Id })),
  ],
  [
    "IntelligentTieringConfiguration",
    tiering,
    () =>
      client.send(
        new s3.PutBucketIntelligentTieringConfigurationCommand({
          Bucket,
          Id,
          IntelligentTieringConfiguration: tiering,
        }),
      ),
    () => client.send(new s3.GetBucketIntelligentTieringConfigurationCommand({ Bucket, Id })),
    () => client.send(new s3.ListBucketIntelligentTieringConfigurationsCommand({ Bucket })),
    () => client.send(new s3.DeleteBucketIntelligentTieringConfigurationCommand({ Bucket, Id })),
  ],
  [
    "MetricsConfiguration",
    metrics,
    () =>
      client.send(
        new s3.PutBucketMetricsConfigurationCommand({ Bucket, Id, MetricsConfiguration: metrics }),
      ),
    () => client.send(new s3.GetBucketMetricsConfigurationCommand({ Bucket, Id })),
    () => client.send(new s3.ListBucketMetricsConfigurationsCommand({ Bucket })),
    () => client.send(new s3.DeleteBucketMetricsConfigurationCommand({ Bucket, Id })),
  ],
] as const;

test.each(LISTED)("%s is kept under its id", async (member, given, put, get, list, remove) => {
  await put();
  expect((await put()).$metadata.httpStatusCode).toBe(204);
  expect(await get()).toMatchObject({ [member]: given });
  expect(await list()).toMatchObject({ IsTruncated: false, [`${member}List`]: [given] });
  await remove();
  await expect(get()).rejects.toMatchObject({ name: "NoSuchConfiguration" });
  await expect(remove()).rejects.toMatchObject({ name: "NoSuchConfiguration" });
});

const refusalOf = (sent: Promise<unknown>) =>
  sent.then(
    () => undefined,
    ({ name }: Error) => name,
  );

const KINDS = [
  ["Inventory", inventory, "IdMismatch"],
  ["Analytics", analytics, "MalformedXML"],
  ["IntelligentTiering", tiering, "MalformedXML"],
  ["Metrics", metrics, "MalformedXML"],
] as const;

test.each(KINDS)(
  "configurations of %s have ids of 64 characters, in pages of 100",
  async (kind, given, mismatch) => {
    const send = (operation: string, input: object): Promise<Record<string, unknown>> => {
      const commands = s3 as unknown as Record<string, new (input: object) => s3.HeadBucketCommand>;
      const Command = commands[`${operation}Command`];
      if (!Command) throw new Error(`No command ${operation}`);
      return client.send(new Command({ Bucket, ...input })) as never;
    };
    const put = (Id: string, own = Id) =>
      send(`PutBucket${kind}Configuration`, {
        Id,
        [`${kind}Configuration`]: { ...given, Id: own },
      });
    const list = (input: object = {}) => send(`ListBucket${kind}Configurations`, input);
    const ids = (page: Record<string, unknown>) =>
      (page[`${kind}ConfigurationList`] as { Id: string }[]).map(({ Id: id }) => id);
    expect(await refusalOf(put("a", "b"))).toBe(mismatch);
    for (const id of ["x".repeat(65), "a b", "a/b", "ä"])
      expect(await refusalOf(put(id)), id).toBe("InvalidArgument");
    const all = [
      ...["-_.", "x".repeat(64)],
      ...Array.from({ length: 98 }, (_, index) => `n${String(index).padStart(3, "0")}`),
    ].toSorted();
    await Promise.all(all.map((id) => put(id)));
    const whole = await list();
    expect([whole.IsTruncated, whole.NextContinuationToken, ids(whole)]).toEqual([
      false,
      undefined,
      all,
    ]);
    await put("y");
    const first = await list();
    expect([first.IsTruncated, ids(first)]).toEqual([true, all]);
    const rest = await list({ ContinuationToken: first.NextContinuationToken });
    expect([rest.IsTruncated, ids(rest), rest.ContinuationToken]).toEqual([
      ...[false, ["y"], first.NextContinuationToken],
    ]);
    expect(await refusalOf(list({ ContinuationToken: "x" }))).toBe("InvalidArgument");
    await Promise.all(
      [...all, "y"].map((id) => send(`DeleteBucket${kind}Configuration`, { Id: id })),
    );
  },
);

test("a policy and tags are put without an answer", async () => {
  const Policy = JSON.stringify({
    Version: "2012-10-17",
    Statement: [
      {
        Effect: "Deny",
        Principal: "*",
        Action: "s3:PutObject",
        Resource: `arn:aws:s3:::${Bucket}/*`,
      },
    ],
  });
  const Tagging = { TagSet: [{ Key: "a", Value: "b" }] };
  for (const { $metadata } of [
    await client.send(new s3.PutBucketPolicyCommand({ Bucket, Policy })),
    await client.send(new s3.PutBucketTaggingCommand({ Bucket, Tagging })),
  ]) {
    expect($metadata.httpStatusCode).toBe(204);
  }
});

test("acceleration, logging and replication read back, and are checked", async () => {
  const accelerate = (Status: string, name = Bucket) =>
    client.send(
      new s3.PutBucketAccelerateConfigurationCommand({
        Bucket: name,
        AccelerateConfiguration: { Status: Status as s3.BucketAccelerateStatus },
      }),
    );
  await accelerate("Suspended");
  expect(
    await client.send(new s3.GetBucketAccelerateConfigurationCommand({ Bucket })),
  ).toMatchObject({ Status: "Suspended" });
  await expect(accelerate("On")).rejects.toMatchObject({ name: "MalformedXML" });

  const log = (LoggingEnabled?: s3.LoggingEnabled) =>
    client.send(
      new s3.PutBucketLoggingCommand({
        Bucket,
        BucketLoggingStatus: { ...(LoggingEnabled ? { LoggingEnabled } : {}) },
      }),
    );
  const LoggingEnabled = { TargetBucket: Bucket, TargetPrefix: "logs/" };
  const logging = () => client.send(new s3.GetBucketLoggingCommand({ Bucket }));
  const Statement = {
    ...{ Effect: "Allow", Principal: { Service: "logging.s3.amazonaws.com" } },
    ...{ Action: "s3:PutObject", Resource: `arn:aws:s3:::${Bucket}/*` },
  };
  const Policy = JSON.stringify({ Version: "2012-10-17", Statement });
  await client.send(new s3.PutBucketPolicyCommand({ Bucket, Policy }));
  await log(LoggingEnabled);
  expect(await logging()).toMatchObject({ LoggingEnabled });
  await log();
  expect((await logging()).LoggingEnabled).toBeUndefined();
  await expect(log({ ...LoggingEnabled, TargetBucket: "no-such-bucket-1" })).rejects.toMatchObject({
    name: "InvalidTargetBucketForLogging",
  });
  const paris = server.clients(undefined, "eu-west-3").s3;
  const afar = { Bucket: "configurations-afar" };
  await paris.send(
    new s3.CreateBucketCommand({
      ...afar,
      CreateBucketConfiguration: { LocationConstraint: "eu-west-3" },
    }),
  );
  await expect(
    paris.send(
      new s3.PutBucketLoggingCommand({ ...afar, BucketLoggingStatus: { LoggingEnabled } }),
    ),
  ).rejects.toMatchObject({
    name: "CrossLocationLoggingProhibitted",
    SourceBucketLocation: "eu-west-3",
    TargetBucketLocation: "us-east-1",
  });

  const copies = `${Bucket}-copies`;
  const ReplicationConfiguration: s3.ReplicationConfiguration = {
    Role: "arn:aws:iam::000000000000:role/replication",
    Rules: [
      {
        ID: "all",
        Priority: 1,
        Status: "Enabled",
        Filter: { Prefix: "" },
        DeleteMarkerReplication: { Status: "Disabled" },
        Destination: { Bucket: `arn:aws:s3:::${copies}` },
      },
    ],
  };
  const replicate = () =>
    client.send(new s3.PutBucketReplicationCommand({ Bucket, ReplicationConfiguration }));
  const replication = () => client.send(new s3.GetBucketReplicationCommand({ Bucket }));
  await expect(replicate()).rejects.toMatchObject({ name: "InvalidRequest" });
  await client.send(new s3.CreateBucketCommand({ Bucket: copies }));
  for (const name of [Bucket, copies]) {
    const VersioningConfiguration = { Status: "Enabled" } as const;
    await client.send(new s3.PutBucketVersioningCommand({ Bucket: name, VersioningConfiguration }));
  }
  const passer = await createUser(server.clients().iam, "replication-setter", [
    allow("s3:PutReplicationConfiguration"),
  ]);
  await expect(
    server
      .clients(passer)
      .s3.send(new s3.PutBucketReplicationCommand({ Bucket, ReplicationConfiguration })),
  ).rejects.toMatchObject({ message: expect.stringContaining("iam:PassRole") });
  await replicate();
  expect(await replication()).toMatchObject({ ReplicationConfiguration });
  await client.send(new s3.DeleteBucketReplicationCommand({ Bucket }));
  await expect(replication()).rejects.toMatchObject({
    name: "ReplicationConfigurationNotFoundError",
  });
});

test("where requesters pay, other accounts say so, and the owner needn't", async () => {
  const name = "requester-pays-contract";
  await client.send(new s3.CreateBucketCommand({ Bucket: name }));
  await client.send(new s3.PutObjectCommand({ Bucket: name, Key: "a", Body: "x" }));
  const allow = { Effect: "Allow", Principal: { AWS: "111122223333" } };
  const Resource = `arn:aws:s3:::${name}/*`;
  await client.send(
    new s3.PutBucketPolicyCommand({
      Bucket: name,
      Policy: JSON.stringify({
        Version: "2012-10-17",
        Statement: [{ ...allow, Action: "s3:GetObject", Resource }],
      }),
    }),
  );
  const RequestPaymentConfiguration = { Payer: "Requester" as const };
  await client.send(
    new s3.PutBucketRequestPaymentCommand({ Bucket: name, RequestPaymentConfiguration }),
  );
  expect(await client.send(new s3.GetBucketRequestPaymentCommand({ Bucket: name }))).toMatchObject(
    RequestPaymentConfiguration,
  );
  const read = (by: Clients["s3"], RequestPayer?: "requester") =>
    by.send(
      new s3.GetObjectCommand({
        Bucket: name,
        Key: "a",
        ...(RequestPayer ? { RequestPayer } : {}),
      }),
    );
  const other = server.clients(OTHER).s3;
  await expect(read(other)).rejects.toMatchObject({ name: "AccessDenied" });
  expect((await read(other, "requester")).RequestCharged).toBe("requester");
  expect((await read(client)).RequestCharged).toBeUndefined();
});
