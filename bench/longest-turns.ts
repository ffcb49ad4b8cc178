/*
 * How long single requests hold the loop that serves all others:
 * `npx tsx bench/longest-turns.ts [--only NAMES] [--least MS]`.
 *
 * Method: a server in this process gets each operation that works (docs/operations.md) with inputs
 * made from its schema and constraints: the required members, then one large member after the
 * other, as long as its limit allows, and hand-written documents that are dear to read (policies,
 * templates, patterns, expressions). Printed is the processor's time of the longest turn of the
 * loop until the answer has come, of Linux's `/proc/self/task/TID/schedstat`: the least of three
 * runs where the first took longer than 25 ms. The limit is 50 ms. `--only` has services or
 * operations, with commas between; turns below `--least` (10) aren't shown. An input that stops at
 * a check of the client's or of the server's isn't larger than that check.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { CloudFormationClient, CreateStackCommand } from "@aws-sdk/client-cloudformation";
import {
  CreateGroupCommand,
  CreateRoleCommand,
  CreateUserCommand,
  IAMClient,
} from "@aws-sdk/client-iam";
import { CreateAliasCommand, CreateKeyCommand, KMSClient } from "@aws-sdk/client-kms";
import { CreateBucketCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { createServer } from "@rolecast/server";
import { ServiceWire } from "@rolecast/wire";
import "./exit-by-signal.ts";
import { largestInputs } from "./longest-turns/largest-input.ts";
import { ROOT, type Sendable, Signer, send } from "./longest-turns/requests.ts";
import { DOCUMENTS, LARGE_TEMPLATES, PLACES } from "./longest-turns/seeds.ts";
import { CALLED, type Called } from "./longest-turns/services.ts";
import { longestTurnMs } from "./longest-turns/turn-meter.ts";

/** A turn that is shorter isn't measured again. */
const SHORT_MS = 25;
const RUNS_MAX = 3;

const { values } = parseArgs({
  options: { only: { type: "string" }, least: { type: "string", default: "10" } },
});
const only = values.only?.split(",");

interface Found {
  readonly ms: number;
  readonly what: string;
  readonly answer: string;
}

/** The things that seeds name. */
async function prepare(endpoint: string): Promise<void> {
  const options = { endpoint, region: "us-east-1", credentials: ROOT, maxAttempts: 1 };
  const iam = new IAMClient(options);
  const trust = {
    Version: "2012-10-17",
    Statement: { Effect: "Allow", Action: "sts:AssumeRole", Principal: { AWS: "*" } },
  };
  const AssumeRolePolicyDocument = JSON.stringify(trust);
  await iam.send(new CreateRoleCommand({ RoleName: "app", AssumeRolePolicyDocument }));
  await iam.send(new CreateUserCommand({ UserName: "alice" }));
  await iam.send(new CreateGroupCommand({ GroupName: "group" }));
  const s3 = new S3Client({ ...options, forcePathStyle: true });
  for (const Bucket of ["turns-bucket", "turns-templates"])
    await s3.send(new CreateBucketCommand({ Bucket }));
  await s3.send(new PutObjectCommand({ Bucket: "turns-bucket", Key: "object", Body: "a" }));
  for (const [index, Body] of LARGE_TEMPLATES.entries())
    await s3.send(new PutObjectCommand({ Bucket: "turns-templates", Key: `${index}`, Body }));
  const kms = new KMSClient(options);
  const key = { KeySpec: "RSA_4096", KeyUsage: "SIGN_VERIFY" } as const;
  const { KeyMetadata } = await kms.send(new CreateKeyCommand(key));
  const alias = { AliasName: "alias/turns", TargetKeyId: KeyMetadata?.KeyId };
  await kms.send(new CreateAliasCommand(alias));
  const TemplateBody = '{"Resources":{"W":{"Type":"AWS::CloudFormation::WaitConditionHandle"}}}';
  const stacks = new CloudFormationClient(options);
  await stacks.send(new CreateStackCommand({ StackName: "turns-there", TemplateBody }));
}

/** Operations by their services, those that take things away at last. */
function workingOperations(): readonly (readonly [string, readonly string[]])[] {
  const page = readFileSync(join(import.meta.dirname, "../docs/operations.md"), "utf8");
  const isLast = (name: string) =>
    /^(Delete|Remove|Schedule|Disable|Close|Leave|Cancel)/.test(name);
  return page
    .split("\n## ")
    .slice(1)
    .map((section) => {
      const [title = ""] = section.split("\n");
      const [, names = ""] = /\d+ work: (.*)\./.exec(section) ?? [];
      return [title, names.split(", ").sort((a, b) => Number(isLast(a)) - Number(isLast(b)))];
    });
}

async function measured(endpoint: string, request: Sendable): Promise<Omit<Found, "what">> {
  let answer = "";
  let ms = Number.POSITIVE_INFINITY;
  for (let run = 0; run < RUNS_MAX && ms > SHORT_MS; run++) {
    const turn = await longestTurnMs(async () => {
      const { status, text } = await send(endpoint, request);
      answer = `${status} ${text.replaceAll("\n", " ").slice(0, 120)}`;
    });
    ms = Math.min(ms, turn);
  }
  return { ms, answer };
}

async function turnsOf(title: string, operations: readonly string[], called: Called) {
  const { endpoint } = server;
  const signer = new Signer(called, endpoint);
  const wire = new ServiceWire({
    ...{ name: "x", signingName: "x", protocol: "awsJson1_1", version: "1", targetPrefix: "X" },
    schemas: called.schemas,
  } as never);
  const shapes = new Map([...wire.operations.values()].map(({ name, input }) => [name, input]));
  const addresses = LARGE_TEMPLATES.map((_, index) => `${endpoint}/turns-templates/${index}`);
  const seeds = { ...DOCUMENTS, ...PLACES, TemplateURL: addresses };
  const found: Found[] = [];
  let unsigned = 0;
  for (const operation of operations) {
    if (only && !only.includes(operation) && !only.includes(title)) continue;
    const Command = called.module[`${operation}Command`] as new (input: object) => unknown;
    const inputs = largestInputs(operation, shapes.get(operation), called.constraints, seeds);
    for (const { of, input } of inputs) {
      const request = await signer.sign(new Command(structuredClone(input))).catch(() => undefined);
      if (request) {
        const what = `${title} ${operation}, ${of} (${request.body?.length ?? 0} B)`;
        found.push({ what, ...(await measured(endpoint, request)) });
      } else unsigned += 1;
    }
  }
  return { found, unsigned };
}

const server = await createServer({
  ...{ data: "memory", port: 0, rtmpPort: 0, rtmpsPort: 0, srtPort: 0, transcodeCores: 0 },
});
try {
  await prepare(server.endpoint);
  const all: Found[] = [];
  let refused = 0;
  for (const [title, operations] of workingOperations()) {
    const called = CALLED[title];
    if (!called) continue;
    const { found, unsigned } = await turnsOf(title, operations, called);
    all.push(...found);
    refused += unsigned;
  }
  all.sort((a, b) => b.ms - a.ms);
  for (const { ms, what, answer } of all)
    if (ms >= Number(values.least))
      console.log(`${ms.toFixed(1).padStart(7)} ms  ${what}: ${answer}`);
  console.log(`${all.length} requests; ${refused} inputs were refused by the client itself.`);
} finally {
  await server.close();
}
