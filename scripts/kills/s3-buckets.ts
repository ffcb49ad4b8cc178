import { S3 } from "@aws-sdk/client-s3";
import type { Chance } from "../fuzz/chance.ts";
import type { Node } from "./node.ts";
import { byKey, withMember } from "./pages.ts";
import { type Change, remembered } from "./remembered.ts";
import type { Tags } from "./tags.ts";

/* Buckets with their policies, tags, versioning and lifecycle rules. */

const PREFIX = "kills-bucket-";

interface Bucket {
  readonly versioning: string | undefined;
  /** The name of its policy's statement. */
  readonly policy: string | undefined;
  /** The name of its lifecycle rule. */
  readonly rule: string | undefined;
  readonly tags: Tags;
}
const NEW: Bucket = { versioning: undefined, policy: undefined, rule: undefined, tags: {} };

function change(key: string, bucket: Bucket | undefined, chance: Chance): Change<Bucket> {
  const Bucket = PREFIX + key;
  const s3 = (at: Node) => at.client(S3);
  const id = `S${chance.below(1e6)}`;
  if (!bucket)
    return {
      says: `CreateBucket ${key}`,
      send: (at) => s3(at).createBucket({ Bucket }),
      after: () => NEW,
    };
  switch (chance.below(5)) {
    case 0:
      return {
        says: `DeleteBucket ${key}`,
        send: (at) => s3(at).deleteBucket({ Bucket }),
        after: () => undefined,
      };
    case 1: {
      const Status = bucket.versioning === "Enabled" ? "Suspended" : "Enabled";
      const VersioningConfiguration = { Status } as const;
      return {
        says: `PutBucketVersioning ${key} ${Status}`,
        send: (at) => s3(at).putBucketVersioning({ Bucket, VersioningConfiguration }),
        after: () => ({ ...bucket, versioning: Status }),
      };
    }
    case 2: {
      const gone = bucket.policy !== undefined && chance.rarely(2);
      const [Resource, Action] = [`arn:aws:s3:::${Bucket}/*`, "s3:GetObject"];
      const Statement = [{ Sid: id, Effect: "Deny", Principal: "*", Action, Resource }];
      const Policy = JSON.stringify({ Version: "2012-10-17", Statement });
      return {
        says: `${gone ? "Delete" : "Put"}BucketPolicy ${key} ${id}`,
        send: (at) =>
          gone ? s3(at).deleteBucketPolicy({ Bucket }) : s3(at).putBucketPolicy({ Bucket, Policy }),
        after: () => ({ ...bucket, policy: gone ? undefined : id }),
      };
    }
    case 3: {
      const gone = bucket.rule !== undefined && chance.rarely(2);
      const Expiration = { Days: 30 };
      const Rules = [{ ID: id, Status: "Enabled" as const, Filter: { Prefix: "" }, Expiration }];
      const LifecycleConfiguration = { Rules };
      return {
        says: `${gone ? "Delete" : "Put"}BucketLifecycle ${key} ${id}`,
        send: (at) =>
          gone
            ? s3(at).deleteBucketLifecycle({ Bucket })
            : s3(at).putBucketLifecycleConfiguration({ Bucket, LifecycleConfiguration }),
        after: () => ({ ...bucket, rule: gone ? undefined : id }),
      };
    }
    default: {
      const tags = withMember(bucket.tags, `tag-${chance.below(3)}`, id);
      const TagSet = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
      return {
        says: `PutBucketTagging ${key}`,
        send: (at) => s3(at).putBucketTagging({ Bucket, Tagging: { TagSet } }),
        after: () => ({ ...bucket, tags }),
      };
    }
  }
}

/** Answers undefined where a bucket has none. */
async function ifAny<Answer>(ask: Promise<Answer>): Promise<Answer | undefined> {
  return ask.catch((error: Error) => {
    if (/^NoSuch(?:BucketPolicy|LifecycleConfiguration|TagSet)$/.test(error.name)) return undefined;
    throw error;
  });
}

async function read(at: Node): Promise<ReadonlyMap<string, Bucket>> {
  const s3 = at.client(S3);
  const { Buckets = [] } = await s3.listBuckets({});
  const named: [string, Bucket][] = [];
  for (const { Name = "" } of Buckets) {
    if (!Name.startsWith(PREFIX)) continue;
    const of = { Bucket: Name };
    const { Status } = await s3.getBucketVersioning(of);
    const policy = await ifAny(s3.getBucketPolicy(of));
    const lifecycle = await ifAny(s3.getBucketLifecycleConfiguration(of));
    const tagging = await ifAny(s3.getBucketTagging(of));
    named.push([
      Name,
      {
        versioning: Status,
        policy: policy && String(JSON.parse(policy.Policy ?? "").Statement[0].Sid),
        rule: lifecycle?.Rules?.[0]?.ID,
        tags: Object.fromEntries((tagging?.TagSet ?? []).map(({ Key, Value }) => [Key, Value])),
      } as Bucket,
    ]);
  }
  return byKey(PREFIX, named);
}

export const buckets = remembered<Bucket>({ name: "s3-buckets", keys: 8, change, read });
