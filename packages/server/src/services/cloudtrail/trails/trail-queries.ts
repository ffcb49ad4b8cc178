import type { Trail } from "@aws-sdk/client-cloudtrail";
import type { Kysely } from "kysely";
import type { RequestContext } from "../../../kernel/request-context.ts";
import { invalidHomeRegion, trailNotFound } from "../errors.ts";
import type { CloudTrailTables, TrailRow } from "../tables.ts";
import { trailArnOf } from "./trail-names.ts";

/** The trail; throws TrailNotFoundException. A trail of another Region is seen by its ARN. */
export async function requireTrail(
  nameOrArn: string,
  context: RequestContext,
  db: Kysely<CloudTrailTables> = context.db(),
): Promise<TrailRow> {
  const arn = trailArnOf(nameOrArn, context);
  const trail = await db
    .selectFrom("cloudtrail_trails")
    .selectAll()
    .where("trail_arn", "=", arn)
    .where("account_id", "=", context.accountId)
    .executeTakeFirst();
  if (!trail) throw trailNotFound(arn, context.accountId);
  return trail;
}

/** Changes are made in the trail's home Region. */
export async function requireTrailHere(
  nameOrArn: string,
  context: RequestContext,
  db: Kysely<CloudTrailTables>,
): Promise<TrailRow> {
  const trail = await requireTrail(nameOrArn, context, db);
  const { home_region } = trail;
  if (home_region !== context.region) throw invalidHomeRegion(home_region, context.region);
  return trail;
}

/** The trails that are seen in a Region: its own, and those of all Regions as their shadows. */
export function visibleTrails(
  { accountId, region }: RequestContext,
  db: Kysely<CloudTrailTables>,
  includeShadows: boolean,
): Promise<TrailRow[]> {
  return db
    .selectFrom("cloudtrail_trails")
    .selectAll()
    .where("account_id", "=", accountId)
    .where((where) =>
      includeShadows
        ? where.or([where("home_region", "=", region), where("multi_region", "=", 1)])
        : where("home_region", "=", region),
    )
    .orderBy("name")
    .execute();
}

/** The answer of CreateTrail and UpdateTrail. */
export function trailSettings(row: TrailRow) {
  return {
    Name: row.name,
    S3BucketName: row.bucket_name,
    ...(row.key_prefix === null ? {} : { S3KeyPrefix: row.key_prefix }),
    IncludeGlobalServiceEvents: row.global_events === 1,
    IsMultiRegionTrail: row.multi_region === 1,
    TrailARN: row.trail_arn,
    LogFileValidationEnabled: false,
    IsOrganizationTrail: false,
  };
}

export function trailView(row: TrailRow): Trail {
  return {
    ...trailSettings(row),
    HomeRegion: row.home_region,
    HasCustomEventSelectors: row.event_selectors !== null,
    HasInsightSelectors: false,
  };
}
