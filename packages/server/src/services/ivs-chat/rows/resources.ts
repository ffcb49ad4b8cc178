import type { Kysely } from "kysely";
import { TaggedRows } from "../../../kernel/tagged-resources/tagged-rows.ts";
import { quotaExceeded, resourceNotFound, validation } from "../errors.ts";
import { arns } from "../resource-arn.ts";
import type { IvsChatTables, LoggingConfigurationRow, RoomRow } from "../tables.ts";

export type Db = Kysely<IvsChatTables>;

/** The row of each type of resource. */
interface ResourceRows {
  readonly room: RoomRow;
  readonly "logging-configuration": LoggingConfigurationRow;
}

const TABLES = {
  room: "ivschat_rooms",
  "logging-configuration": "ivschat_logging_configurations",
} as const;

export const resources = new TaggedRows<IvsChatTables, ResourceRows>(arns, TABLES, {
  notFound: resourceNotFound,
  invalidToken: () => validation("Invalid nextToken"),
  reservedTag: (key) => validation(`Tag key ${key} uses the reserved prefix aws:`),
  quotaExceeded,
});
