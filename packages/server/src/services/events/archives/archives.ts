import type * as eventbridge from "@aws-sdk/client-eventbridge";
import type { Checked } from "../../../kernel/checked.ts";
import type { Ids } from "../../../kernel/ids.ts";
import { defineOperations, type OperationTable } from "../../../kernel/operations.ts";
import type { RequestContext } from "../../../kernel/request-context.ts";
import { archiveFullReason } from "../archive-limits.ts";
import { arnOf, busOfArn, locationOf } from "../arns.ts";
import {
  limitExceeded,
  nothingToUpdate,
  resourceAlreadyExists,
  resourceNotFound,
  tooManyFilters,
  validation,
} from "../errors.ts";
import { compilePattern } from "../pattern/compile-pattern.ts";
import { type ArchiveSize, deleteArchive, sizesOf, sourceArn } from "../rows/archives.ts";
import { requireBus } from "../rows/buses.ts";
import { namesOf, pageByName } from "../rows/page.ts";
import type { ArchiveRow, EventsTables } from "../tables.ts";

/** Archives of an account in a Region. AWS publishes no number. */
const ARCHIVES_MAX = 100;

/** CreateArchive, UpdateArchive, DescribeArchive, ListArchives, DeleteArchive. */
export function archiveOperations({ ids }: { readonly ids: Ids }): OperationTable {
  return defineOperations<typeof eventbridge>()({
    CreateArchive: {
      authorize: (input, context) => onArchive("CreateArchive", input.ArchiveName, context),
      handle: (input, context) => createArchive(input, context, ids.uuid()),
    },
    UpdateArchive: {
      authorize: (input, context) => onArchive("UpdateArchive", input.ArchiveName, context),
      handle: updateArchive,
    },
    DescribeArchive: {
      authorize: (input, context) => onArchive("DescribeArchive", input.ArchiveName, context),
      async handle({ ArchiveName: name }, context) {
        const row = await requireArchive(name, context);
        const sizeOf = await sizesOf([row.archive_id], context.db<EventsTables>());
        return {
          ArchiveArn: archiveArn(row),
          ...archiveView(row, sizeOf(row.archive_id)),
          ...(row.description ? { Description: row.description } : {}),
          ...(row.event_pattern === null ? {} : { EventPattern: row.event_pattern }),
        };
      },
    },
    ListArchives: {
      authorize: () => ({ action: "events:ListArchives", resource: "*" }),
      handle: listArchives,
    },
    DeleteArchive: {
      authorize: (input, context) => onArchive("DeleteArchive", input.ArchiveName, context),
      async handle({ ArchiveName: name }, context) {
        const { archive_id: id } = await requireArchive(name, context);
        await context.transaction<EventsTables, void>(({ db }) => deleteArchive(id, db));
        return {};
      },
    },
  });
}

function archiveArn(row: ArchiveRow): string {
  return arnOf(row, `archive/${row.name}`);
}

function onArchive(action: string, name: string, context: RequestContext) {
  const resource = arnOf(locationOf(context), `archive/${name}`);
  return { action: `events:${action}`, resource };
}

function stateOf({ full_at_ms: fullMs }: ArchiveRow) {
  if (fullMs === null) return { State: "ENABLED" as const };
  return { State: "DISABLED" as const, StateReason: archiveFullReason(fullMs) };
}

function archiveView(row: ArchiveRow, { count, bytes }: ArchiveSize) {
  return {
    ArchiveName: row.name,
    EventSourceArn: sourceArn(row),
    ...stateOf(row),
    RetentionDays: row.retention_days,
    SizeBytes: bytes,
    EventCount: count,
    CreationTime: new Date(row.created_at_ms),
  };
}

function changed(row: ArchiveRow) {
  const CreationTime = new Date(row.created_at_ms);
  return { ArchiveArn: archiveArn(row), ...stateOf(row), CreationTime };
}

async function requireArchive(name: string, context: RequestContext): Promise<ArchiveRow> {
  const row = await findArchive(name, context);
  if (row) return row;
  throw resourceNotFound(`Archive ${name} does not exist.`);
}

