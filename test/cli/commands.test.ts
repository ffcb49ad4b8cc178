import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { CreateAccessKeyCommand, CreateUserCommand, ListRolesCommand } from "@aws-sdk/client-iam";
import * as ivs from "@aws-sdk/client-ivs";
import { CreateBucketCommand } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findOnPath } from "../../packages/cli/src/demo/find-program.ts";
import { awsCli, hasAwsCli } from "../support/aws-cli.ts";
import { createUser } from "../support/principals.ts";
import {
  COMMAND,
  type Outcome,
  rolecast as rolecastHere,
  runBuilt,
} from "../support/rolecast-command.ts";
import { type ServerProcess, startServerProcess } from "../support/server-process.ts";

const BUCKET = "cli-recordings";

let dir = "";
let server: ServerProcess;
/** Answers every request, with a page. */
const strangerServer = createServer((_, response) => response.end("<!DOCTYPE html>"));
let stranger = "";

beforeAll(async () => {
  await new Promise<void>((done) => strangerServer.listen(0, "127.0.0.1", done));
  stranger = `http://127.0.0.1:${(strangerServer.address() as AddressInfo).port}`;
  dir = mkdtempSync(join(tmpdir(), "rolecast-commands-"));
  server = await startServerProcess(["--data", join(dir, "data"), "--allow-reset"]);
});
afterAll(async () => {
  strangerServer.close();
  await server?.stop("SIGKILL");
  rmSync(dir, { recursive: true, force: true });
});

function surroundings(env: Readonly<Record<string, string | undefined>> = {}) {
  return { env: { AWS_ENDPOINT_URL: server.endpoint, HOME: dir, ...env }, cwd: dir };
}

function rolecast(
  args: readonly string[],
  environment?: Readonly<Record<string, string | undefined>>,
): Promise<Outcome> {
  return rolecastHere(args, surroundings(environment));
}

function built(
  args: readonly string[],
  environment?: Readonly<Record<string, string | undefined>>,
): Promise<Outcome> {
  return runBuilt(args, surroundings(environment));
}

/** Asks what `record play` serves as a player would, and for what no player would. */
async function expectToPlay(id: string): Promise<void> {
  const env = { ...process.env, AWS_ENDPOINT_URL: server.endpoint, HOME: dir };
  const args = [COMMAND, "record", "play", id, "--no-player"];
  const player = spawn(process.execPath, args, { env, stdio: ["ignore", "pipe", "inherit"] });
  const ended = once(player, "exit");
  const [line] = (await once(player.stdout, "data")) as [Buffer];
  const master = line.toString().trim();
  for (const wrong of ["%", "nothing.m3u8"]) {
    expect((await fetch(new URL(wrong, master))).status).toBe(404);
  }
  let url = master;
  while (url.endsWith(".m3u8")) {
    const playlist = await (await fetch(url)).text();
    const [first = ""] = playlist.split("\n").filter((text) => text !== "" && text[0] !== "#");
    url = new URL(first, url).href;
  }
  const segment = await fetch(url);
  expect([segment.status, segment.headers.get("content-type")]).toEqual([200, "video/MP2T"]);
  player.kill("SIGINT");
  expect(await ended).toEqual([0, null]);
}

async function json<T>(args: readonly string[], run: typeof built = rolecast): Promise<T> {
  const { code, out, err } = await run([...args, "--json"]);
  expect({ code, err }).toEqual({ code: 0, err: "" });
  return JSON.parse(out) as T;
}

function file(name: string, text: string): string {
  writeFileSync(join(dir, name), text);
  return join(dir, name);
}

function allow(action: string, resource: string): string {
  const Statement = [{ Effect: "Allow", Action: action, Resource: resource }];
  return JSON.stringify({ Version: "2012-10-17", Statement }, null, 2);
}

// Later ones keep it themselves.
test.runIf(process.version.startsWith("v20."))(
  "Node 20 finds the code that it compiled, unless it was damaged",
  async () => {
    const folder = join(dir, "code");
    const run = async () => {
      const { code, out, err } = await runBuilt(["--version"], {
        env: { NODE_COMPILE_CACHE: folder },
      });
      expect([code, out, err]).toEqual([0, expect.stringMatching(/^\d+\.\d+\.\d+\n$/), ""]);
      const files = readdirSync(folder, { recursive: true, encoding: "utf8" });
      return join(folder, files.find((name) => name.endsWith(".code")) ?? "none");
    };
    const file = await run();
    const whole = readFileSync(file);
    const first = statSync(file).ino;
    expect(statSync(await run()).ino).toBe(first);
    for (const damaged of [
      whole.subarray(0, whole.length - 10),
      Buffer.concat([whole.subarray(0, -10), Buffer.alloc(10)]),
      Buffer.alloc(whole.length),
      Buffer.from("x"),
    ]) {
      writeFileSync(file, damaged);
      await run();
      expect(readFileSync(file).length).toBeGreaterThan(whole.length / 2);
      expect(readFileSync(file).equals(damaged)).toBe(false);
    }
  },
);

