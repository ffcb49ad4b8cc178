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
import { arns } from "../resource-arn.ts";
import type { IngestConfigurationRow, RealTimeTables } from "../tables.ts";
import { resources } from "./resources.ts";

type Db = Kysely<RealTimeTables>;

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

/**
 * Detaches the ingest configuration that publishes to the stage as the participant. Resolves to
 * whether there is one.
 */
export async function detachIngestOf(
  db: Db,
  { accountId, region }: ResourceLocation,
  stageArn: string,
  participantId: string,
): Promise<boolean> {
  const attached = await db
    .selectFrom("ivs_ingest_configurations")
    .selectAll()
    .where("account_id", "=", accountId)
    .where("region", "=", region)
    .where("stage_arn", "=", stageArn)
    .execute();
  const found = attached.find((row) => participantsOf(row).includes(participantId));
  if (!found) return false;
  await setOne(db, found, { stage_arn: "" });
  return true;
}

/** The participants as which a configuration's encoders publish, and the one that viewers see. */
export function participantsOf(row: IngestConfigurationRow): readonly string[] {
  return [row.participant_id, ...credentialsOf(row).map(({ participantId }) => participantId)];
}

/** The SDK's RedundantIngestCredential, complete. */
export interface IngestCredential {
  readonly participantId: string;
  readonly streamKey: string;
}

/** Empty without redundant ingest. */
export function credentialsOf({ redundant }: IngestConfigurationRow): readonly IngestCredential[] {
  return JSON.parse(redundant);
}

export function findIngestConfiguration(
  db: Db,
  { accountId, region }: ResourceLocation,
  id: string,
): Promise<IngestConfigurationRow | undefined> {
  return db
    .selectFrom("ivs_ingest_configurations")
    .selectAll()
    .where("account_id", "=", accountId)
    .where("region", "=", region)
    .where("id", "=", id)
    .executeTakeFirst();
}

/** The stage that a configuration's encoders publish to; undefined where it has gone. */
export async function stageOfIngest(db: Db, arn: string): Promise<string | undefined> {
  const at = arns.parse(arn);
  return at && (await findIngestConfiguration(db, at, at.id))?.stage_arn;
}

/** Nothing happens where the configuration has gone. */
export async function setIngestState(
  db: Db,
  arn: string,
  state: IngestConfigurationRow["state"],
): Promise<void> {
  const at = arns.parse(arn);
  if (at) await setOne(db, { account_id: at.accountId, region: at.region, id: at.id }, { state });
}

async function setOne(
  db: Db,
  { account_id, region, id }: Pick<IngestConfigurationRow, "account_id" | "region" | "id">,
  change: Partial<Pick<IngestConfigurationRow, "state" | "stage_arn">>,
): Promise<void> {
  await db
    .updateTable("ivs_ingest_configurations")
    .set(change)
    .where("account_id", "=", account_id)
    .where("region", "=", region)
    .where("id", "=", id)
    .execute();
}