function findArchive(name: string, context: RequestContext): Promise<ArchiveRow | undefined> {
  const { account_id, region } = locationOf(context);
  return context
    .db<EventsTables>()
    .selectFrom("events_archives")
    .selectAll()
    .where("account_id", "=", account_id)
    .where("region", "=", region)
    .where("name", "=", name)
    .executeTakeFirst();
}

/** An archive is of a bus in its own account and Region. Throws ResourceNotFoundException. */
async function requireSource(arn: string, context: RequestContext): Promise<string> {
  const bus = busOfArn(arn);
  if (!bus) throw validation("Parameter EventSourceArn is not valid. Reason: it is no event bus.");
  const { account_id, region } = locationOf(context);
  if (bus.account_id !== account_id || bus.region !== region)
    throw resourceNotFound(`Event bus ${bus.name} does not exist.`);
  return (await requireBus(arn, context)).name;
}

/** An empty pattern takes the archive's own away, as there is no other way to. */
function checkedPattern(given: string | undefined): string | null {
  if (given === undefined || given === "") return null;
  compilePattern(given);
  return given;
}

async function createArchive(
  input: Checked<eventbridge.CreateArchiveCommandInput>,
  context: RequestContext,
  archiveId: string,
) {
  const row: ArchiveRow = {
    ...locationOf(context),
    name: input.ArchiveName,
    archive_id: archiveId,
    bus_name: await requireSource(input.EventSourceArn, context),
    description: input.Description ?? null,
    event_pattern: checkedPattern(input.EventPattern),
    retention_days: input.RetentionDays ?? 0,
    full_at_ms: null,
    created_at_ms: context.nowMs,
  };
  await context.transaction<EventsTables, void>(async ({ db }) => {
    const names = await db
      .selectFrom("events_archives")
      .select("name")
      .where("account_id", "=", row.account_id)
      .where("region", "=", row.region)
      .execute();
    if (names.some(({ name }) => name === row.name))
      throw resourceAlreadyExists(`Archive ${row.name} already exists.`);
    if (names.length >= ARCHIVES_MAX)
      throw limitExceeded("The requested resource exceeds the maximum number allowed.");
    await db.insertInto("events_archives").values(row).execute();
  });
  return changed(row);
}

async function updateArchive(
  input: Checked<eventbridge.UpdateArchiveCommandInput>,
  context: RequestContext,
) {
  const { Description, EventPattern, RetentionDays } = input;
  if ([Description, EventPattern, RetentionDays].every((given) => given === undefined))
    throw nothingToUpdate();
  const before = await requireArchive(input.ArchiveName, context);
  const changes = {
    description: Description ?? before.description,
    event_pattern: EventPattern === undefined ? before.event_pattern : checkedPattern(EventPattern),
    retention_days: RetentionDays ?? before.retention_days,
  };
  await context.transaction<EventsTables, unknown>(({ db }) =>
    db
      .updateTable("events_archives")
      .set(changes)
      .where("archive_id", "=", before.archive_id)
      .execute(),
  );
  return changed({ ...before, ...changes });
}

async function listArchives(
  input: Checked<eventbridge.ListArchivesCommandInput>,
  context: RequestContext,
) {
  const { NamePrefix, EventSourceArn, State } = input;
  if ([NamePrefix, EventSourceArn, State].filter((given) => given !== undefined).length > 1)
    throw tooManyFilters("ListArchives");
  const bus =
    EventSourceArn === undefined ? undefined : await requireSource(EventSourceArn, context);
  // The other states pass here at once.
  const isNone = State !== undefined && State !== "ENABLED" && State !== "DISABLED";
  if (isNone) return { Archives: [] };
  const db = context.db<EventsTables>();
  const { rows, NextToken } = await pageByName(
    (after, limit) => {
      let query = db
        .selectFrom("events_archives")
        .selectAll()
        .where(namesOf(context, NamePrefix, after))
        .orderBy("name")
        .limit(limit);
      if (bus !== undefined) query = query.where("bus_name", "=", bus);
      if (State !== undefined)
        query = query.where("full_at_ms", State === "ENABLED" ? "is" : "is not", null);
      return query.execute();
    },
    ({ name }) => name,
    input,
  );
  const sizeOf = await sizesOf(
    rows.map(({ archive_id }) => archive_id),
    db,
  );
  return { Archives: rows.map((row) => archiveView(row, sizeOf(row.archive_id))), NextToken };
}
