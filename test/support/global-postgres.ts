import { startPostgres } from "../../packages/server/src/storage/testing/postgres-server.ts";
import { offer } from "./run-wide.ts";

/**
 * One PostgreSQL for the files of a run that need one, and for all with
 * `ROLECAST_TEST_DATABASE=start`.
 */
export async function setup(): Promise<() => Promise<void>> {
  const end = await offer("TESTS_POSTGRES", startPostgres);
  if (process.env.ROLECAST_TEST_DATABASE === "start") {
    const desk = process.env.TESTS_POSTGRES ?? "";
    process.env.ROLECAST_TEST_DATABASE = await (await fetch(desk)).text();
  }
  return end;
}
