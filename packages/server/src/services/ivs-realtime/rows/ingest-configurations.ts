import type { Kysely } from "kysely";
import type { RequestContext } from "../../../kernel/request-context.ts";
import {
  isAfter,
  type Page,
  pageOf,
  positionOf,
} from "../../../kernel/tagged-resources/page-position.ts";
import type { ResourceLocation } from "../../../kernel/tagged-resources/resource-arns.ts";
import type { ListInput } from "../../../kernel/tagged-resources/tagged-rows.ts";
import type { IngestConfigurationRow, RealTimeTables } from "../tables.ts";
import { resources } from "./resources.ts";

/** Source: IVS Real-Time API Reference, ListIngestConfigurations. */
const MAX_RESULTS_DEFAULT = 50;

interface Filter {
  readonly stage: string | undefined;
  readonly state: IngestConfigurationRow["state"] | undefined;
}

/** A page of the caller's own, oldest first; both filters may be given at once. */
export async function listIngestConfigurations(
  input: ListInput,
  { stage, state }: Filter,
  context: RequestContext,
): Promise<Page<IngestConfigurationRow>> {
  const limit = input.maxResults ?? MAX_RESULTS_DEFAULT;
  const { operation, accountId, region } = context;
  const scope = [operation, accountId, region, `stage=${stage ?? ""}`, `state=${state ?? ""}`];
  const after = resources.readPosition(input.nextToken, scope);
  let query = context
    .db<RealTimeTables>()
    .selectFrom("ivs_ingest_configurations")
    .selectAll()
    .where("account_id", "=", accountId)
    .where("region", "=", region)
    .orderBy("created_at_ms")
    .orderBy("id")
    .limit(limit + 1);
  if (stage !== undefined) query = query.where("stage_arn", "=", stage);
  if (state !== undefined) query = query.where("state", "=", state);
  if (after) query = query.where(isAfter(after));
  return pageOf(await query.execute(), limit, scope, positionOf);
}

/** Detaches the ingest configuration that publishes to the stage as the participant. */
export async function detachIngestOf(
  db: Kysely<RealTimeTables>,
  { accountId, region }: ResourceLocation,
  stageArn: string,
  participantId: string,
): Promise<void> {
  await db
    .updateTable("ivs_ingest_configurations")
    .set({ stage_arn: "" })
    .where("account_id", "=", accountId)
    .where("region", "=", region)
    .where("stage_arn", "=", stageArn)
    .where("participant_id", "=", participantId)
    .execute();
}
