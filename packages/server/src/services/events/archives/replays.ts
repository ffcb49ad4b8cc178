import type * as eventbridge from "@aws-sdk/client-eventbridge";
import type { Kysely } from "kysely";
import type { Checked } from "../../../kernel/checked.ts";
import type { Ids } from "../../../kernel/ids.ts";
import { defineOperations, type OperationTable } from "../../../kernel/operations.ts";
import type { RequestContext } from "../../../kernel/request-context.ts";
import { arnOf, type BusPlace, busArn, busOfArn, locationOf, ruleArn } from "../arns.ts";
import {
  illegalStatus,
  limitExceeded,
  resourceAlreadyExists,
  resourceNotFound,
  tooManyFilters,
  validation,
} from "../errors.ts";
import { sourceArn } from "../rows/archives.ts";
import { requireBus } from "../rows/buses.ts";
import { namesOf, pageByName } from "../rows/page.ts";
import { forgetOldReplays, REPLAYING } from "../rows/replays.ts";
import type { ArchiveRow, EventsTables, ReplayRow } from "../tables.ts";

/** Source: EventBridge quotas, "Concurrent replays" of an account in a Region. */
const AT_ONCE_MAX = 10;

export interface ReplayParts {
  readonly ids: Ids;
  /** There is a replay to begin or to end. */
  readonly wakeReplays: () => void;
}

/** StartReplay, DescribeReplay, ListReplays, CancelReplay. */
export function replayOperations({ ids, wakeReplays }: ReplayParts): OperationTable {
  return defineOperations<typeof eventbridge>()({
    StartReplay: {
      authorize: (input, context) => onReplay("StartReplay", input.ReplayName, context),
      async handle(input, context) {
        const row = await startReplay(input, context, ids.uuid());
        context.afterCommit(wakeReplays);
        return {
          ReplayArn: replayArn(row),
          State: "STARTING",
          ReplayStartTime: new Date(row.started_at_ms),
        };
      },
    },
    DescribeReplay: {
      authorize: (input, context) => onReplay("DescribeReplay", input.ReplayName, context),
      async handle({ ReplayName: name }, context) {
        const row = await requireReplay(name, context);
        const destination: Checked<eventbridge.ReplayDestination> = JSON.parse(row.destination);
        return {
          ...replayView(row),
          ReplayArn: replayArn(row),
          Destination: destination,
          ...(row.description === null ? {} : { Description: row.description }),
        };
      },
    },
    ListReplays: {
      authorize: () => ({ action: "events:ListReplays", resource: "*" }),
      handle: listReplays,
    },
    CancelReplay: {
      authorize: (input, context) => onReplay("CancelReplay", input.ReplayName, context),
      async handle({ ReplayName: name }, context) {
        const row = await cancelReplay(name, context);
        context.afterCommit(wakeReplays);
        return { ReplayArn: replayArn(row), State: "CANCELLING" };
      },
    },
  });
}

function replayArn(row: ReplayRow): string {
  return arnOf(row, `replay/${row.name}`);
}

function onReplay(action: string, name: string, context: RequestContext) {
  const resource = arnOf(locationOf(context), `replay/${name}`);
  return { action: `events:${action}`, resource };
}

function replayView(row: ReplayRow) {
  const { last_event_ms: lastMs, ended_at_ms: endedMs } = row;
  return {
    ReplayName: row.name,
    EventSourceArn: arnOf(row, `archive/${row.archive_name}`),
    State: row.state as eventbridge.ReplayState,
    ...(row.state_reason === null ? {} : { StateReason: row.state_reason }),
    EventStartTime: new Date(row.from_ms),
    EventEndTime: new Date(row.until_ms),
    ...(lastMs === null ? {} : { EventLastReplayedTime: new Date(lastMs) }),
    ReplayStartTime: new Date(row.started_at_ms),
    ...(endedMs === null ? {} : { ReplayEndTime: new Date(endedMs) }),
  };
}

function findReplay(
  name: string,
  context: RequestContext,
  db: Kysely<EventsTables>,
): Promise<ReplayRow | undefined> {
  const { account_id, region } = locationOf(context);
  return db
    .selectFrom("events_replays")
    .selectAll()
    .where("account_id", "=", account_id)
    .where("region", "=", region)
    .where("name", "=", name)
    .executeTakeFirst();
}

async function requireReplay(
  name: string,
  context: RequestContext,
  db = context.db<EventsTables>(),
): Promise<ReplayRow> {
  const row = await findReplay(name, context, db);
  if (row) return row;
  throw resourceNotFound(`Replay ${name} does not exist.`);
}

function invalid(parameter: string, reason: string) {
  return validation(`Parameter ${parameter} is not valid. Reason: ${reason}`);
}