test("the SDK's warning about old versions of Node reaches no terminal", async () => {
  expect(await built(["record", "ls"], { NODE_NO_WARNINGS: undefined })).toMatchObject({
    code: 0,
    err: "",
  });
});

describe("against a server", () => {
  test("status shows whose key it is and what is live", async () => {
    const status = await json<{ identity: { Arn: string }; streams: unknown[] }>(["status"]);
    expect(status).toMatchObject({
      endpoint: server.endpoint,
      identity: { Arn: "arn:aws:iam::000000000000:root" },
      streams: [],
    });
    const lines = (await rolecast(["status"])).out.trimEnd().split("\n");
    const facts = Object.fromEntries(
      lines.map((line) => [line.slice(0, 10).trim(), line.slice(10)]),
    );
    expect(facts).toEqual({
      Server: server.endpoint,
      Console: `${server.endpoint}/`,
      Docs: `${server.endpoint}/_rolecast/docs/`,
      RTMPS: expect.stringMatching(/^rtmps:\/\/127\.0\.0\.1:\d+\/app\/<stream key>$/),
      RTMP: expect.stringMatching(/^rtmp:\/\/127\.0\.0\.1:\d+\/app\/<stream key> {2}\(.*\)$/),
      SRT: expect.stringMatching(/^srt:\/\/127\.0\.0\.1:\d+\?streamid=<stream key>&.*$/),
      WebRTC: `${server.endpoint}/whip  (WHIP; the stream key is the bearer token)`,
      ffmpeg: expect.stringMatching(/^\S+, transcoding \S+/),
      Services: expect.stringMatching(/^accessanalyzer, .*cloudtrail, .*, iam, .*, ivs, .*sts$/),
      "Key of": "the root user of account 000000000000",
      Live: "nothing in us-east-1",
    });
  });

  const WRONG_SECRET = { AWS_ACCESS_KEY_ID: "test", AWS_SECRET_ACCESS_KEY: "wrong" };
  test.each([
    [
      "status --endpoint http://127.0.0.1:1",
      {},
      3,
      /nothing answers at http:\/\/127.*rolecast start/,
    ],
    ["status --endpoint STRANGER", {}, 3, /what answers at \S+ isn't Rolecast/],
    ["reset --endpoint STRANGER", {}, 3, /isn't Rolecast/],
    ["logs --endpoint STRANGER", {}, 3, /isn't Rolecast/],
    ["explain x --endpoint STRANGER", {}, 3, /isn't Rolecast/],
    ["record ls --endpoint STRANGER", {}, 3, /isn't Rolecast/],
    ["status --endpoint localhost:4566", {}, 2, /localhost:4566 is no endpoint.*http:\/\//],
    ["status", WRONG_SECRET, 4, /SignatureDoesNotMatch.*AWS_SECRET_ACCESS_KEY, .*test\/test/],
    ["explain nothing", {}, 4, /404/],
    ["statsu", {}, 2, /Did you mean status\?[\s\S]*rolecast --help/],
    ["broadcast x", {}, 2, /--test-pattern/],
    ["broadcast nobody --test-pattern", {}, 1, /create-channel --name nobody/],
    ["broadcast nobody none.mp4", {}, 1, /none\.mp4: there is no such file/],
    ["record get zzz", {}, 1, /record ls/],
    ["record get", {}, 2, /missing required argument[\s\S]*rolecast record get --help/],
    ["doctor --port x", {}, 2, /a port is a number/],
    ["policy check .", {}, 1, /^rolecast: \.: this is a folder/],
    ["policy simulate --action foo", {}, 2, /such as s3:PutObject/],
    ["policy simulate --action s3:Get --context bad", {}, 2, /KEY=VALUE, not bad/],
    ["snapshot load none.tar.gz", {}, 1, /none\.tar\.gz: there is no such file/],
  ])("`rolecast %s` %j ends with %i and says what to do", async (line, variables, code, said) => {
    const args = line.replace("STRANGER", stranger).split(" ");
    const outcome = await rolecast(args, variables);
    expect(outcome).toMatchObject({ code, out: "", err: expect.stringMatching(said) });
    expect(outcome.err).not.toMatch(/\n\s+at /);
  });

  test.each([
    ["record ls", 0],
    ["record get zzz", 1],
    ["statsu", 2],
    ["status --endpoint http://127.0.0.1:1", 3],
    ["reset --region nowhere --endpoint STRANGER", 3],
    ["explain nothing", 4],
  ])("`rolecast %s` as a process ends with %i, and prints the same", async (line, code) => {
    const args = line.replace("STRANGER", stranger).split(" ");
    // They were started in two ways, and would name themselves so.
    const outcome = await built(args, { ROLECAST_COMMAND: "npx rolecast" });
    expect(outcome).toEqual(await rolecast(args));
    expect(outcome.code).toBe(code);
  });

  test("whoever may not list streams learns the rest of the status, by variables that are set", async () => {
    const { iam } = server.root;
    await iam.send(new CreateUserCommand({ UserName: "guest" }));
    const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName: "guest" }));
    const { code, out } = await rolecast(["status"], {
      AWS_ACCESS_KEY_ID: AccessKey?.AccessKeyId,
      AWS_SECRET_ACCESS_KEY: AccessKey?.SecretAccessKey,
      AWS_REGION: "",
    });
    expect(code).toBe(0);
    expect(out).toMatch(
      /^SRT +srt:[\s\S]*user guest of account 0+\nLive +User: \S+ is not authorized .*us-east-1/m,
    );
  });

  test("env writes lines for a shell, and a profile beside those that are there", async () => {
    const { out } = await rolecast(["env", "--shell", "bash"]);
    const shown = await new Promise<string>((resolve) => {
      execFile("sh", ["-c", `${out}\nprintf %s "$AWS_ENDPOINT_URL"`], (_, text) => resolve(text));
    });
    expect(shown).toBe(server.endpoint);
    const config = file(
      "aws-config",
      "[default]\nregion = eu-west-1\n\n[profile mine]\nregion = x\n",
    );
    const credentials = join(dir, "aws-credentials");
    const files = { AWS_CONFIG_FILE: config, AWS_SHARED_CREDENTIALS_FILE: credentials };
    for (const _ of [1, 2]) await rolecast(["env", "--profile", "mine"], files);
    expect(readFileSync(config, "utf8")).toBe(
      `[default]\nregion = eu-west-1\n\n[profile mine]\nregion = us-east-1\nendpoint_url = ${server.endpoint}\n`,
    );
    expect(readFileSync(credentials, "utf8")).toContain("aws_access_key_id = test");
    const none = { AWS_ENDPOINT_URL: "", AWS_ACCESS_KEY_ID: "", AWS_SECRET_ACCESS_KEY: "" };
    const profile = { ...files, ...none, AWS_PROFILE: "mine" };
    const { out: status } = await rolecast(["status", "--json"], profile);
    expect(JSON.parse(status)).toMatchObject({ endpoint: server.endpoint });
    const mine = "[mine]\naws_access_key_id = AKIAWRONG\naws_secret_access_key = wrong\n";
    writeFileSync(credentials, mine);
    expect(await rolecast(["record", "ls"], profile)).toMatchObject({
      code: 4,
      err: expect.stringContaining("else of AWS_PROFILE"),
    });
    const missing = { ...profile, AWS_PROFILE: "other" };
    expect(await rolecast(["record", "ls"], missing)).toMatchObject({
      code: 2,
      err: expect.stringContaining("the profile other that AWS_PROFILE names has no access key"),
    });
  });

  test("logs follows what the server is asked, a line each", async () => {
    const env = { ...process.env, AWS_ENDPOINT_URL: server.endpoint };
    const follower = spawn(process.execPath, [COMMAND, "logs", "--of", "calls"], { env });
    let out = "";
    follower.stdout.on("data", (chunk: Buffer) => {
      out += chunk.toString();
    });
    const seen = async () => {
      await server.root.iam.send(new ListRolesCommand({}));
      return out;
    };
    await expect.poll(seen).toMatch(/iam:ListRoles by arn:aws:iam::0+:root/);
    follower.kill("SIGTERM");
    expect((await rolecast(["logs", "--of", "nothing"])).code).toBe(2);
  });

  test.skipIf(findOnPath("aws") === undefined)(
    "aws passes on what the AWS CLI is given",
    async () => {
      const query = ["sts", "get-caller-identity", "--query", "Arn", "--output", "text"];
      const PATH = hasAwsCli ? `${dirname(await awsCli())}:${process.env.PATH}` : process.env.PATH;
      const elsewhere = { AWS_ENDPOINT_URL_STS: stranger, PATH };
      const asked = await built(["aws", ...query], elsewhere);
      expect(asked.out).toBe("arn:aws:iam::000000000000:root\n");
      const noUser = await built(["aws", "iam", "get-user", "--user-name", "nobody"], { PATH });
      expect(noUser.code).not.toBe(0);
      // It was allowed, and failed.
      expect(noUser.err).not.toContain("why:");
    },
  );

  test.skipIf(findOnPath("aws") === undefined)(
    "aws says why a request was denied, to those who may not ask, too",
    async () => {
      const PATH = hasAwsCli ? `${dirname(await awsCli())}:${process.env.PATH}` : process.env.PATH;
      await server.root.s3.send(new CreateBucketCommand({ Bucket: "media" }));
      const Resource = "arn:aws:s3:::media/in/*";
      const key = await createUser(server.root.iam, "uploader", [
        { Sid: "Uploads", Effect: "Allow", Action: "s3:GetObject", Resource },
      ]);
      const env = {
        ...{ PATH, ROLECAST_COMMAND: "npx rolecast" },
        ...{ AWS_ACCESS_KEY_ID: key.accessKeyId, AWS_SECRET_ACCESS_KEY: key.secretAccessKey },
      };
      const object = ["--bucket", "media", "--key", "out/x"];
      const { code, err } = await built(["aws", "s3api", "head-object", ...object], env);
      expect(code).not.toBe(0);
      expect(err).toMatch(
        /\nwhy: Almost: statement `Uploads` .* its resource is .*\n {5}npx \w+ explain \w{25}\n$/,
      );
    },
  );

  test.skipIf(findOnPath("aws") === undefined)(
    "aws explains its own request, whatever else was denied meanwhile",
    async () => {
      const PATH = hasAwsCli ? `${dirname(await awsCli())}:${process.env.PATH}` : process.env.PATH;
      const key = await createUser(server.root.iam, "meanwhile", []);
      // Another program of the same user is denied the same operation before the reason is read.
      const folder = mkdtempSync(join(tmpdir(), "rolecast-"));
      const other = "env -u AWS_EXECUTION_ENV aws iam get-role --role-name other";
      const lines = ["#!/bin/sh", `PATH='${PATH}'`, 'aws "$@"', "code=$?", `${other} 2>/dev/null`];
      const script = [...lines, "exit $code", ""].join("\n");
      writeFileSync(join(folder, "aws"), script, { mode: 0o755 });
      const env = {
        ...{ PATH: `${folder}:${PATH}`, ROLECAST_COMMAND: "npx rolecast" },
        ...{ AWS_ACCESS_KEY_ID: key.accessKeyId, AWS_SECRET_ACCESS_KEY: key.secretAccessKey },
      };
      const { err } = await built(["aws", "iam", "get-role", "--role-name", "own"], env);
      rmSync(folder, { recursive: true });
      const why = err.slice(err.indexOf("\nwhy: "));
      expect(why).toContain("role/own");
      expect(why).not.toContain("role/other");
      expect(err).toContain(`authorization id: ${/explain (\w{25})/.exec(why)?.[1]}`);
      // To be refused the reason isn't what the next one asks about.
      expect((await built(["explain"], env)).err).toContain("rolecast:ReadDecisions");
      expect((await built(["explain"])).out).toContain("denied  iam:GetRole on");
    },
  );

  test.skipIf(findOnPath("ffmpeg") === undefined)(
    "broadcast publishes, and record lists and gets what was recorded",
    async () => {
      await server.root.s3.send(new CreateBucketCommand({ Bucket: BUCKET }));
      const { recordingConfiguration } = await server.root.ivs.send(
        new ivs.CreateRecordingConfigurationCommand({
          destinationConfiguration: { s3: { bucketName: BUCKET } },
        }),
      );
      const { channel } = await server.root.ivs.send(
        new ivs.CreateChannelCommand({
          name: "studio",
          type: "BASIC",
          recordingConfigurationArn: recordingConfiguration?.arn,
        }),
      );
      const { streamKeys = [] } = await server.root.ivs.send(
        new ivs.ListStreamKeysCommand({ channelArn: channel?.arn }),
      );
      const { streamKey } = await server.root.ivs.send(
        new ivs.GetStreamKeyCommand({ arn: streamKeys[0]?.arn }),
      );
      const broadcast = json<{ channelArn: string; durationMs: number }>(
        ["broadcast", "studio", "--test-pattern", "--duration", "5"],
        built,
      );
      const isLive = () =>
        server.root.ivs.send(new ivs.GetStreamCommand({ channelArn: channel?.arn })).then(
          ({ stream }) => stream?.state,
          () => undefined,
        );
      await expect.poll(isLive).toBe("LIVE");
      // Whatever any user of the machine sees of processes.
      expect(argumentsOfProcesses()).toContain("testsrc2");
      expect(argumentsOfProcesses()).not.toContain(streamKey?.value ?? "");
      const second = await built(["broadcast", "studio", "--test-pattern", "--duration", "5"]);
      expect(second).toMatchObject({
        code: 1,
        err: "rolecast: the server refused the stream: the channel already has a publisher.\n",
      });
      const published = await broadcast;
      expect(published.channelArn).toBe(channel?.arn);
      expect(published.durationMs).toBeGreaterThan(4_500);
      const list = () =>
        json<{ id: string; state: string; durationMs: number }[]>([
          "record",
          "ls",
          "--channel",
          "studio",
        ]);
      await expect
        .poll(async () => (await list())[0]?.state, { interval: 500 })
        .toBe("RECORDING_ENDED");
      const [recording] = await list();
      expect(recording?.durationMs).toBeGreaterThan(3_000);
      const id = recording?.id ?? "";
      await json(["record", "get", id.slice(0, 8), "there"]);
      expect(existsSync(join(dir, "there/media/hls/master.m3u8"))).toBe(true);
      await expectToPlay(id);
      await server.root.ivs.send(
        new ivs.CreateRecordingConfigurationCommand({
          destinationConfiguration: { s3: { bucketName: "gone-recordings" } },
        }),
      );
      expect(await rolecast(["record", "ls"])).toMatchObject({
        code: 0,
        out: expect.stringContaining(id),
        err: expect.stringContaining("the bucket gone-recordings, which isn't there"),
      });
    },
  );

  test("reset empties a server that allows it", async () => {
    expect((await rolecast(["reset"])).code).toBe(0);
    expect((await server.root.ivs.send(new ivs.ListChannelsCommand({}))).channels).toEqual([]);
  });
});

describe("without a server", () => {
  test("policy simulate decides with AWS's reason, policy diff finds what changed", async () => {
    const wide = file("wide.json", allow("s3:*", "arn:aws:s3:::media/*"));
    const narrow = file("narrow.json", allow("s3:Get*", "arn:aws:s3:::media/*"));
    const ask = (policy: string, action: string) =>
      rolecast([
        "policy",
        "simulate",
        "--policy",
        policy,
        "--action",
        action,
        "--resource",
        "arn:aws:s3:::media/a",
      ]);
    expect((await ask(wide, "s3:PutObject")).code).toBe(0);
    const denied = await ask(narrow, "s3:PutObject");
    expect(denied.code).toBe(1);
    expect(denied.out).toContain("because no identity-based policy allows the s3:PutObject action");
    const changes = await rolecast(["policy", "diff", wide, narrow]);
    expect(changes.code).toBe(1);
    expect(changes.out).toContain(`${narrow} allows less than ${wide}.`);
    expect(changes.out).toContain(
      `${narrow} no longer allows \`s3:PutObject\` on \`arn:aws:s3:::media/example\` (${wide}:`,
    );
    expect((await rolecast(["policy", "compare", wide, wide])).code).toBe(0);
    const broken = file("broken.json", allow("s3:*", "*").replace("Allow", "Alow"));
    const refused = { code: 1, err: expect.stringContaining(`${broken}:5:17: Effect must be`) };
    expect(await ask(broken, "s3:PutObject")).toMatchObject(refused);
    expect(await rolecast(["policy", "diff", wide, broken])).toMatchObject(refused);
  });

  test("doctor names each finding's fix", async () => {
    const health = await fetch(`${server.endpoint}/_rolecast/health`);
    const { ivs: ports } = (await health.json()) as { ivs: Record<string, number> };
    const given = ["--srt-port", String(ports.srtPort)];
    const { out } = await built(["doctor", ...given]);
    expect(out).toContain(`API port     ${new URL(server.endpoint).port}: a Rolecast server`);
    // The running server says on which ports it listens.
    for (const [name, title] of [
      ["rtmpPort", "RTMP"],
      ["rtmpsPort", "RTMPS"],
      ["srtPort", "SRT"],
      ["webrtcPort", "WebRTC"],
    ] as const)
      expect(out).toMatch(
        new RegExp(`^ok +${title} port +${ports[name]}: a Rolecast server answers$`, "m"),
      );
  });
});

function argumentsOfProcesses(): string {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, "utf8");
      } catch {
        // It has ended since.
        return "";
      }
    })
    .join("\n");
}
