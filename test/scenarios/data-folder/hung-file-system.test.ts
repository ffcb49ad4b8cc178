import { execFileSync } from "node:child_process";
import fs, { createReadStream, mkdtempSync, rmSync } from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ListUsersCommand } from "@aws-sdk/client-iam";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import {
  hasPostgres,
  makeSharedSchema,
} from "../../../packages/server/src/storage/testing/postgres-server.ts";
import { startTestServer, type TestServer } from "../../support/test-server.ts";

/*
 * A named pipe without a reader is a file system that hangs: opening it for writing doesn't end.
 * Journal segments are opened there as long as `hung` says so.
 */
const hung = { pipe: "", isHung: false };
const real = { open: fs.open, openSync: fs.openSync };
function redirecting(open: (...args: never[]) => unknown) {
  return (path: unknown, ...rest: unknown[]) =>
    hung.isHung && String(path).endsWith(".journal")
      ? open(...([hung.pipe, "w", ...rest.slice(1)] as never[]))
      : open(...([path, ...rest] as never[]));
}
beforeAll(() => {
  Object.assign(fs, { open: redirecting(real.open), openSync: redirecting(real.openSync) });
  syncBuiltinESMExports();
  return () => {
    Object.assign(fs, real);
    syncBuiltinESMExports();
  };
});

let dir: string;
let server: TestServer;
/** Nodes share file systems; where PostgreSQL isn't installed, SQLite must do. */
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), "rolecast-hung-"));
  hung.pipe = join(dir, "pipe");
  execFileSync("mkfifo", [hung.pipe]);
});
afterAll(async () => {
  rmSync(dir, { recursive: true, force: true });
});
beforeEach(async () => {
  server = await startTestServer({
    data: join(dir, "data"),
    ...(hasPostgres && { database: await makeSharedSchema() }),
  });
});
afterEach(() => server.close());

const live = () => fetch(`${server.endpoint}/_rolecast/health/live`);

test("a file system that hangs under the journal holds up no request that needs no record", async () => {
  hung.isHung = true;
  const recorded = server.clients().iam.send(new ListUsersCommand({}));
  let isAnswered = false;
  void recorded.then(() => {
    isAnswered = true;
  });
  for (let round = 0; round < 5; round++) {
    expect((await live()).status).toBe(200);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  // Its record isn't safe yet, so there is no answer: docs/adr/0009.
  expect(isAnswered).toBe(false);
  // The file system is there again.
  const reader = createReadStream(hung.pipe).resume();
  expect((await recorded).Users).toEqual([]);
  hung.isHung = false;
  reader.destroy();
});
