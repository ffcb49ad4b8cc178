import { cp, mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CreateBucketCommand, GetObjectCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import { expect, test } from "vitest";
import {
  hasPostgres,
  makeSharedSchema,
} from "../../../packages/server/src/storage/testing/postgres-server.ts";
import { rolecast } from "../../support/rolecast-command.ts";
import { startServerProcess } from "../../support/server-process.ts";

const OBJECT = { Bucket: "kept", Key: "object" };

test.skipIf(!hasPostgres)(
  "a snapshot isn't made of a node's folder, nor loaded over it: its rows are in PostgreSQL",
  async ({ onTestFinished }) => {
    const home = await mkdtemp(join(tmpdir(), "rolecast-snapshot-postgres-"));
    onTestFinished(() => rm(home, { recursive: true, force: true }));
    const [data, alone] = [join(home, "data"), join(home, "alone")];
    const ROLECAST_DATABASE = await makeSharedSchema();
    const start = async (folder: string, database: string) => {
      const server = await startServerProcess(["--data", folder], { ROLECAST_DATABASE: database });
      onTestFinished(async () => void (await server.stop("SIGKILL")));
      return server;
    };
    const snapshot = (...args: readonly string[]) =>
      rolecast(["snapshot", ...args], { cwd: home, env: { ROLECAST_DATABASE } });

    const sqlite = await start(alone, "");
    expect(await snapshot("save", "alone.tar.gz", "--data", alone)).toMatchObject({ code: 0 });
    await sqlite.stop();
    const node = await start(data, ROLECAST_DATABASE);
    await node.root.s3.send(new CreateBucketCommand({ Bucket: OBJECT.Bucket }));
    await node.root.s3.send(new PutObjectCommand({ ...OBJECT, Body: "bytes" }));
    const key = await readFile(join(data, "sealing.key"));
    const refused = async (loading: RegExp) => {
      for (const name of ["node.tar.gz", "node/"])
        expect(await snapshot("save", name, "--data", data)).toMatchObject({
          code: 1,
          err: expect.stringMatching(/its rows are in PostgreSQL\. .*pg_dump/),
        });
      expect(await snapshot("load", "alone.tar.gz", "--data", data, "--replace")).toMatchObject({
        code: 1,
        err: expect.stringMatching(loading),
      });
    };
    await refused(/is in use by another Rolecast process/);
    await node.stop();
    await refused(/has no rolecast\.db: .* in PostgreSQL.* Move it away first/);
    // A copy that was made by other means isn't taken for a snapshot.
    await cp(data, join(home, "copy"), { recursive: true });
    expect(await snapshot("load", "copy", "--data", join(home, "loaded"))).toMatchObject({
      code: 1,
      err: expect.stringContaining("copy is no snapshot: it holds no rolecast.db"),
    });

    expect((await readdir(home)).sort()).toEqual(["alone", "alone.tar.gz", "copy", "data"]);
    expect(await readFile(join(data, "sealing.key"))).toEqual(key);
    const again = await start(data, ROLECAST_DATABASE);
    const { Body } = await again.root.s3.send(new GetObjectCommand(OBJECT));
    expect(await Body?.transformToString()).toBe("bytes");
  },
);
