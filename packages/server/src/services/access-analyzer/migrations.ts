import type { Kysely } from "kysely";
import type { Migration, Tables } from "../../kernel/store.ts";
import { countFailedStarts } from "../../kernel/work/failed-starts.ts";

export const accessAnalyzerMigrations: readonly Migration[] = [
  { name: "access-analyzer/0001-analyzers", up: createAnalyzers },
  { name: "access-analyzer/0002-generations", up: createGenerations },
  { name: "access-analyzer/0003-recommendations", up: createRecommendations },
  countFailedStarts("access-analyzer/0004-failed-starts", "access_analyzer_generations"),
];

async function createAnalyzers({ schema }: Kysely<Tables>): Promise<void> {
  await schema
    .createTable("access_analyzer_analyzers")
    .addColumn("analyzer_id", "text", (c) => c.primaryKey())
    .addColumn("account_id", "text", (c) => c.notNull())
    .addColumn("region", "text", (c) => c.notNull())
    .addColumn("name", "text", (c) => c.notNull())
    .addColumn("type", "text", (c) => c.notNull())
    .addColumn("created_ms", "bigint", (c) => c.notNull())
    .addColumn("tags", "text", (c) => c.notNull())
    .addColumn("configuration", "text")
    .addColumn("client_token", "text")
    .addUniqueConstraint("access_analyzer_analyzers_name", ["account_id", "region", "name"])
    .execute();
  await schema
    .createTable("access_analyzer_archive_rules")
    .addColumn("analyzer_id", "text", (c) => c.notNull())
    .addColumn("name", "text", (c) => c.notNull())
    .addColumn("filter", "text", (c) => c.notNull())
    .addColumn("created_ms", "bigint", (c) => c.notNull())
    .addColumn("updated_ms", "bigint", (c) => c.notNull())
    .addPrimaryKeyConstraint("access_analyzer_archive_rules_key", ["analyzer_id", "name"])
    .execute();
  await schema
    .createTable("access_analyzer_findings")
    .addColumn("finding_id", "text", (c) => c.primaryKey())
    .addColumn("analyzer_id", "text", (c) => c.notNull())
    .addColumn("type", "text", (c) => c.notNull())
    .addColumn("resource", "text", (c) => c.notNull())
    .addColumn("resource_type", "text", (c) => c.notNull())
    .addColumn("owner_account_id", "text", (c) => c.notNull())
    .addColumn("subject", "text", (c) => c.notNull())
    .addColumn("status", "text", (c) => c.notNull())
    .addColumn("created_ms", "bigint", (c) => c.notNull())
    .addColumn("analyzed_ms", "bigint", (c) => c.notNull())
    .addColumn("updated_ms", "bigint", (c) => c.notNull())
    .addColumn("body", "text", (c) => c.notNull())
    .execute();
  await schema
    .createIndex("access_analyzer_findings_by_analyzer")
    .on("access_analyzer_findings")
    .columns(["analyzer_id", "resource"])
    .execute();
  await schema
    .createTable("access_analyzer_previews")
    .addColumn("preview_id", "text", (c) => c.primaryKey())
    .addColumn("analyzer_id", "text", (c) => c.notNull())
    .addColumn("created_ms", "bigint", (c) => c.notNull())
    .addColumn("status", "text", (c) => c.notNull())
    .addColumn("configurations", "text", (c) => c.notNull())
    .addColumn("findings", "text", (c) => c.notNull())
    .addColumn("client_token", "text")
    .execute();
  await schema
    .createIndex("access_analyzer_previews_by_analyzer")
    .on("access_analyzer_previews")
    .columns(["analyzer_id", "created_ms"])
    .execute();
}

async function createGenerations({ schema }: Kysely<Tables>): Promise<void> {
  await schema
    .createTable("access_analyzer_generations")
    .addColumn("job_id", "text", (c) => c.primaryKey())
    .addColumn("account_id", "text", (c) => c.notNull())
    .addColumn("region", "text", (c) => c.notNull())
    .addColumn("principal_arn", "text", (c) => c.notNull())
    .addColumn("status", "text", (c) => c.notNull())
    .addColumn("started_ms", "bigint", (c) => c.notNull())
    .addColumn("completed_ms", "bigint")
    .addColumn("trails", "text")
    .addColumn("result", "text")
    .addColumn("error", "text")
    .addColumn("client_token", "text")
    .addColumn("lease_until_ms", "bigint", (c) => c.notNull())
    .addColumn("lease_owner", "text")
    .addColumn("due_ms", "bigint", (c) => c.notNull())
    .addColumn("attempts", "integer", (c) => c.notNull())
    .execute();
  await schema
    .createIndex("access_analyzer_generations_by_account")
    .on("access_analyzer_generations")
    .columns(["account_id", "region", "started_ms"])
    .execute();
}

async function createRecommendations({ schema }: Kysely<Tables>): Promise<void> {
  await schema
    .createTable("access_analyzer_recommendations")
    .addColumn("finding_id", "text", (c) => c.primaryKey())
    .addColumn("analyzer_id", "text", (c) => c.notNull())
    .addColumn("generated_ms", "bigint", (c) => c.notNull())
    .addColumn("body", "text", (c) => c.notNull())
    .execute();
}
