import type { Migration } from "../../kernel/store.ts";
import { countFailedStarts } from "../../kernel/work/failed-starts.ts";

export const cloudControlMigrations: readonly Migration[] = [
  {
    name: "cloudcontrol/0001-requests",
    up: async ({ schema }) => {
      await schema
        .createTable("cloudcontrol_requests")
        .addColumn("request_token", "text", (c) => c.primaryKey())
        .addColumn("account_id", "text", (c) => c.notNull())
        .addColumn("region", "text", (c) => c.notNull())
        .addColumn("client_token", "text")
        .addColumn("fingerprint", "text", (c) => c.notNull())
        .addColumn("operation", "text", (c) => c.notNull())
        .addColumn("type_name", "text", (c) => c.notNull())
        .addColumn("identifier", "text")
        .addColumn("status", "text", (c) => c.notNull())
        .addColumn("work", "text")
        .addColumn("state", "text")
        .addColumn("caller", "text")
        .addColumn("role_arn", "text")
        .addColumn("model", "text")
        .addColumn("error_code", "text")
        .addColumn("status_message", "text")
        .addColumn("created_ms", "bigint", (c) => c.notNull())
        .addColumn("updated_ms", "bigint", (c) => c.notNull())
        .addColumn("due_ms", "bigint", (c) => c.notNull())
        .addColumn("attempts", "integer", (c) => c.notNull())
        .addColumn("lease_owner", "text")
        .addColumn("lease_until_ms", "bigint")
        .execute();
      await schema
        .createIndex("cloudcontrol_requests_by_account")
        .on("cloudcontrol_requests")
        .columns(["account_id", "region", "created_ms"])
        .execute();
      await schema
        .createIndex("cloudcontrol_requests_by_status")
        .on("cloudcontrol_requests")
        .columns(["status", "due_ms"])
        .execute();
    },
  },
  countFailedStarts("cloudcontrol/0002-failed-starts", "cloudcontrol_requests"),
];
