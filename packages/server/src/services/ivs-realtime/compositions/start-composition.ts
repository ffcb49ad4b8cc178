import { createHash } from "node:crypto";
import type * as realTime from "@aws-sdk/client-ivs-realtime";
import type { Kysely } from "kysely";
import type { Checked } from "../../../kernel/checked.ts";
import type { Ids } from "../../../kernel/ids.ts";
import type { CompositionPort } from "../../../kernel/ports/compositions.ts";
import type { RequestContext } from "../../../kernel/request-context.ts";
import { newTags } from "../../../kernel/tagged-resources/tags.ts";
import {
  conflict,
  noProcessors,
  notBuilt,
  quotaExceeded,
  resourceNotFound,
  validation,
} from "../errors.ts";
import { QUOTAS } from "../quotas.ts";
import { RESOURCE_ID_LENGTH } from "../resource-arn.ts";
import {
  findByToken,
  listCompositions,
  type StoredDestination,
  type StoredPicture,
} from "../rows/compositions.ts";
import { resources } from "../rows/resources.ts";
import type { CompositionRow, RealTimeTables } from "../tables.ts";
import { completeLayout } from "./layout-settings.ts";

type Input = Checked<realTime.StartCompositionRequest>;
type Db = Kysely<RealTimeTables>;

/** Source: IVS Real-Time API Reference, Video. */
const PICTURE_DEFAULTS = { width: 1_280, height: 720, framerate: 30, bitrate: 2_500_000 };

export interface StartCompositionParts {
  readonly ids: Ids;
  readonly compositions: Pick<CompositionPort, "findChannel" | "hasRoomFor">;
}

/**
 * Makes the row of a composition, which is begun as soon as somebody publishes. A request with a
 * token of before is answered with what that one has made.
 */
export async function startComposition(
  input: Input,
  context: RequestContext,
  { ids, compositions }: StartCompositionParts,
): Promise<CompositionRow> {
  resources.refuseReservedTags(Object.keys(input.tags ?? {}));
  requireDestinations(input);
  const layout = completeLayout(input.layout);
  for (const { channel } of input.destinations) {
    if (channel === undefined) continue;
    const { channelArn } = channel;
    const found = await compositions.findChannel(channelArn);
    const isOwn =
      found?.row.account_id === context.accountId && found.row.region === context.region;
    if (!isOwn) throw resourceNotFound(channelArn);
  }
  const request = hashOf(input);
  await requireProcessors(input, context, compositions);
  return context.transaction<RealTimeTables, CompositionRow>(async ({ db }) => {
    const token = input.idempotencyToken ?? "";
    const known = token === "" ? undefined : await findByToken(db, context, token);
    if (known?.request_hash === request) return known;
    if (known) throw conflict("The idempotency token was used with other parameters");
    await resources.require("stage", input.stageArn, context, db);
    await requireRoom(input, context, db);
    const destinations = await storedDestinations(input, context, ids, db);
    const row: CompositionRow = {
      ...{ account_id: context.accountId, region: context.region },
      id: ids.alphanumeric(RESOURCE_ID_LENGTH),
      ...{ tags: newTags(input.tags, context), created_at_ms: context.nowMs },
      ...{ stage_arn: input.stageArn, state: "STARTING", layout: JSON.stringify(layout) },
      destinations: JSON.stringify(destinations),
      ...{ idempotency_token: token, request_hash: request, owner: "", session_id: "" },
      ...{ waiting_since_ms: context.nowMs, started_at_ms: null, ended_at_ms: null },
      failure: null,
    };
    await resources.insert("composition", row, db);
    return row;
  });
}

function requireDestinations({ destinations }: Input): void {
  if (destinations.some(({ channel, s3 }) => (channel === undefined) === (s3 === undefined)))
    throw validation("A destination must have one of channel and s3");
  if (destinations.filter(({ channel }) => channel).length > 1)
    throw validation("A composition can have one channel as its destination");
  if (destinations.filter(({ s3 }) => s3).length > 1)
    throw validation("A composition can have one S3 bucket as its destination");
}

async function requireRoom({ stageArn }: Input, context: RequestContext, db: Db): Promise<void> {
  const all = await listCompositions(db, context);
  const open = all.filter(({ ended_at_ms: endedAtMs }) => endedAtMs === null);
  if (open.length >= QUOTAS.compositions) throw quotaExceeded("compositions", QUOTAS.compositions);
  const ofStage = open.filter((row) => row.stage_arn === stageArn);
  if (ofStage.length >= QUOTAS.compositionsOfStage)
    throw quotaExceeded("compositions of a stage", QUOTAS.compositionsOfStage);
}

/** A composition that was begun with the same token has its processors already. */
async function requireProcessors(
  { destinations, idempotencyToken: token = "" }: Input,
  context: RequestContext,
  compositions: StartCompositionParts["compositions"],
): Promise<void> {
  const db = context.db<RealTimeTables>();
  if (token !== "" && (await findByToken(db, context, token))) return;
  for (const encoderArn of new Set(destinations.map(encoderArnOf))) {
    const { framerate: frameRate, ...picture } = await pictureOf(encoderArn, context, db);
    const room = await compositions.hasRoomFor({ ...picture, frameRate });
    if (room === "no-ffmpeg") throw notBuilt("StartComposition without ffmpeg");
    if (room === "no-processors") throw noProcessors();
  }
}

async function storedDestinations(
  { destinations }: Input,
  context: RequestContext,
  ids: Ids,
  db: Db,
): Promise<readonly StoredDestination[]> {
  const stored: StoredDestination[] = [];
  for (const destination of destinations) {
    const { name, channel, s3 } = destination;
    const encoderArn = encoderArnOf(destination);
    if (s3)
      await resources.require("storage-configuration", s3.storageConfigurationArn, context, db);
    stored.push({
      id: ids.alphanumeric(RESOURCE_ID_LENGTH),
      state: "STARTING",
      configuration: {
        ...(name === undefined ? {} : { name }),
        ...(channel && { channel }),
        ...(s3 && { s3: completeS3(s3) }),
      },
      encoderArn,
      picture: await pictureOf(encoderArn, context, db),
    });
  }
  return stored;
}

function encoderArnOf({ channel, s3 }: Input["destinations"][number]): string {
  return channel?.encoderConfigurationArn ?? s3?.encoderConfigurationArns[0] ?? "";
}

/** Defaults filled in. Source: IVS Real-Time API Reference, S3DestinationConfiguration. */
function completeS3({
  recordingConfiguration: recording,
  thumbnailConfigurations: thumbnails,
  ...named
}: NonNullable<Input["destinations"][number]["s3"]>): realTime.S3DestinationConfiguration {
  const { format = "HLS", hlsConfiguration } = recording ?? {};
  return {
    ...named,
    recordingConfiguration: { format, ...(hlsConfiguration && { hlsConfiguration }) },
    ...(thumbnails && {
      thumbnailConfigurations: thumbnails.map(({ targetIntervalSeconds, storage }) => ({
        targetIntervalSeconds: targetIntervalSeconds ?? 60,
        storage: storage ?? ["SEQUENTIAL"],
      })),
    }),
  };
}

async function pictureOf(
  encoderArn: string,
  context: RequestContext,
  db: Db,
): Promise<StoredPicture> {
  if (encoderArn === "") return PICTURE_DEFAULTS;
  const row = await resources.require("encoder-configuration", encoderArn, context, db);
  return JSON.parse(row.video);
}

function hashOf({ stageArn, layout, destinations, tags }: Input): string {
  const text = JSON.stringify([stageArn, layout, destinations, tags]);
  return createHash("sha256").update(text).digest("hex");
}
