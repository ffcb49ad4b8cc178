import type { Migration } from "../../../kernel/store.ts";
import { countFailedStarts } from "../../../kernel/work/failed-starts.ts";

export const serviceLinkedRoleMigrations: readonly Migration[] = [
  {
    name: "iam/0020-role-deletion-tasks",
    up: async ({ schema }) => {
      await schema
        .createTable("iam_role_deletion_tasks")
        .addColumn("task_id", "text", (c) => c.primaryKey())
        .addColumn("account_id", "text", (c) => c.notNull())
        .addColumn("role_id", "text", (c) => c.notNull())
        .addColumn("role_name", "text", (c) => c.notNull())
        .addColumn("service_principal", "text", (c) => c.notNull())
        .addColumn("status", "text", (c) => c.notNull())
        .addColumn("failure_reason", "text")
        .addColumn("failure_usages", "text")
        .addColumn("created_ms", "bigint", (c) => c.notNull())
        .addColumn("updated_ms", "bigint", (c) => c.notNull())
        .execute();
      await schema
        .createIndex("iam_role_deletion_tasks_by_status")
        .on("iam_role_deletion_tasks")
        .columns(["status", "created_ms"])
        .execute();
    },
  },
  {
    name: "iam/0021-role-origins",
    up: async ({ schema }) => {
      await schema.alterTable("iam_roles").addColumn("created_by", "text").execute();
      await schema.alterTable("iam_roles").addColumn("created_via", "text").execute();
    },
  },
  {
    name: "iam/0022-role-deletion-leases",
    up: async ({ schema }) => {
      const tasks = () => schema.alterTable("iam_role_deletion_tasks");
      await tasks().addColumn("lease_owner", "text").execute();
      await tasks().addColumn("lease_until_ms", "bigint").execute();
    },
  },
  countFailedStarts("iam/0110-role-deletion-failed-starts", "iam_role_deletion_tasks"),
];
