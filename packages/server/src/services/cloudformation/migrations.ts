import type { Kysely } from "kysely";
import type { Migration, Tables } from "../../kernel/store.ts";
import { countFailedStarts } from "../../kernel/work/failed-starts.ts";

type Columns = Readonly<
  Record<string, "text" | "integer" | "bigint" | "text?" | "bigint?" | "integer?">
>;

/** Creates a table; a type that ends in `?` may be null. */
async function createTable(
  db: Kysely<Tables>,
  name: string,
  columns: Columns,
  key: readonly string[],
): Promise<void> {
  let table = db.schema.createTable(name);
  for (const [column, declared] of Object.entries(columns)) {
    const type = declared.replace("?", "") as "text" | "integer" | "bigint";
    table = table.addColumn(column, type, (each) =>
      declared.endsWith("?") ? each : each.notNull(),
    );
  }
  await table.addPrimaryKeyConstraint(`${name}_key`, [...key] as never).execute();
}

const stacks: Migration = {
  name: "cloudformation/0001-stacks",
  async up(db) {
    await createTable(
      db,
      "cloudformation_stacks",
      {
        stack_id: "text",
        account_id: "text",
        region: "text",
        name: "text",
        live_name: "text?",
        status: "text",
        status_reason: "text?",
        created_ms: "bigint",
        updated_ms: "bigint?",
        deleted_ms: "bigint?",
        role_arn: "text?",
        parent_id: "text?",
        root_id: "text?",
        version: "integer",
        good_version: "integer",
        termination_protection: "integer",
        disable_rollback: "integer",
        timeout_minutes: "integer?",
        notification_arns: "text",
        policy: "text?",
        outputs: "text",
        operation_id: "text?",
        events: "integer",
        event_ms: "bigint",
        drift_status: "text",
        drift_checked_ms: "bigint?",
      },
      ["stack_id"],
    );
    await createTable(
      db,
      "cloudformation_versions",
      {
        stack_id: "text",
        number: "integer",
        template: "text",
        processed: "text?",
        parameters: "text",
        tags: "text",
        capabilities: "text",
      },
      ["stack_id", "number"],
    );
    await createTable(
      db,
      "cloudformation_resources",
      {
        stack_id: "text",
        logical_id: "text",
        type: "text",
        physical_id: "text?",
        status: "text",
        status_reason: "text?",
        changed_ms: "bigint",
        model: "text?",
        properties: "text",
        depends_on: "text",
        deletion_policy: "text",
        replace_policy: "text",
        metadata: "text?",
        version: "integer",
        before: "text?",
        wait: "text?",
        drift: "text?",
      },
      ["stack_id", "logical_id"],
    );
    await createTable(
      db,
      "cloudformation_leftovers",
      {
        stack_id: "text",
        number: "integer",
        logical_id: "text",
        type: "text",
        physical_id: "text",
        model: "text",
        properties: "text",
        depends_on: "text",
        retain: "integer",
        wait: "text?",
      },
      ["stack_id", "number"],
    );
    await createTable(
      db,
      "cloudformation_events",
      {
        stack_id: "text",
        number: "integer",
        event_id: "text",
        ms: "bigint",
        operation_id: "text?",
        client_token: "text?",
        logical_id: "text",
        physical_id: "text?",
        type: "text",
        status: "text",
        reason: "text?",
        properties: "text?",
      },
      ["stack_id", "number"],
    );
    await createTable(
      db,
      "cloudformation_change_sets",
      {
        change_set_id: "text",
        stack_id: "text",
        name: "text",
        type: "text",
        status: "text",
        execution_status: "text",
        status_reason: "text?",
        created_ms: "bigint",
        description: "text?",
        template: "text",
        processed: "text?",
        parameters: "text",
        tags: "text",
        capabilities: "text",
        changes: "text",
        options: "text",
        role_arn: "text?",
        notification_arns: "text",
        parent_id: "text?",
        root_id: "text?",
        client_token: "text?",
      },
      ["change_set_id"],
    );
    await createTable(
      db,
      "cloudformation_operations",
      {
        operation_id: "text",
        stack_id: "text",
        kind: "text",
        phase: "text",
        status: "text",
        caller: "text",
        role_arn: "text?",
        client_token: "text?",
        options: "text",
        failures: "text",
        cancelled: "integer",
        started_ms: "bigint",
        ended_ms: "bigint?",
        owner: "text",
        leased_until_ms: "bigint?",
        due_ms: "bigint",
      },
      ["operation_id"],
    );
    await createTable(
      db,
      "cloudformation_exports",
      {
        account_id: "text",
        region: "text",
        name: "text",
        stack_id: "text",
        value: "text",
      },
      ["account_id", "region", "name"],
    );
    await createTable(
      db,
      "cloudformation_imports",
      {
        account_id: "text",
        region: "text",
        name: "text",
        stack_id: "text",
      },
      ["account_id", "region", "name", "stack_id"],
    );
    await createTable(
      db,
      "cloudformation_drift_detections",
      {
        detection_id: "text",
        stack_id: "text",
        status: "text",
        drift_status: "text",
        reason: "text?",
        drifted: "integer",
        detected_ms: "bigint",
      },
      ["detection_id"],
    );
    await db.schema
      .createIndex("cloudformation_stacks_by_name")
      .on("cloudformation_stacks")
      .columns(["account_id", "region", "live_name"])
      .unique()
      .execute();
    await db.schema
      .createIndex("cloudformation_stacks_by_time")
      .on("cloudformation_stacks")
      .columns(["account_id", "region", "created_ms"])
      .execute();
    await db.schema
      .createIndex("cloudformation_stacks_by_parent")
      .on("cloudformation_stacks")
      .column("parent_id")
      .execute();
    await db.schema
      .createIndex("cloudformation_change_sets_by_name")
      .on("cloudformation_change_sets")
      .columns(["stack_id", "name"])
      .unique()
      .execute();
    await db.schema
      .createIndex("cloudformation_operations_pending")
      .on("cloudformation_operations")
      .columns(["status", "due_ms"])
      .execute();
    await db.schema
      .createIndex("cloudformation_operations_by_stack")
      .on("cloudformation_operations")
      .column("stack_id")
      .execute();
    await db.schema
      .createIndex("cloudformation_exports_by_stack")
      .on("cloudformation_exports")
      .column("stack_id")
      .execute();
    await db.schema
      .createIndex("cloudformation_imports_by_stack")
      .on("cloudformation_imports")
      .column("stack_id")
      .execute();
    await db.schema
      .createIndex("cloudformation_resources_by_physical_id")
      .on("cloudformation_resources")
      .column("physical_id")
      .execute();
  },
};

