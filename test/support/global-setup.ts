import { startPostgres } from "../../packages/server/src/storage/testing/postgres-server.ts";
import { SHARED_AWS_CLI } from "./aws-cli.ts";
import { bundleMediaWorker } from "./bundle-media-worker.ts";
import { askFor, offer } from "./run-wide.ts";
import { SHARED_CEPH } from "./test-objects.ts";

/**
 * Offers the programs that all files of a run share: PostgreSQL, which holds the tables of all
 * servers with `ROLECAST_TEST_DATABASE=start`, Ceph, which keeps objects' bytes with
 * `TESTS_OBJECTS=start`, and the AWS CLI. Compiles the program of media
 * workers.
 */
export async function setup(): Promise<() => Promise<void>> {
  const ends = await Promise.all([
    // Autovacuum would start a process for each of many databases, once a minute.
    offer("TESTS_POSTGRES", () => startPostgres({ inMemory: true, settings: ["autovacuum=off"] })),
    offer(SHARED_AWS_CLI.variable, SHARED_AWS_CLI.start),
    offer(SHARED_CEPH.variable, SHARED_CEPH.start),
    bundleMediaWorker(),
  ]);
  if (process.env.ROLECAST_TEST_DATABASE === "start")
    process.env.ROLECAST_TEST_DATABASE = await askFor("TESTS_POSTGRES");
  return async () => {
    for (const end of ends) await end();
  };
}
