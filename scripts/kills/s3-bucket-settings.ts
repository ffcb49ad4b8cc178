import { type PublicAccessBlockConfiguration, S3 } from "@aws-sdk/client-s3";
import type { Chance } from "../fuzz/chance.ts";
import type { Node } from "./node.ts";
import { byKey } from "./pages.ts";
import { type Change, remembered } from "./remembered.ts";
import {
  changeSetting,
  number,
  readSettings,
  type Settings,
  type SettingsTable,
} from "./settings.ts";

/* Buckets with the settings that are resources of their own. */

const PREFIX = "kills-set-";
/** A bucket has these from the beginning. */
const NEW: Settings = { publicAccessBlock: "1111", ownership: "BucketOwnerEnforced" };
const BLOCKS = [
  "BlockPublicAcls",
  "IgnorePublicAcls",
  "BlockPublicPolicy",
  "RestrictPublicBuckets",
] as const;

interface Of {
  readonly Bucket: string;
}
const s3 = (at: Node) => at.client(S3);

const SETTINGS: SettingsTable<Of> = {
  cors: {
    value: number,
    put(at, of, value) {
      const rule = { AllowedMethods: ["GET"], AllowedOrigins: ["https://kills.example"] };
      const CORSRules = [{ ...rule, MaxAgeSeconds: Number(value) }];
      return s3(at).putBucketCors({ ...of, CORSConfiguration: { CORSRules } });
    },
    remove: (at, of) => s3(at).deleteBucketCors(of),
    read: async (at, of) => String((await s3(at).getBucketCors(of)).CORSRules?.[0]?.MaxAgeSeconds),
  },
  website: {
    value: number,
    put: (at, of, Suffix) =>
      s3(at).putBucketWebsite({ ...of, WebsiteConfiguration: { IndexDocument: { Suffix } } }),
    remove: (at, of) => s3(at).deleteBucketWebsite(of),
    read: async (at, of) => (await s3(at).getBucketWebsite(of)).IndexDocument?.Suffix,
  },
  encryption: {
    value: () => "aws:kms",
    put(at, of) {
      const rule = { ApplyServerSideEncryptionByDefault: { SSEAlgorithm: "aws:kms" as const } };
      const ServerSideEncryptionConfiguration = { Rules: [rule] };
      return s3(at).putBucketEncryption({ ...of, ServerSideEncryptionConfiguration });
    },
    remove: (at, of) => s3(at).deleteBucketEncryption(of),
    async read(at, of) {
      const { ServerSideEncryptionConfiguration } = await s3(at).getBucketEncryption(of);
      const [rule] = ServerSideEncryptionConfiguration?.Rules ?? [];
      const algorithm = rule?.ApplyServerSideEncryptionByDefault?.SSEAlgorithm;
      return algorithm === "AES256" ? undefined : algorithm;
    },
  },
  notification: {
    value: () => "EventBridge",
    put(at, of) {
      const NotificationConfiguration = { EventBridgeConfiguration: {} };
      return s3(at).putBucketNotificationConfiguration({ ...of, NotificationConfiguration });
    },
    remove: (at, of) =>
      s3(at).putBucketNotificationConfiguration({ ...of, NotificationConfiguration: {} }),
    async read(at, of) {
      const answer = await s3(at).getBucketNotificationConfiguration(of);
      return answer.EventBridgeConfiguration && "EventBridge";
    },
  },
  metrics: {
    value: number,
    put(at, of, Prefix) {
      const MetricsConfiguration = { Id: "kills", Filter: { Prefix } };
      return s3(at).putBucketMetricsConfiguration({ ...of, Id: "kills", MetricsConfiguration });
    },
    remove: (at, of) => s3(at).deleteBucketMetricsConfiguration({ ...of, Id: "kills" }),
    async read(at, of) {
      const answer = await s3(at).getBucketMetricsConfiguration({ ...of, Id: "kills" });
      return answer.MetricsConfiguration?.Filter?.Prefix;
    },
  },
  publicAccessBlock: {
    value: (chance) => BLOCKS.map(() => chance.below(2)).join(""),
    put(at, of, value) {
      const PublicAccessBlockConfiguration = Object.fromEntries(
        BLOCKS.map((name, index) => [name, value[index] === "1"]),
      ) as PublicAccessBlockConfiguration;
      return s3(at).putPublicAccessBlock({ ...of, PublicAccessBlockConfiguration });
    },
    remove: (at, of) => s3(at).deletePublicAccessBlock(of),
    async read(at, of) {
      const { PublicAccessBlockConfiguration: found } = await s3(at).getPublicAccessBlock(of);
      return BLOCKS.map((name) => Number(found?.[name])).join("");
    },
  },
  ownership: {
    value: (chance) => chance.one(["BucketOwnerPreferred", "ObjectWriter"]),
    put(at, of, value) {
      const ObjectOwnership = value as "BucketOwnerPreferred" | "ObjectWriter";
      return s3(at).putBucketOwnershipControls({
        ...of,
        OwnershipControls: { Rules: [{ ObjectOwnership }] },
      });
    },
    remove: (at, of) => s3(at).deleteBucketOwnershipControls(of),
    async read(at, of) {
      const { OwnershipControls } = await s3(at).getBucketOwnershipControls(of);
      return OwnershipControls?.Rules?.[0]?.ObjectOwnership;
    },
  },
};

function change(key: string, bucket: Settings | undefined, chance: Chance): Change<Settings> {
  const of = { Bucket: PREFIX + key };
  if (!bucket)
    return {
      says: `CreateBucket ${key}`,
      send: (at) => s3(at).createBucket(of),
      after: () => NEW,
    };
  if (chance.rarely(10))
    return {
      says: `DeleteBucket ${key}`,
      send: (at) => s3(at).deleteBucket(of),
      after: () => undefined,
    };
  return changeSetting(SETTINGS, bucket, { what: `bucket ${key}`, of }, chance);
}

async function read(at: Node): Promise<ReadonlyMap<string, Settings>> {
  const { Buckets = [] } = await s3(at).listBuckets({ Prefix: PREFIX });
  const named: [string, Settings][] = [];
  for (const { Name = "" } of Buckets)
    named.push([Name, await readSettings(SETTINGS, at, { Bucket: Name })]);
  return byKey(PREFIX, named);
}

export const bucketSettings = remembered<Settings>({
  ...{ name: "s3-bucket-settings", keys: 6, change, read },
});
