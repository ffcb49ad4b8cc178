import type * as s3 from "@aws-sdk/client-s3";
import { defineOperations, type OperationTable } from "../../../kernel/operations.ts";
import { pageToken, readPageToken } from "../../../kernel/page-token.ts";
import type { RequestContext } from "../../../kernel/request-context.ts";
import { bucketOperation } from "../access/bucket-operation.ts";
import { idMismatch, invalidArgument, malformedXml, noSuchConfiguration } from "../errors.ts";
import {
  type ConfigurationKind,
  findConfiguration,
  listConfigurations,
  storeConfiguration,
} from "../rows/bucket-configurations.ts";
import type { BucketInput } from "../rows/buckets.ts";
import type { BucketRow } from "../tables.ts";
import { checkAnalytics } from "./check-analytics.ts";
import { checkInventory } from "./check-inventory.ts";

/** Source: S3 API, InventoryConfiguration and its siblings: `Id`. */
const ID_CHARS_MAX = 64;
const MARK = "id";

type ListedInput = BucketInput & { readonly ContinuationToken?: string | undefined };
/** The refusals of one kind, and its words for two ids that differ. */
interface Checks<T> {
  readonly check?: (given: T) => void;
  readonly mismatch?: () => Error;
}

type NamedInput = BucketInput & { readonly Id: string };

/** Days without a read before an archive takes an object. Source: S3 API reference, Tiering. */
const TIER_DAYS_MIN: ReadonlyMap<string, number> = new Map([
  ["ARCHIVE_ACCESS", 90],
  ["DEEP_ARCHIVE_ACCESS", 180],
]);
const TIER_DAYS_MAX = 730;

/**
 * Analytics, Intelligent-Tiering, inventory and metrics: what a bucket has several of, each under
 * an id. They are kept and shown; nothing here makes reports or moves objects by access.
 */
export function listedConfigurationOperations(): OperationTable {
  const analytics = configurations<s3.AnalyticsConfiguration>("analytics", "Analytics", {
    check: checkAnalytics,
  });
  const tiering = configurations<s3.IntelligentTieringConfiguration>(
    "intelligent-tiering",
    "IntelligentTiering",
    { check: checkTierings },
  );
  const inventory = configurations<s3.InventoryConfiguration>("inventory", "Inventory", {
    check: checkInventory,
    mismatch: idMismatch,
  });
  const metrics = configurations<s3.MetricsConfiguration>("metrics", "Metrics");
  return defineOperations<typeof s3>()({
    PutBucketAnalyticsConfiguration: bucketOperation(analytics.write, (bucket, input, context) =>
      analytics.put(bucket, input, input.AnalyticsConfiguration, context),
    ),
    GetBucketAnalyticsConfiguration: bucketOperation(analytics.read, async (...of) => ({
      AnalyticsConfiguration: await analytics.get(...of),
    })),
    DeleteBucketAnalyticsConfiguration: bucketOperation(analytics.write, analytics.remove),
    ListBucketAnalyticsConfigurations: bucketOperation(analytics.read, async (...of) => {
      const { page, ...place } = await analytics.list(...of);
      return { ...place, AnalyticsConfigurationList: page };
    }),
    PutBucketIntelligentTieringConfiguration: bucketOperation(
      tiering.write,
      (bucket, input, context) =>
        tiering.put(bucket, input, input.IntelligentTieringConfiguration, context),
    ),
    GetBucketIntelligentTieringConfiguration: bucketOperation(tiering.read, async (...of) => ({
      IntelligentTieringConfiguration: await tiering.get(...of),
    })),
    DeleteBucketIntelligentTieringConfiguration: bucketOperation(tiering.write, tiering.remove),
    ListBucketIntelligentTieringConfigurations: bucketOperation(tiering.read, async (...of) => {
      const { page, ...place } = await tiering.list(...of);
      return { ...place, IntelligentTieringConfigurationList: page };
    }),
    PutBucketInventoryConfiguration: bucketOperation(inventory.write, (bucket, input, context) =>
      inventory.put(bucket, input, input.InventoryConfiguration, context),
    ),
    GetBucketInventoryConfiguration: bucketOperation(inventory.read, async (...of) => ({
      InventoryConfiguration: await inventory.get(...of),
    })),
    DeleteBucketInventoryConfiguration: bucketOperation(inventory.write, inventory.remove),
    ListBucketInventoryConfigurations: bucketOperation(inventory.read, async (...of) => {
      const { page, ...place } = await inventory.list(...of);
      return { ...place, InventoryConfigurationList: page };
    }),
    PutBucketMetricsConfiguration: bucketOperation(metrics.write, (bucket, input, context) =>
      metrics.put(bucket, input, input.MetricsConfiguration, context),
    ),
    GetBucketMetricsConfiguration: bucketOperation(metrics.read, async (...of) => ({
      MetricsConfiguration: await metrics.get(...of),
    })),
    DeleteBucketMetricsConfiguration: bucketOperation(metrics.write, metrics.remove),
    ListBucketMetricsConfigurations: bucketOperation(metrics.read, async (...of) => {
      const { page, ...place } = await metrics.list(...of);
      return { ...place, MetricsConfigurationList: page };
    }),
  });
}

/** Throws InvalidArgument. */
function checkTierings({ Tierings = [] }: s3.IntelligentTieringConfiguration): void {
  for (const { AccessTier: tier, Days: days = 0 } of Tierings) {
    const least = TIER_DAYS_MIN.get(tier ?? "") ?? 0;
    if (days >= least && days <= TIER_DAYS_MAX) continue;
    throw invalidArgument(
      `'Days' for access tier ${tier} must be between ${least} and ${TIER_DAYS_MAX}`,
      "Days",
      String(days),
    );
  }
}

function configurations<T extends { Id?: string | undefined }>(
  kind: ConfigurationKind,
  noun: string,
  { check = () => undefined, mismatch = malformedXml }: Checks<T> = {},
) {
  return {
    read: `Get${noun}Configuration`,
    write: `Put${noun}Configuration`,
    async put(bucket: BucketRow, { Id: id }: NamedInput, given: T, context: RequestContext) {
      if (given.Id !== id) throw mismatch();
      if (id.length > ID_CHARS_MAX || !/^[\w.-]+$/.test(id))
        throw invalidArgument("The id is not valid", "id", id);
      check(given);
      await storeConfiguration(bucket, kind, given, context, id);
      context.response.status = 204;
      return {};
    },
    async get(bucket: BucketRow, { Id: id }: NamedInput, context: RequestContext): Promise<T> {
      const found = await findConfiguration<T>(bucket, kind, context, id);
      if (found) return found;
      throw noSuchConfiguration();
    },
    async remove(bucket: BucketRow, { Id: id }: NamedInput, context: RequestContext) {
      const was = await storeConfiguration(bucket, kind, undefined, context, id);
      if (!was) throw noSuchConfiguration();
      return {};
    },
    async list(
      bucket: BucketRow,
      { ContinuationToken: token }: ListedInput,
      context: RequestContext,
    ) {
      const after = token === undefined ? "" : idIn(token);
      const { page, next } = await listConfigurations<T>(bucket, kind, after, context);
      return {
        page: [...page],
        IsTruncated: next !== undefined,
        ...(token === undefined ? {} : { ContinuationToken: token }),
        ...(next === undefined ? {} : { NextContinuationToken: pageToken(MARK, [next]) }),
      };
    },
  };
}

function idIn(token: string): string {
  const place = readPageToken(token, MARK, ["string"]);
  if (place) return place[0];
  throw invalidArgument(
    "The continuation token provided is incorrect",
    "continuation-token",
    token,
  );
}
