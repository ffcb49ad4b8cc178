import type * as ivschat from "@aws-sdk/client-ivschat";
import type { Checked } from "../../../kernel/checked.ts";
import type { Ids } from "../../../kernel/ids.ts";
import { defineOperations, type OperationTable } from "../../../kernel/operations.ts";
import type { RequestContext } from "../../../kernel/request-context.ts";
import { newTags, readTags } from "../../../kernel/tagged-resources/tags.ts";
import { inBackground } from "../../../kernel/work/in-background.ts";
import { decisions, onCreation } from "../authorization.ts";
import { invalidField, resourceNotFound } from "../errors.ts";
import type { ChatRooms } from "../messaging/chat-rooms.ts";
import { loggingConfigurationsOf } from "../messaging/room.ts";
import { MESSAGE_LENGTH_DEFAULT, MESSAGE_RATE_DEFAULT, ROOMS_MAX } from "../quotas.ts";
import { arnOfRow, arns, ID_LENGTH, locationOf } from "../resource-arn.ts";
import { findLoggingConfiguration } from "../rows/logging-configurations.ts";
import { type Db, resources } from "../rows/resources.ts";
import { listRooms } from "../rows/rooms.ts";
import type { IvsChatTables, RoomRow } from "../tables.ts";

const HANDLER = /^arn:aws:lambda:([a-z0-9-]+):([0-9]{12}):function:/;

export function roomOperations(rooms: ChatRooms, ids: Ids): OperationTable {
  return defineOperations<typeof ivschat>()({
    CreateRoom: {
      authorize: ({ tags }, context) => onCreation("room", tags, context),
      handle: async (input, context) => roomView(await createRoom(input, context, ids)),
    },
    GetRoom: decisions.operation(
      "room",
      ({ identifier }) => identifier,
      (row) => roomView(row),
    ),
    UpdateRoom: decisions.operation(
      "room",
      ({ identifier }) => identifier,
      async (decided, input, context) => {
        const row = await context.transaction<IvsChatTables, RoomRow>(async (tx) => {
          const changed = {
            ...(await settingsOf(input, context, tx.db)),
            updated_at_ms: context.nowMs,
          };
          tx.afterCommit(() => inBackground(rooms.announceChange(input.identifier)));
          const row = await resources.current("room", decided, tx.db);
          await resources.set("room", row, changed, tx.db);
          return { ...row, ...changed };
        });
        return roomView(row);
      },
    ),
    DeleteRoom: decisions.operation(
      "room",
      ({ identifier }) => identifier,
      async (decided, input, context) => {
        await context.transaction<IvsChatTables, void>(async (tx) => {
          await resources.delete("room", decided, tx.db);
          tx.afterCommit(() => inBackground(rooms.announceChange(input.identifier)));
        });
        return {};
      },
    ),
    ListRooms: {
      authorize: (_input, context) => decisions.onAny("ListRooms", "room", context),
      async handle(input, context) {
        const { rows, nextToken } = await listRooms(input, context);
        return { rooms: rows.map(roomSummary), nextToken };
      },
    },
  });
}

type Settings = Pick<
  Checked<ivschat.UpdateRoomRequest>,
  | "name"
  | "maximumMessageRatePerSecond"
  | "maximumMessageLength"
  | "messageReviewHandler"
  | "loggingConfigurationIdentifiers"
>;

async function createRoom(
  input: Checked<ivschat.CreateRoomRequest>,
  context: RequestContext,
  ids: Ids,
): Promise<RoomRow> {
  resources.refuseReservedTags(Object.keys(input.tags ?? {}));
  return context.transaction<IvsChatTables, RoomRow>(async ({ db }) => {
    const row: RoomRow = {
      ...{ account_id: context.accountId, region: context.region },
      ...{ id: ids.alphanumeric(ID_LENGTH), name: "", tags: newTags(input.tags, context) },
      ...{ created_at_ms: context.nowMs, updated_at_ms: context.nowMs },
      ...{ message_rate: MESSAGE_RATE_DEFAULT, message_length: MESSAGE_LENGTH_DEFAULT },
      ...{ handler_uri: "", handler_fallback: "ALLOW" },
      ...{ logging_1: "", logging_2: "", logging_3: "" },
      ...(await settingsOf(input, context, db)),
    };
    await resources.requireRoom("room", ROOMS_MAX, "rooms", context, db);
    await resources.insert("room", row, db);
    return row;
  });
}

/** The columns of what is given; what isn't stays as it is. */
async function settingsOf(
  input: Settings,
  context: RequestContext,
  db: Db,
): Promise<Partial<RoomRow>> {
  const { name, maximumMessageRatePerSecond: rate, maximumMessageLength: length } = input;
  const { messageReviewHandler: handler, loggingConfigurationIdentifiers: logging } = input;
  if (handler?.uri) requireOwnFunction(handler.uri, context);
  return {
    ...(name === undefined ? {} : { name }),
    ...(rate === undefined ? {} : { message_rate: rate }),
    ...(length === undefined ? {} : { message_length: length }),
    ...(handler?.uri === undefined ? {} : { handler_uri: handler.uri }),
    ...(handler?.fallbackResult === undefined ? {} : { handler_fallback: handler.fallbackResult }),
    ...(logging === undefined ? {} : await loggingColumns(logging, context, db)),
  };
}

/** The function must be of the room's account and Region. Source: API reference, CreateRoom. */
function requireOwnFunction(uri: string, { accountId, region }: RequestContext): void {
  const [, ofRegion, ofAccount] = HANDLER.exec(uri) ?? [];
  if (ofRegion !== region || ofAccount !== accountId)
    throw invalidField("uri", "invalid lambda permission");
}

async function loggingColumns(identifiers: readonly string[], context: RequestContext, db: Db) {
  const ids: string[] = [];
  for (const arn of new Set(identifiers)) {
    const reference = arns.parse(arn);
    const isOwn = reference?.accountId === context.accountId && reference.region === context.region;
    const found = isOwn && (await findLoggingConfiguration(db, reference, reference.id));
    if (!found) throw resourceNotFound(arn);
    ids.push(found.id);
  }
  const [first = "", second = "", third = ""] = ids;
  return { logging_1: first, logging_2: second, logging_3: third };
}

function roomSummary(row: RoomRow) {
  const { handler_uri: uri, handler_fallback: fallbackResult } = row;
  return {
    arn: arnOfRow("room", row),
    id: row.id,
    name: row.name,
    createTime: new Date(row.created_at_ms),
    updateTime: new Date(row.updated_at_ms),
    ...(uri === "" ? {} : { messageReviewHandler: { uri, fallbackResult } }),
    loggingConfigurationIdentifiers: loggingConfigurationsOf(row).map((id) =>
      arns.arn(locationOf(row), "logging-configuration", id),
    ),
    tags: readTags(row.tags),
  };
}

function roomView(row: RoomRow) {
  return {
    ...roomSummary(row),
    maximumMessageRatePerSecond: row.message_rate,
    maximumMessageLength: row.message_length,
  };
}
