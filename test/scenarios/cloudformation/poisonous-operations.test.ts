import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  CloudFormationClient,
  CreateStackCommand,
  DeleteStackCommand,
  DescribeStackEventsCommand,
  DescribeStacksCommand,
} from "@aws-sdk/client-cloudformation";
import { afterAll, expect, test } from "vitest";
import { preload } from "../../support/preload.ts";
import { type ServerProcess, startServerProcess } from "../../support/server-process.ts";
import { ROOT } from "../../support/test-server.ts";
import { until } from "../../support/until.ts";

/*
 * An operation that can't be worked on: whoever evaluates its stack dies, or throws. A bug of ours,
 * which these servers get by a module that they load before themselves.
 */
const folders: string[] = [];
afterAll(async () => {
  for (const folder of folders) await rm(folder, { recursive: true, force: true });
});

const PARAMETER = "poisonous-parameter";
const TEMPLATE = JSON.stringify({
  Parameters: { Value: { Type: "String" } },
  Resources: {
    Role: {
      Type: "AWS::IAM::Role",
      Properties: {
        AssumeRolePolicyDocument: {
          Version: "2012-10-17",
          Statement: [{ Effect: "Allow", Principal: { AWS: "*" }, Action: "sts:AssumeRole" }],
        },
      },
    },
    Handle: { Type: "AWS::CloudFormation::WaitConditionHandle" },
    Waits: {
      Type: "AWS::CloudFormation::WaitCondition",
      DependsOn: "Role",
      Properties: { Handle: { Ref: "Handle" }, Timeout: "600" },
    },
  },
});

/** A folder, and servers in it that fail so, once they are armed. */
async function poisoned(how: "die" | "throw") {
  const dir = await mkdtemp(join(tmpdir(), "rolecast-poison-"));
  folders.push(dir);
  const armed = join(dir, "armed");
  const fails =
    how === "die" ? 'process.kill(process.pid, "SIGKILL")' : 'throw new Error("poison")';
  const environment = await preload(
    dir,
    "poison",
    `const parse = JSON.parse;
    JSON.parse = (text, ...rest) => {
      const isIt = typeof text === "string" && text.includes("${PARAMETER}");
      if (isIt && fs.existsSync(${JSON.stringify(armed)})) {
        if (new Error().stack.includes("evaluateStack")) ${fails};
      }
      return parse(text, ...rest);
    };`,
  );
  return {
    start: () => startServerProcess(["--data", join(dir, "data")], environment),
    arm: () => writeFile(armed, ""),
    disarm: () => rm(armed),
  };
}

function clientOf({ endpoint }: ServerProcess): CloudFormationClient {
  return new CloudFormationClient({
    ...{ endpoint, region: "us-east-1", credentials: ROOT, maxAttempts: 1 },
  });
}

async function create(client: CloudFormationClient): Promise<void> {
  const Parameters = [{ ParameterKey: "Value", ParameterValue: PARAMETER }];
  const Capabilities = ["CAPABILITY_IAM" as const];
  await client.send(
    new CreateStackCommand({
      ...{ StackName: "poisonous", TemplateBody: TEMPLATE, Parameters, Capabilities },
    }),
  );
}

async function statusOf(client: CloudFormationClient, StackName = "poisonous") {
  const { Stacks = [] } = await client.send(new DescribeStacksCommand({ StackName }));
  return Stacks[0];
}

/** The stack once it has failed; its deletion ends as every other. */
async function expectFailed(client: CloudFormationClient): Promise<string> {
  const failed = await until(async () => {
    const stack = await statusOf(client);
    return stack?.StackStatus !== "CREATE_IN_PROGRESS" && stack;
  }, "the end of the operation");
  expect(failed.StackStatus).toBe("CREATE_FAILED");
  expect(failed.StackStatusReason).toMatch(/^Internal Failure: /);
  const events = await client.send(new DescribeStackEventsCommand({ StackName: "poisonous" }));
  const last = events.StackEvents?.slice(0, 2).map(
    ({ LogicalResourceId, ResourceStatus }) => `${LogicalResourceId} ${ResourceStatus}`,
  );
  expect(last).toEqual(["poisonous CREATE_FAILED", "Waits CREATE_FAILED"]);
  return failed.StackId ?? "";
}

async function expectDeletable(client: CloudFormationClient, StackId: string): Promise<void> {
  await client.send(new DeleteStackCommand({ StackName: "poisonous" }));
  const deleted = await until(async () => {
    const stack = await statusOf(client, StackId);
    return stack?.StackStatus !== "DELETE_IN_PROGRESS" && stack;
  }, "the end of the deletion");
  expect(deleted.StackStatus).toBe("DELETE_COMPLETE");
}

test("an operation that takes the server down in each start ends as failed", async () => {
  const { start, arm, disarm } = await poisoned("die");
  const first = await start();
  await create(clientOf(first));
  await arm();
  // It dies by itself: the signal ends nothing.
  await first.stop("SIGCONT");
  for (let starts = 2; starts <= 5; starts++) {
    const each = await start().catch(() => undefined);
    await each?.stop("SIGCONT");
  }
  const last = await start();
  const StackId = await expectFailed(clientOf(last));
  await disarm();
  await expectDeletable(clientOf(last), StackId);
  await last.stop();
}, 120_000);

test("an operation that fails unexpectedly again and again ends as failed", async () => {
  const { start, arm, disarm } = await poisoned("throw");
  const server = await start();
  const client = clientOf(server);
  await create(client);
  await arm();
  const StackId = await expectFailed(client);
  await disarm();
  await expectDeletable(client, StackId);
  await server.stop();
}, 120_000);
