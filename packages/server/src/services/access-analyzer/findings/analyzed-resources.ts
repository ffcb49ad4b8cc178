import type * as sdk from "@aws-sdk/client-accessanalyzer";
import { defineOperations, type OperationTable } from "../../../kernel/operations.ts";
import type { ShareableResource } from "../../../kernel/ports/shareable-resources.ts";
import { onAnalyzer, requireExternal } from "../access.ts";
import type { Analysis, Analyzed } from "../analysis/analysis.ts";
import { notFound } from "../errors.ts";
import { bodyOf, type ExternalBody } from "../finding/finding-body.ts";
import { pageOf } from "../page.ts";
import type { AnalyzerRow } from "../tables.ts";

/** ListAnalyzedResources, GetAnalyzedResource, StartResourceScan. */
export function resourceOperations(analysis: Analysis): OperationTable {
  return defineOperations<typeof sdk>()({
    ListAnalyzedResources: onAnalyzer(
      "ListAnalyzedResources",
      {},
      async (analyzer, input, context) => {
        const { resourceType } = input;
        const { resources } = await analysis.refresh(analyzer, context);
        const sorted = resources
          .filter((one) => resourceType === undefined || one.resourceType === resourceType)
          .sort((one, other) => (one.arn < other.arn ? -1 : 1));
        const list = [analyzer.analyzer_id, resourceType ?? ""];
        const { rows, rest } = pageOf(input, list, sorted, ({ arn }) => [arn, ""]);
        const analyzedResources = rows.map((one) => ({
          resourceArn: one.arn,
          resourceOwnerAccount: one.accountId,
          resourceType: one.resourceType as sdk.ResourceType,
        }));
        return { analyzedResources, ...rest };
      },
    ),
    GetAnalyzedResource: onAnalyzer("GetAnalyzedResource", {}, async (analyzer, input, context) => {
      requireExternal(analyzer);
      const analyzed = await analysis.refresh(analyzer, context);
      const resource = requireResource(input.resourceArn, analyzed);
      return { resource: viewOf(resource, analyzer, analyzed) };
    }),
    StartResourceScan: onAnalyzer("StartResourceScan", {}, async (analyzer, input, context) => {
      requireExternal(analyzer);
      const { resourceArn, resourceOwnerAccount: owner } = input;
      const { accountId } = requireResource(resourceArn, await analysis.refresh(analyzer, context));
      if (owner !== undefined && owner !== accountId) throw notFound("Resource", resourceArn);
      return {};
    }),
  });
}

/** @throws ResourceNotFoundException */
function requireResource(arn: string, { resources }: Analyzed): ShareableResource {
  const resource = resources.find((one) => one.arn === arn);
  if (!resource) throw notFound("Resource", arn);
  return resource;
}

function sharedVia({ sources = ["POLICY"] }: ExternalBody): readonly string[] {
  return sources.map((source) => (typeof source === "string" ? source : source.type));
}

function viewOf(
  { arn, resourceType, accountId, createdMs }: ShareableResource,
  analyzer: AnalyzerRow,
  { findings, atMs }: Analyzed,
): sdk.AnalyzedResource {
  const own = findings.filter(({ resource }) => resource === arn);
  const bodies = own.filter(({ status }) => status !== "RESOLVED").map(bodyOf);
  const external = bodies.flatMap((body) => body.external ?? []);
  const firstMs = Math.max(createdMs, analyzer.created_ms);
  const error = bodies.find((body) => body.error !== undefined)?.error;
  const status = ["ACTIVE", "ARCHIVED", "RESOLVED"].find((each) =>
    own.some((row) => row.status === each),
  );
  return {
    resourceArn: arn,
    resourceType: resourceType as sdk.ResourceType,
    createdAt: new Date(firstMs),
    analyzedAt: new Date(atMs),
    updatedAt: new Date(Math.max(firstMs, ...own.map(({ updated_ms }) => updated_ms))),
    isPublic: external.some(({ isPublic }) => isPublic),
    ...(external.length > 0 && {
      actions: [...new Set(external.flatMap(({ action }) => action))],
      sharedVia: [...new Set(external.flatMap(sharedVia))],
    }),
    ...(status !== undefined && { status: status as sdk.FindingStatus }),
    resourceOwnerAccount: accountId,
    ...(error !== undefined && { error }),
  };
}
