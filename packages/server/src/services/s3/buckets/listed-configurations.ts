import type * as s3 from "@aws-sdk/client-s3";
import { defineOperations, type OperationTable } from "../../../kernel/operations.ts";
import { pageToken, readPageToken } from "../../../kernel/page-token.ts";
import type { RequestContext } from "../../../kernel/request-context.ts";
import { onBucket } from "../access/authorization.ts";
import { idMismatch, invalidArgument, malformedXml, noSuchConfiguration } from "../errors.ts";
import {
  type ConfigurationKind,
  findConfiguration,
  listConfigurations,
  storeConfiguration,
} from "../rows/bucket-configurations.ts";
import { type BucketInput, requireBucket } from "../rows/buckets.ts";
import { checkInventory } from "./check-inventory.ts";

/** Source: S3 API, InventoryConfiguration and its siblings: `Id`. */
const ID_CHARS_MAX = 64;
const MARK = "id";

type ListedInput = BucketInput & { readonly ContinuationToken?: string | undefined };
/** What one kind refuses, and how it says that two ids differ. */
interface Checks<T> {
  readonly check?: (given: T) => void;
  readonly mismatch?: () => Error;
}

type NamedInput = BucketInput & { readonly Id?: string | undefined };

/**
 * Analytics, Intelligent-Tiering, inventory and metrics: what a bucket has several of, each under an
 * id. They are kept and shown; nothing here makes reports or moves objects by access.
 */
export function listedConfigurationOperations(): OperationTable {
  const analytics = configurations<s3.AnalyticsConfiguration>("analytics", "Analytics");
  const tiering = configurations<s3.IntelligentTieringConfiguration>(
    "intelligent-tiering",
    "IntelligentTiering",
  );
  const inventory = configurations<s3.InventoryConfiguration>("inventory", "Inventory", {
    check: checkInventory,
    mismatch: idMismatch,
  });
  const metrics = configurations<s3.MetricsConfiguration>("metrics", "Metrics");
  return defineOperations<typeof s3>()({
    PutBucketAnalyticsConfiguration: {
      authorize: analytics.mayWrite,
      handle: (input, context) => analytics.put(input, input.AnalyticsConfiguration, context),
    },
    GetBucketAnalyticsConfiguration: {
      authorize: analytics.mayRead,
      handle: async (input, context) => ({
        AnalyticsConfiguration: await analytics.get(input, context),
      }),
    },
    DeleteBucketAnalyticsConfiguration: {
      authorize: analytics.mayWrite,
      handle: analytics.remove,
    },
    ListBucketAnalyticsConfigurations: {
      authorize: analytics.mayRead,
      handle: async (input, context) => {
        const { page, ...place } = await analytics.list(input, context);
        return { ...place, AnalyticsConfigurationList: page };
      },
    },
    PutBucketIntelligentTieringConfiguration: {
      authorize: tiering.mayWrite,
      handle: (input, context) =>
        tiering.put(input, input.IntelligentTieringConfiguration, context),
    },
    GetBucketIntelligentTieringConfiguration: {
      authorize: tiering.mayRead,
      handle: async (input, context) => ({
        IntelligentTieringConfiguration: await tiering.get(input, context),
      }),
    },
    DeleteBucketIntelligentTieringConfiguration: {
      authorize: tiering.mayWrite,
      handle: tiering.remove,
    },
    ListBucketIntelligentTieringConfigurations: {
      authorize: tiering.mayRead,
      handle: async (input, context) => {
        const { page, ...place } = await tiering.list(input, context);
        return { ...place, IntelligentTieringConfigurationList: page };
      },
    },
    PutBucketInventoryConfiguration: {
      authorize: inventory.mayWrite,
      handle: (input, context) => inventory.put(input, input.InventoryConfiguration, context),
    },
    GetBucketInventoryConfiguration: {
      authorize: inventory.mayRead,
      handle: async (input, context) => ({
        InventoryConfiguration: await inventory.get(input, context),
      }),
    },
    DeleteBucketInventoryConfiguration: {
      authorize: inventory.mayWrite,
      handle: inventory.remove,
    },
    ListBucketInventoryConfigurations: {
      authorize: inventory.mayRead,
      handle: async (input, context) => {
        const { page, ...place } = await inventory.list(input, context);
        return { ...place, InventoryConfigurationList: page };
      },
    },
    PutBucketMetricsConfiguration: {
      authorize: metrics.mayWrite,
      handle: (input, context) => metrics.put(input, input.MetricsConfiguration, context),
    },
    GetBucketMetricsConfiguration: {
      authorize: metrics.mayRead,
      handle: async (input, context) => ({
        MetricsConfiguration: await metrics.get(input, context),
      }),
    },
    DeleteBucketMetricsConfiguration: { authorize: metrics.mayWrite, handle: metrics.remove },
    ListBucketMetricsConfigurations: {
      authorize: metrics.mayRead,
      handle: async (input, context) => {
        const { page, ...place } = await metrics.list(input, context);
        return { ...place, MetricsConfigurationList: page };
      },
    },
  });
}

function configurations<T extends { Id?: string | undefined }>(
  kind: ConfigurationKind,
  noun: string,
  { check = () => undefined, mismatch = malformedXml }: Checks<T> = {},
) {
  const needs = (verb: "Get" | "Put") => async (input: BucketInput, context: RequestContext) =>
    onBucket(`${verb}${noun}Configuration`, await requireBucket(input, context), context);
  return {
    mayRead: needs("Get"),
    mayWrite: needs("Put"),
    async put(input: NamedInput, given: T | undefined, context: RequestContext) {
      const { Id: id = "" } = input;
      if (!given || given.Id === undefined) throw malformedXml();
      if (given.Id !== id) throw mismatch();
      if (id.length > ID_CHARS_MAX || !/^[\w.-]+$/.test(id))
        throw invalidArgument("The id is not valid", "id", id);
      check(given);
      await storeConfiguration(await requireBucket(input, context), kind, given, context, id);
      context.response.status = 204;
      return {};
    },
    async get(input: NamedInput, context: RequestContext): Promise<T> {
      const bucket = await requireBucket(input, context);
      const found = await findConfiguration<T>(bucket, kind, context, input.Id);
      if (found) return found;
      throw noSuchConfiguration();
    },
    async remove(input: NamedInput, context: RequestContext) {
      const bucket = await requireBucket(input, context);
      const was = await storeConfiguration(bucket, kind, undefined, context, input.Id);
      if (!was) throw noSuchConfiguration();
      return {};
    },
    async list(input: ListedInput, context: RequestContext) {
      const bucket = await requireBucket(input, context);
      const token = input.ContinuationToken;
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