/** The archive whose events are replayed. Throws ValidationException. */
async function requireSource(arn: string, context: RequestContext): Promise<ArchiveRow> {
  const place = locationOf(context);
  const [, name = ""] = /:archive\/(.+)$/.exec(arn) ?? [];
  const row =
    arn === arnOf(place, `archive/${name}`)
      ? await context
          .db<EventsTables>()
          .selectFrom("events_archives")
          .selectAll()
          .where("account_id", "=", place.account_id)
          .where("region", "=", place.region)
          .where("name", "=", name)
          .executeTakeFirst()
      : undefined;
  if (row) return row;
  throw invalid("EventSourceArn", `Archive ${name} does not exist.`);
}

/** Rules that the replay's events are for; each must be one of the bus, if there is such a rule. */
function checkFilters(arns: readonly string[] | undefined, bus: BusPlace): void {
  const start = ruleArn(bus, bus.name === "default" ? "" : `${bus.name}/`);
  for (const arn of arns ?? [])
    if (!arn.startsWith(start) || !/^[.\-_A-Za-z0-9]{1,64}$/.test(arn.slice(start.length)))
      throw invalid("Destination.FilterArns", `${arn} is no rule of ${busArn(bus)}.`);
}

async function startReplay(
  input: Checked<eventbridge.StartReplayCommandInput>,
  context: RequestContext,
  replayId: string,
): Promise<ReplayRow> {
  const { Destination, EventStartTime, EventEndTime } = input;
  if (EventStartTime.getTime() >= EventEndTime.getTime())
    throw invalid("EventEndTime", "EventStartTime must be before EventEndTime.");
  const bus = busOfArn(Destination.Arn);
  if (!bus) throw invalid("Destination.Arn", "Must contain an event bus ARN.");
  await requireBus(Destination.Arn, context);
  const archive = await requireSource(input.EventSourceArn, context);
  if (sourceArn(archive) !== Destination.Arn)
    throw invalid("Destination.Arn", "Cross event bus replay is not permitted.");
  checkFilters(Destination.FilterArns, bus);
  const row: ReplayRow = {
    ...locationOf(context),
    replay_id: replayId,
    name: input.ReplayName,
    description: input.Description ?? null,
    archive_id: archive.archive_id,
    archive_name: archive.name,
    destination: JSON.stringify(Destination),
    from_ms: EventStartTime.getTime(),
    until_ms: EventEndTime.getTime(),
    state: "STARTING",
    state_reason: null,
    started_at_ms: context.nowMs,
    ended_at_ms: null,
    last_event_ms: null,
    last_event_id: "",
    attempts: 0,
    failed_starts: 0,
    next_at_ms: context.nowMs,
    owner: "",
    leased_until_ms: 0,
  };
  await context.transaction<EventsTables, void>(async ({ db }) => {
    if (await findReplay(row.name, context, db))
      throw resourceAlreadyExists(`Replay ${row.name} already exists.`);
    const running = await db
      .selectFrom("events_replays")
      .select("name")
      .where("account_id", "=", row.account_id)
      .where("region", "=", row.region)
      .where("state", "in", REPLAYING)
      .execute();
    if (running.length >= AT_ONCE_MAX)
      throw limitExceeded("The requested resource exceeds the maximum number allowed.");
    await forgetOldReplays(row, db);
    await db.insertInto("events_replays").values(row).execute();
  });
  return row;
}

function cancelReplay(name: string, context: RequestContext): Promise<ReplayRow> {
  return context.transaction<EventsTables, ReplayRow>(async ({ db }) => {
    const row = await requireReplay(name, context, db);
    if (row.state !== "STARTING" && row.state !== "RUNNING")
      throw illegalStatus(`Replay ${name} is not in a valid state for this operation.`);
    await db
      .updateTable("events_replays")
      .set({ state: "CANCELLING", next_at_ms: context.nowMs })
      .where("replay_id", "=", row.replay_id)
      .execute();
    return row;
  });
}

async function listReplays(
  input: Checked<eventbridge.ListReplaysCommandInput>,
  context: RequestContext,
) {
  const { NamePrefix, EventSourceArn, State } = input;
  if ([NamePrefix, EventSourceArn, State].filter((given) => given !== undefined).length > 1)
    throw tooManyFilters("ListReplays");
  const { rows, NextToken } = await pageByName(
    (after, limit) => {
      let query = context
        .db<EventsTables>()
        .selectFrom("events_replays")
        .selectAll()
        .where(namesOf(context, NamePrefix, after))
        .orderBy("name")
        .limit(limit);
      if (State !== undefined) query = query.where("state", "=", State);
      if (EventSourceArn === undefined) return query.execute();
      const start = arnOf(locationOf(context), "archive/");
      if (!EventSourceArn.startsWith(start)) return Promise.resolve([]);
      return query.where("archive_name", "=", EventSourceArn.slice(start.length)).execute();
    },
    ({ name }) => name,
    input,
  );
  return { Replays: rows.map(replayView), NextToken };
}
