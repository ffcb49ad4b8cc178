import { CloudTrail } from "@aws-sdk/client-cloudtrail";
import { S3 } from "@aws-sdk/client-s3";
import type { Chance } from "../fuzz/chance.ts";
import type { Node } from "./node.ts";
import { byKey } from "./pages.ts";
import { type Change, remembered } from "./remembered.ts";
import { changeTags, type Tags, tagsOf } from "./tags.ts";

/* Trails that are started and stopped, with their settings and tags. */

const PREFIX = "kills-";
const S3BucketName = "kills-trails";

interface Trail {
  readonly logs: boolean;
  /** Records global services' events. */
  readonly isGlobal: boolean;
  readonly tags: Tags;
}

function change(key: string, trail: Trail | undefined, chance: Chance): Change<Trail> {
  const Name = PREFIX + key;
  const of = (at: Node) => at.client(CloudTrail);
  if (!trail)
    return {
      says: `CreateTrail ${key}`,
      send: (at) => of(at).createTrail({ Name, S3BucketName }),
      after: () => ({ logs: false, isGlobal: true, tags: {} }),
    };
  const ResourceId = `arn:aws:cloudtrail:us-east-1:000000000000:trail/${Name}`;
  switch (chance.below(5)) {
    case 0:
      return {
        says: `DeleteTrail ${key}`,
        send: (at) => of(at).deleteTrail({ Name }),
        after: () => undefined,
      };
    case 1:
      return {
        says: `${trail.logs ? "Stop" : "Start"}Logging ${key}`,
        send: (at) => (trail.logs ? of(at).stopLogging({ Name }) : of(at).startLogging({ Name })),
        after: () => ({ ...trail, logs: !trail.logs }),
      };
    case 2: {
      const isGlobal = !trail.isGlobal;
      return {
        says: `UpdateTrail ${key} ${isGlobal}`,
        send: (at) => of(at).updateTrail({ Name, IncludeGlobalServiceEvents: isGlobal }),
        after: () => ({ ...trail, isGlobal }),
      };
    }
    default:
      return changeTags(trail, chance, `trail ${key}`, {
        tag: (at, Key, Value) => of(at).addTags({ ResourceId, TagsList: [{ Key, Value }] }),
        untag: (at, Key) => of(at).removeTags({ ResourceId, TagsList: [{ Key }] }),
      });
  }
}

async function read(at: Node): Promise<ReadonlyMap<string, Trail>> {
  const cloudTrail = at.client(CloudTrail);
  const { trailList = [] } = await cloudTrail.describeTrails({});
  const named: [string | undefined, Trail][] = [];
  for (const { Name, TrailARN = "", IncludeGlobalServiceEvents = false } of trailList) {
    const { IsLogging = false } = await cloudTrail.getTrailStatus({ Name: TrailARN });
    const { ResourceTagList } = await cloudTrail.listTags({ ResourceIdList: [TrailARN] });
    const tags = tagsOf(ResourceTagList?.[0]?.TagsList);
    named.push([Name, { logs: IsLogging, isGlobal: IncludeGlobalServiceEvents, tags }]);
  }
  return byKey(PREFIX, named);
}

async function prepare(at: Node): Promise<void> {
  await at.client(S3).createBucket({ Bucket: S3BucketName });
  const Principal = { Service: "cloudtrail.amazonaws.com" };
  const allow = (Action: string, Resource: string) => ({
    ...{ Effect: "Allow", Principal, Action, Resource: `arn:aws:s3:::${S3BucketName}${Resource}` },
  });
  const Statement = [allow("s3:GetBucketAcl", ""), allow("s3:PutObject", "/*")];
  const Policy = JSON.stringify({ Version: "2012-10-17", Statement });
  await at.client(S3).putBucketPolicy({ Bucket: S3BucketName, Policy });
}

export const trails = remembered<Trail>({ name: "trails", keys: 4, prepare, change, read });
