import * as s3 from "@aws-sdk/client-s3";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Clients, startTestServer, type TestServer } from "../../support/test-server.ts";

const Bucket = "configuration-values";
const Id = "one";
let server: TestServer;
let client: Clients["s3"];

beforeAll(async () => {
  server = await startTestServer();
  client = server.clients().s3;
  await client.send(new s3.CreateBucketCommand({ Bucket }));
});
afterAll(() => server?.close());

const analytics = (of: object) => {
  const Destination = { S3BucketDestination: { Bucket: "arn:aws:s3:::a", Format: "CSV", ...of } };
  const DataExport = { OutputSchemaVersion: "V_1", Destination, ...of };
  return { AnalyticsConfiguration: { Id, StorageClassAnalysis: { DataExport } } };
};
const tiering = (of: object, tier: object = {}) => {
  const Tierings = [{ AccessTier: "ARCHIVE_ACCESS", Days: 180, ...tier }];
  return { IntelligentTieringConfiguration: { Id, Status: "Enabled", Tierings, ...of } };
};
const logging = (of: object) => ({
  BucketLoggingStatus: { LoggingEnabled: { TargetBucket: Bucket, TargetPrefix: "logs/", ...of } },
});
const granted = (grant: object, grantee: object = {}) =>
  logging({ TargetGrants: [{ Grantee: { Type: "Group", ...grantee }, ...grant }] });
const replication = (of: object, destination: object = {}) => {
  const Destination = { Bucket: "arn:aws:s3:::a", ...destination };
  const Rules = [{ Status: "Enabled", Destination, ...of }];
  return { ReplicationConfiguration: { Role: "arn:aws:iam::000000000000:role/r", Rules } };
};
const statuses = s3.ReplicationRuleStatus;
const time = { Time: { Minutes: 15 } };
const criteria = (of: object) => replication({ SourceSelectionCriteria: of });

/** The input with a value, and all that its schema lists. */
type Row = readonly [string, (value: string) => object, Readonly<Record<string, string>>];

const ROWS: Readonly<Record<string, readonly Row[]>> = {
  PutBucketAnalyticsConfiguration: [
    ["Format", (Format) => analytics({ Format }), s3.AnalyticsS3ExportFileFormat],
    [
      "OutputSchemaVersion",
      (OutputSchemaVersion) => analytics({ OutputSchemaVersion }),
      s3.StorageClassAnalysisSchemaVersion,
    ],
  ],
  PutBucketIntelligentTieringConfiguration: [
    ["Status", (Status) => tiering({ Status }), s3.IntelligentTieringStatus],
    ["AccessTier", (AccessTier) => tiering({}, { AccessTier }), s3.IntelligentTieringAccessTier],
  ],
  PutBucketLogging: [
    [
      "PartitionDateSource",
      (PartitionDateSource) =>
        logging({ TargetObjectKeyFormat: { PartitionedPrefix: { PartitionDateSource } } }),
      s3.PartitionDateSource,
    ],
    ["Permission", (Permission) => granted({ Permission }), s3.BucketLogsPermission],
    ["Type", (Type) => granted({ Permission: "READ" }, { Type }), s3.Type],
  ],
  PutBucketReplication: [
    ["Status", (Status) => replication({ Status }), statuses],
    [
      "DeleteMarkerReplication",
      (Status) => replication({ DeleteMarkerReplication: { Status } }),
      statuses,
    ],
    [
      "ExistingObjectReplication",
      (Status) => replication({ ExistingObjectReplication: { Status } }),
      statuses,
    ],
    ["ReplicaModifications", (Status) => criteria({ ReplicaModifications: { Status } }), statuses],
    [
      "SseKmsEncryptedObjects",
      (Status) => criteria({ SseKmsEncryptedObjects: { Status } }),
      statuses,
    ],
    ["Metrics", (Status) => replication({}, { Metrics: { Status } }), statuses],
    [
      "ReplicationTime",
      (Status) => replication({}, { ReplicationTime: { Status, ...time } }),
      statuses,
    ],
    [
      "Owner",
      (Owner) => replication({}, { AccessControlTranslation: { Owner } }),
      s3.OwnerOverride,
    ],
    ["StorageClass", (StorageClass) => replication({}, { StorageClass }), s3.StorageClass],
  ],
};

test.each(
  Object.entries(ROWS).flatMap(([operation, rows]) =>
    rows.map((row) => [operation, ...row] as const),
  ),
)(
  "%s takes of %s what its schema lists, and nothing else",
  async (operation, _name, of, listed) => {
    const commands = s3 as unknown as Record<string, new (input: object) => s3.HeadBucketCommand>;
    const Command = commands[`${operation}Command`];
    if (!Command) throw new Error(`No command ${operation}`);
    const refusal = (value: string) =>
      client.send(new Command({ Bucket, Id, ...of(value) })).then(
        () => undefined,
        ({ name }: Error) => name,
      );
    const values = Object.values(listed);
    for (const value of values) expect(await refusal(value), value).not.toBe("MalformedXML");
    const others = ["", "Kaboom", ...values.map((value) => value.toLowerCase())];
    for (const value of others)
      if (!values.includes(value)) expect(await refusal(value), value).toBe("MalformedXML");
  },
);
