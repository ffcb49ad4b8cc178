import {
  type PostgresServer,
  startPostgres,
} from "../../packages/server/src/storage/testing/postgres-server.ts";

let postgres: PostgresServer | undefined;

/** `ROLECAST_TEST_DATABASE=start` runs the tests on a PostgreSQL that lives as long as they do. */
export async function setup(): Promise<void> {
  if (process.env.ROLECAST_TEST_DATABASE !== "start") return;
  postgres = await startPostgres();
  process.env.ROLECAST_TEST_DATABASE = postgres.url;
}

export async function teardown(): Promise<void> {
  await postgres?.remove();
}