const signals: Migration = {
  name: "cloudformation/0002-signals",
  up: (db) =>
    createTable(
      db,
      "cloudformation_signals",
      {
        ...{ stack_id: "text", logical_id: "text", unique_id: "text" },
        ...{ status: "text", reason: "text", data: "text", ms: "bigint" },
      },
      ["stack_id", "logical_id", "unique_id"],
    ),
};

const stackRefactors: Migration = {
  name: "cloudformation/0003-stack-refactors",
  up: (db) =>
    createTable(
      db,
      "cloudformation_stack_refactors",
      {
        ...{ refactor_id: "text", account_id: "text", region: "text", description: "text?" },
        ...{ status: "text", status_reason: "text?" },
        ...{ execution_status: "text", execution_reason: "text?" },
        ...{ created_ms: "bigint", plan: "text" },
      },
      ["refactor_id"],
    ),
};

const rollbackTriggers: Migration = {
  name: "cloudformation/0004-rollback-triggers",
  up: (db) => db.schema.alterTable("cloudformation_stacks").addColumn("rollback", "text").execute(),
};

/** The name of a change set that has been executed can be had again. */
const reusedNames: Migration = {
  name: "cloudformation/0006-reused-change-set-names",
  up: async (db) => {
    await db.schema.dropIndex("cloudformation_change_sets_by_name").execute();
    await db.schema
      .createIndex("cloudformation_change_sets_by_name")
      .on("cloudformation_change_sets")
      .columns(["stack_id", "name"])
      .execute();
  },
};

export const cloudFormationMigrations: readonly Migration[] = [
  stacks,
  signals,
  stackRefactors,
  rollbackTriggers,
  countFailedStarts("cloudformation/0005-failed-starts", "cloudformation_operations"),
  reusedNames,
];
