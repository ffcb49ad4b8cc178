import type * as realTime from "@aws-sdk/client-ivs-realtime";
import type { Kysely } from "kysely";
import type { ResourceLocation } from "../../../kernel/tagged-resources/resource-arns.ts";
import { arns } from "../resource-arn.ts";
import type { CompositionRow, RealTimeTables } from "../tables.ts";

type Db = Kysely<RealTimeTables>;

/** How a composition is encoded: the SDK's Video, complete. */
export interface StoredPicture {
  readonly width: number;
  readonly height: number;
  readonly framerate: number;
  readonly bitrate: number;
}

/** A destination as it is stored, in JSON. */
export interface StoredDestination {
  readonly id: string;
  readonly state: realTime.DestinationState;
  readonly startedAtMs?: number | undefined;
  readonly endedAtMs?: number | undefined;
  /** Defaults filled in. */
  readonly configuration: realTime.DestinationConfiguration;
  /** The ARN of the encoder configuration; empty where AWS's defaults hold. */
  readonly encoderArn: string;
  readonly picture: StoredPicture;
}

/** It gets nothing any more. */
export function isOver({ state }: StoredDestination): boolean {
  return state === "STOPPED" || state === "FAILED";
}

/** Source: IVS Real-Time user guide, "Composite Recording". */
export function recordingPrefix(stageArn: string, composition: string, destination: string) {
  return `${arns.parse(stageArn)?.id}/${composition}/${destination}/composite`;
}

export function destinationsOf({ destinations }: CompositionRow): readonly StoredDestination[] {
  return JSON.parse(destinations);
}

/** Those that haven't ended, of all accounts. */
export function listOpenCompositions(db: Db): Promise<CompositionRow[]> {
  return db
    .selectFrom("ivs_compositions")
    .selectAll()
    .where("ended_at_ms", "is", null)
    .orderBy("created_at_ms")
    .execute();
}

/** All of a place that aren't forgotten yet, oldest first: their number is small. */
export function listCompositions(db: Db, at: ResourceLocation): Promise<CompositionRow[]> {
  return db
    .selectFrom("ivs_compositions")
    .selectAll()
    .where("account_id", "=", at.accountId)
    .where("region", "=", at.region)
    .orderBy("created_at_ms")
    .orderBy("id")
    .execute();
}

export async function findByToken(
  db: Db,
  at: ResourceLocation,
  token: string,
): Promise<CompositionRow | undefined> {
  const all = await listCompositions(db, at);
  return all.find((row) => row.idempotency_token === token);
}

/** Whether a composition that hasn't ended uses an encoder or storage configuration. */
export async function isComposedWith(db: Db, at: ResourceLocation, arn: string): Promise<boolean> {
  const all = await listCompositions(db, at);
  const names = ({ encoderArn, configuration }: StoredDestination): boolean =>
    encoderArn === arn || configuration.s3?.storageConfigurationArn === arn;
  return all.some((row) => row.ended_at_ms === null && destinationsOf(row).some(names));
}

/** Whether there are compositions to forget. */
export async function haveEnded(db: Db, endedBeforeMs: number): Promise<boolean> {
  const one = await db
    .selectFrom("ivs_compositions")
    .select("id")
    .where("ended_at_ms", "<", endedBeforeMs)
    .limit(1)
    .executeTakeFirst();
  return one !== undefined;
}

/** Ended compositions are answered for a while, and then are no more. */
export async function forgetCompositions(db: Db, endedBeforeMs: number): Promise<void> {
  await db
    .deleteFrom("ivs_compositions")
    .where("ended_at_ms", "is not", null)
    .where("ended_at_ms", "<", endedBeforeMs)
    .execute();
}

export function findComposition(
  db: Db,
  { account_id, region, id }: Pick<CompositionRow, "account_id" | "region" | "id">,
): Promise<CompositionRow | undefined> {
  return db
    .selectFrom("ivs_compositions")
    .selectAll()
    .where("account_id", "=", account_id)
    .where("region", "=", region)
    .where("id", "=", id)
    .executeTakeFirst();
}
