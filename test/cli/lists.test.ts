import * as ivs from "@aws-sdk/client-ivs";
import { CreateStageCommand, IVSRealTimeClient } from "@aws-sdk/client-ivs-realtime";
import { afterAll, beforeAll, expect, test } from "vitest";
import { fetchSigned } from "../../packages/cli/src/signed-request.ts";
import { createUser } from "../support/principals.ts";
import { COMMAND, rolecast } from "../support/rolecast-command.ts";
import { startOnTerminal } from "../support/terminal-process.ts";
import { type Key, ROOT, startTestServer, type TestServer } from "../support/test-server.ts";
import { until } from "../support/until.ts";

const REGION = "eu-central-1";
/** The longest name that a channel may have is longer; this one makes no list fit 80 columns. */
const LONG_NAME = "the-stage-of-the-town-hall-in-november";

let server: TestServer;
const arns = new Map<string, string>();

beforeAll(async () => {
  server = await startTestServer();
  const client = server.clients(ROOT, REGION).ivs;
  for (const name of ["first", LONG_NAME]) {
    const { channel } = await client.send(new ivs.CreateChannelCommand({ name, type: "BASIC" }));
    arns.set(name, channel?.arn ?? "");
  }
});
afterAll(() => server?.close());

function run(line: string, key: Key = ROOT) {
  const env = {
    AWS_ENDPOINT_URL: server.endpoint,
    AWS_REGION: REGION,
    AWS_ACCESS_KEY_ID: key.accessKeyId,
    AWS_SECRET_ACCESS_KEY: key.secretAccessKey,
  };
  return rolecast(line.split(" "), { env });
}

test("what there is none of is said with the command that makes one", async () => {
  expect((await run("stage ls")).out).toMatch(/^No stages in eu-central-1\. .*create-stage/);
  expect((await run("stack ls")).out).toMatch(/^No stacks in eu-central-1\. .*stack deploy/);
  expect((await run("channel ls --region us-east-1")).out).toMatch(
    /^No channels in us-east-1\. .*create-channel/,
  );
});

test("channels and stages are listed by name, with who is live", async () => {
  const stages = new IVSRealTimeClient({
    ...{ endpoint: server.endpoint, region: REGION, credentials: ROOT },
  });
  const { stage } = await stages.send(new CreateStageCommand({ name: "rehearsal" }));
  expect((await run("stage ls")).out).toMatch(
    new RegExp(`^NAME +STATE +ARN\nrehearsal +empty +${stage?.arn}\n$`),
  );
  expect((await run("channel ls")).out).toMatch(
    new RegExp(`^first +BASIC +offline +no +${arns.get("first")}$`, "m"),
  );
  await publishTestPicture(arns.get("first") ?? "");
  expect((await run("channel ls")).out).toMatch(/^first +BASIC +live, 0 viewers +no /m);
  const { out } = await run("status");
  expect(out).toMatch(/^Key of +the root user of account 000000000000\nLive +1 in eu-central-1$/m);
  expect(out).toMatch(/^CHANNEL .*\nfirst +HEALTHY +0 +2/m);
});

test("whoever may not list streams still gets channels", async () => {
  const policy = [{ Effect: "Allow", Action: "ivs:ListChannels", Resource: "*" }];
  const guest = await createUser(server.clients().iam, "guest", policy);
  const { code, out, err } = await run("channel ls", guest);
  expect([code, out]).toEqual([0, expect.stringMatching(/^first +BASIC +unknown +no /m)]);
  expect(err).toMatch(/which channels are live isn't known: User: .*ivs:ListStreams/);
});

test("on a terminal of 80 columns nothing is longer", async () => {
  for (const line of ["channel ls", "status"]) {
    const terminal = startOnTerminal(`exec ${process.execPath} ${COMMAND} ${line}`, {
      columns: 80,
      env: { AWS_ENDPOINT_URL: server.endpoint, AWS_REGION: REGION, NO_COLOR: "1" },
    });
    await until(() => terminal.exited, `the end of ${line}`);
    const lines = terminal.shown().split("\r\n");
    expect(lines.filter((each) => each.length > 80)).toEqual([]);
    if (line === "channel ls") expect(lines).toContain(`  ${arns.get(LONG_NAME)}`);
  }
});

async function publishTestPicture(ChannelArn: string): Promise<void> {
  const signer = { endpoint: server.endpoint, credentials: ROOT };
  const request = { path: "/_rolecast/test-pictures", method: "POST", region: REGION } as const;
  const answer = await fetchSigned(signer, { ...request, json: { ChannelArn } });
  expect(answer.status).toBe(200);
  const list = () => server.clients(ROOT, REGION).ivs.send(new ivs.ListStreamsCommand({}));
  await until(async () => (await list()).streams?.length === 1, "the channel is live");
}
