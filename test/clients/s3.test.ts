import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import * as s3 from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { awsCli, hasAwsCli, NO_AWS_CLI } from "../support/aws-cli.ts";
import { hasModules, PYTHON } from "../support/python.ts";
import { startTestServer, type TestServer } from "../support/test-server.ts";

const SCRIPT = fileURLToPath(new URL("s3_boto3.py", import.meta.url));

const hasBoto3 = hasModules("boto3");

let server: TestServer;
let dir: string;
beforeAll(async () => {
  server = await startTestServer();
  dir = await mkdtemp(join(tmpdir(), "rolecast-s3-clients-"));
});
afterAll(async () => {
  await server?.close();
  await rm(dir, { recursive: true, force: true });
});

function run(file: string, args: readonly string[]) {
  return promisify(execFile)(file, [...args], {
    env: {
      PATH: process.env.PATH,
      HOME: dir,
      AWS_ENDPOINT_URL: server.endpoint,
      AWS_ACCESS_KEY_ID: "test",
      AWS_SECRET_ACCESS_KEY: "test",
      AWS_DEFAULT_REGION: "us-east-1",
      AWS_EC2_METADATA_DISABLED: "true",
      AWS_CONFIG_FILE: join(dir, "config"),
    },
  });
}

describe.skipIf(!hasBoto3)(`boto3 (skipped when ${PYTHON} has no boto3)`, () => {
  test("keeps objects, in parts too, presigns URLs and follows Regions", async () => {
    const { stdout } = await run(PYTHON, [SCRIPT]);
    expect(stdout.trim().split("\n").at(-1)).toBe("done");
  });
});

describe.skipIf(!hasAwsCli)(`the AWS CLI (${NO_AWS_CLI})`, () => {
  test("copies files to and fro in parts, synchronises folders, and removes buckets", async () => {
    await writeFile(
      join(dir, "config"),
      "[default]\ns3 =\n  multipart_threshold = 5MB\n  multipart_chunksize = 5MB\n",
    );
    const bytes = randomBytes(11 * 1024 * 1024 + 1);
    const [up, down] = [join(dir, "up.bin"), join(dir, "down.bin")];
    await writeFile(up, bytes);
    await server.clients().s3.send(new s3.CreateBucketCommand({ Bucket: "cli-contract" }));
    await run(await awsCli(), ["s3", "cp", up, "s3://cli-contract/folder/up.bin"]);
    await run(await awsCli(), ["s3", "cp", "s3://cli-contract/folder/up.bin", down]);
    expect((await readFile(down)).equals(bytes)).toBe(true);
    await run(await awsCli(), ["s3", "sync", dir, "s3://cli-contract/sync", "--exclude", "*.bin"]);
    const { stdout } = await run(await awsCli(), ["s3", "ls", "--recursive", "s3://cli-contract"]);
    expect(stdout).toMatch(/ 11534337 folder\/up\.bin\n.* sync\/config\n/);
    await run(await awsCli(), ["s3", "rb", "--force", "s3://cli-contract"]);
    const { Buckets } = await server.clients().s3.send(new s3.ListBucketsCommand({}));
    expect(Buckets?.map(({ Name }) => Name)).not.toContain("cli-contract");
  });
});

test("a bucket in the host's name is the one in the path", async () => {
  const { s3: client } = server.clients();
  const Bucket = "by.host.name";
  await client.send(new s3.CreateBucketCommand({ Bucket }));
  await client.send(new s3.PutObjectCommand({ Bucket, Key: "a/b c", Body: "by host" }));
  const Statement = [
    {
      Effect: "Allow",
      Principal: "*",
      Action: "s3:GetObject",
      Resource: `arn:aws:s3:::${Bucket}/*`,
    },
  ];
  await client.send(new s3.DeletePublicAccessBlockCommand({ Bucket }));
  const Policy = JSON.stringify({ Version: "2012-10-17", Statement });
  await client.send(new s3.PutBucketPolicyCommand({ Bucket, Policy }));
  const { port } = new URL(server.endpoint);
  for (const host of [`${Bucket}.localhost:${port}`, `${Bucket}.s3.us-east-1.amazonaws.com`]) {
    const body = await new Promise<string>((resolve, reject) => {
      request(`${server.endpoint}/a/b%20c`, { headers: { host } }, (answer) => {
        text(answer).then(resolve, reject);
      })
        .on("error", reject)
        .end();
    });
    expect(body).toBe("by host");
  }
});
