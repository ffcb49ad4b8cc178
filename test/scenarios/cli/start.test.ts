import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer as createTcpServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CreateUserCommand, GetUserCommand, ListUsersCommand } from "@aws-sdk/client-iam";
import { GetCallerIdentityCommand } from "@aws-sdk/client-sts";
import { createServer } from "@rolecast/server";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { refusedStart, rolecast } from "../../support/rolecast-command.ts";
import { type ServerProcess, startServerProcess } from "../../support/server-process.ts";
import type { Key } from "../../support/test-server.ts";

let dir = "";
const running: ServerProcess[] = [];

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "rolecast-cli-"));
});
afterEach(async () => {
  await Promise.all(running.splice(0).map((server) => server.stop("SIGKILL")));
  rmSync(dir, { recursive: true, force: true });
});

async function start(args: string[], environment?: Record<string, string>) {
  const server = await startServerProcess(args, environment);
  running.push(server);
  return server;
}

function file(name: string, text: string): string {
  writeFileSync(join(dir, name), text);
  return join(dir, name);
}

function pasted(banner: string): Key {
  const value = (name: string) => new RegExp(`export ${name}=(\\S+)`).exec(banner)?.[1] ?? "";
  return {
    accessKeyId: value("AWS_ACCESS_KEY_ID"),
    secretAccessKey: value("AWS_SECRET_ACCESS_KEY"),
  };
}

describe("rolecast start", () => {
  test("prints what to paste, keeps its data over SIGTERM, and lets one process a folder", async () => {
    const data = ["--data", join(dir, "data")];
    const first = await start(data);
    expect(first.banner).toContain(`export AWS_ENDPOINT_URL=${first.endpoint}\n`);
    const { iam } = first.clients(pasted(first.banner));
    await iam.send(new CreateUserCommand({ UserName: "kept" }));
    await expect(start(data)).rejects.toThrow(
      /ended with 1: rolecast: The data folder .* is in use/,
    );
    expect(await first.stop("SIGTERM")).toBe(0);
    const second = await start([...data, "--ffmpeg", "off"]);
    expect(second.banner).toContain("  ffmpeg            none: no renditions, no thumbnails\n");
    const kept = await second.clients().iam.send(new GetUserCommand({ UserName: "kept" }));
    expect(kept.User?.UserName).toBe("kept");
  });

  test.each([
    ["SIGUSR2", (server: ServerProcess) => server.stop("SIGUSR2")],
    [
      "rolecast drain",
      async ({ endpoint, stop }: ServerProcess) => {
        const drained = await rolecast(["drain", "--endpoint", endpoint, "--timeout", "60"]);
        expect(drained).toEqual({
          code: 0,
          out: `${endpoint} takes no new streams.\nIt has ended.\n`,
          err: "",
        });
        return stop("SIGTERM");
      },
    ],
  ])("%s ends a server without streams with 0", async (_name, drain) => {
    expect(await drain(await start(["--data", "memory"]))).toBe(0);
  });

  test("keeps what was acknowledged over a kill -9", async () => {
    const data = ["--data", join(dir, "data")];
    const first = await start(data);
    await first.clients().iam.send(new CreateUserCommand({ UserName: "acknowledged" }));
    await first.stop("SIGKILL");
    const second = await start(data);
    const { Users } = await second.clients().iam.send(new ListUsersCommand({}));
    expect(Users?.map((user) => user.UserName)).toEqual(["acknowledged"]);
  });

  test("on another address makes a root key, prints it and refuses test/test", async () => {
    const folder = join(dir, "data");
    const data = ["--data", folder, "--host", "0.0.0.0"];
    // A server that doesn't print the key leaves that to the next.
    const ports = { port: 0, rtmpPort: 0, rtmpsPort: 0, srtPort: 0 };
    await (await createServer({ data: folder, host: "0.0.0.0", ...ports })).close();
    const server = await start(data);
    const key = pasted(server.banner);
    expect(key.accessKeyId).toMatch(/^AKIA[A-Z2-7]{16}$/);
    const identity = await server.clients(key).sts.send(new GetCallerIdentityCommand({}));
    expect(identity.Arn).toBe("arn:aws:iam::000000000000:root");
    await expect(server.clients().sts.send(new GetCallerIdentityCommand({}))).rejects.toMatchObject(
      { name: "InvalidClientTokenId" },
    );
    expect(await server.stop("SIGINT")).toBe(0);
    expect((await start(data)).banner).not.toContain(key.secretAccessKey);
  });

  test("serves the accounts of rolecast.yml, apart from each other, and empties all on request", async () => {
    const config = file(
      "rolecast.yml",
      [
        "accounts:",
        "  - { id: '111122223333', rootAccessKeyId: otherroot, rootSecretAccessKey: othersecret }",
        "allowReset: true",
      ].join("\n"),
    );
    const server = await start([
      "--data",
      "memory",
      "--config",
      config,
      "--account",
      "444455556666",
    ]);
    const other = server.clients({ accessKeyId: "otherroot", secretAccessKey: "othersecret" });
    await other.iam.send(new CreateUserCommand({ UserName: "there" }));
    const here = await server.clients().sts.send(new GetCallerIdentityCommand({}));
    expect(here.Account).toBe("444455556666");
    expect((await server.clients().iam.send(new ListUsersCommand({}))).Users).toEqual([]);
    const reset = await fetch(`${server.endpoint}/_rolecast/state/reset`, { method: "POST" });
    expect(reset.status).toBe(200);
    expect((await other.iam.send(new ListUsersCommand({}))).Users).toEqual([]);
  });

  test("refuses to reset unless it was allowed, and never for a page of another site", async () => {
    const server = await start(["--data", "memory"]);
    const url = `${server.endpoint}/_rolecast/state/reset`;
    expect((await fetch(url, { method: "POST" })).status).toBe(403);
    const allowing = await start(["--data", "memory", "--allow-reset"]);
    const foreign = await fetch(`${allowing.endpoint}/_rolecast/state/reset`, {
      method: "POST",
      headers: { origin: "http://evil.example" },
    });
    expect(foreign.status).toBe(403);
  });

  test.each([
    [["--prot", "1"], {}, /unknown option '--prot'/],
    [["--port", "70000"], {}, /--port can't be 70000/],
    [["--account", "12"], {}, /--account can't be "12"/],
    [["--enforcement", "maybe"], {}, /--enforcement can't be "maybe"/],
    [["--config", "/nowhere.yml"], {}, /nowhere\.yml isn't there\./],
    [["--tls-key", "a.pem"], {}, /--tls-key can't be "a\.pem": there is no such file/],
    [["--data", "/dev/null/folder"], {}, /rolecast: .*\/dev\/null\/folder/],
    [[], { ROLECAST_RTMP_PROT: "1" }, /Did you mean ROLECAST_RTMP_PORT/],
  ])("refuses %j %j with a sentence and no stack", async (args, environment, sentence) => {
    const { code, err } = await refusedStart(["--data", "memory", ...args], environment);
    expect([1, 2]).toContain(code);
    expect(err).toMatch(sentence);
    expect(err).not.toMatch(/\n\s+at /);
  });

  test("names a port that is taken", async () => {
    const taken = createTcpServer();
    const port = await new Promise<number>((resolve) =>
      taken.listen(0, "127.0.0.1", () => {
        const address = taken.address();
        resolve(typeof address === "object" && address ? address.port : 0);
      }),
    );
    const refused = await refusedStart(["--data", "memory", "--rtmp-port", String(port)]);
    expect(refused).toMatchObject({
      code: 1,
      err: expect.stringContaining(`Port ${port} is in use`),
    });
    taken.close();
  });
});
