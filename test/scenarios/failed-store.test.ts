import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CreateUserCommand, type IAMServiceException, ListUsersCommand } from "@aws-sdk/client-iam";
import { CreateBucketCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { preload } from "../support/preload.ts";
import { startServerProcess } from "../support/server-process.ts";
import { clientsAt, ROOT } from "../support/test-server.ts";
import { until } from "../support/until.ts";

/** Exit code of a server that can't write its database any more: docs/cli.md. */
const STORE_FAILED = 5;

let dir = "";
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "rolecast-failed-store-"));
});
afterAll(() => rm(dir, { recursive: true, force: true }));

/** The server's disk fails while a file `flag` is there. */
function failingDisk(flag: string) {
  return preload(
    dir,
    "failing-disk",
    `const { fdatasync, existsSync } = fs;
    fs.fdatasync = (descriptor, callback) => {
      if (!existsSync(${JSON.stringify(flag)})) return fdatasync(descriptor, callback);
      const error = Object.assign(new Error("EIO: i/o error, fdatasync"), { code: "EIO" });
      setImmediate(callback, error);
    };`,
  );
}

describe.skipIf(process.env.ROLECAST_TEST_DATABASE !== undefined)("a disk that fails", () => {
  test("makes the server unready, its changes 503, and its end one that is started again", async () => {
    const flag = join(dir, "fails");
    const data = ["--data", join(dir, "data")];
    const server = await startServerProcess(data, await failingDisk(flag));
    const { iam, s3 } = clientsAt(server.endpoint)(ROOT);
    await iam.send(new CreateUserCommand({ UserName: "before" }));
    await s3.send(new CreateBucketCommand({ Bucket: "before" }));
    const ready = `${server.endpoint}/_rolecast/health/ready`;
    expect((await fetch(ready)).status).toBe(200);

    await writeFile(flag, "");
    const changes = [
      iam.send(new CreateUserCommand({ UserName: "after" })),
      s3.send(new PutObjectCommand({ Bucket: "before", Key: "after", Body: "x" })),
    ];
    const answers = Promise.allSettled(changes);
    const exited = server.said(/never/).catch((error: Error) => error.message);
    // The process lives on for a moment, in which it ends its streams.
    for (const path of ["health/ready", "health"]) {
      const seen = await untilUnwell(`${server.endpoint}/_rolecast/${path}`);
      if (seen) expect(seen).toContain("restart the server");
    }
    for (const answer of await answers) {
      if (answer.status === "fulfilled") throw new Error("a change was acknowledged");
      const { $metadata } = answer.reason as IAMServiceException;
      expect($metadata?.httpStatusCode ?? 503).toBe(503);
    }
    expect(await exited).toMatch(/it ended with 5: /);
    expect(await exited).toContain("The log of Rolecast's database can't be written");
    expect(await exited).not.toMatch(/\n\s+at /);
    expect(await server.stop()).toBe(STORE_FAILED);

    const next = await startServerProcess(data);
    const { Users = [] } = await next.root.iam.send(new ListUsersCommand({}));
    expect(Users.map(({ UserName }) => UserName)).toContain("before");
    await next.root.iam.send(new CreateUserCommand({ UserName: "later" }));
    await next.stop();
  });
});

/** The first answer that reports the failure; empty when the process has ended before. */
function untilUnwell(url: string): Promise<string> {
  const ask = async () => {
    const answer = await fetch(url).catch(() => undefined);
    const text = await answer?.text();
    return text === undefined ? "" : text.includes("failed") && text;
  };
  return until(ask, `the failure in ${url}`, { everyMs: 5 });
}
