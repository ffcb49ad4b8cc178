import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import {
  CreateTrailCommand,
  StartLoggingCommand,
  StopLoggingCommand,
} from "@aws-sdk/client-cloudtrail";
import { CreateUserCommand, GetRoleCommand, ListUsersCommand } from "@aws-sdk/client-iam";
import {
  CreateBucketCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutBucketPolicyCommand,
} from "@aws-sdk/client-s3";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type EventRecord, lookupRecords } from "../../support/event-records.ts";
import { policyOf } from "../../support/principals.ts";
import { type ServerProcess, startServerProcess } from "../../support/server-process.ts";

const KILLS = 2;
const CALLS = 150;
/** The process is killed when so many calls of a round were answered and others are under way. */
const ANSWERED = 60;
const BUCKET = "killed-logs";

let dataDir: string;
beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), "rolecast-data-"));
});
afterAll(() => rm(dataDir, { recursive: true, force: true }));

async function startTrail({ s3, cloudtrail }: ServerProcess["root"]): Promise<void> {
  await s3.send(new CreateBucketCommand({ Bucket: BUCKET }));
  const Principal = { Service: "cloudtrail.amazonaws.com" };
  const Resource = [`arn:aws:s3:::${BUCKET}`, `arn:aws:s3:::${BUCKET}/*`];
  const Action = ["s3:GetBucketAcl", "s3:PutObject"];
  const Policy = policyOf([{ Effect: "Allow", Principal, Action, Resource }]);
  await s3.send(new PutBucketPolicyCommand({ Bucket: BUCKET, Policy }));
  await cloudtrail.send(new CreateTrailCommand({ Name: "killed", S3BucketName: BUCKET }));
  await cloudtrail.send(new StartLoggingCommand({ Name: "killed" }));
}

/** Changes and refused reads, until the kill; gives the request ids of those that were answered. */
async function callUntilKilled(server: ServerProcess, round: number): Promise<readonly string[]> {
  const answered: string[] = [];
  const { iam } = server.root;
  let dead: Promise<unknown> | undefined;
  const note = (requestId: string | undefined) => {
    answered.push(requestId ?? "");
    if (answered.length === ANSWERED) dead = server.stop("SIGKILL");
  };
  const calls = Array.from({ length: CALLS }, async (_, index) => {
    try {
      if (index % 2 === 0) {
        const UserName = `user-${round}-${index}`;
        note((await iam.send(new CreateUserCommand({ UserName }))).$metadata.requestId);
      } else {
        await iam.send(new GetRoleCommand({ RoleName: `none-${round}-${index}` }));
      }
    } catch (error) {
      // A refusal is an answer; what has none was cut off.
      const { $metadata } = error as {
        $metadata?: { httpStatusCode?: number; requestId?: string };
      };
      if ($metadata?.httpStatusCode === 404) note($metadata.requestId);
    }
  });
  await Promise.all(calls);
  await dead;
  return answered;
}

async function deliveredIds({ s3 }: ServerProcess["root"]): Promise<ReadonlySet<string>> {
  const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: BUCKET }));
  const ids = new Set<string>();
  for (const { Key = "" } of Contents.filter(({ Size = 0 }) => Size > 0)) {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: BUCKET, Key }));
    const text = gunzipSync((await Body?.transformToByteArray()) ?? "").toString();
    for (const { eventID } of (JSON.parse(text) as { Records: EventRecord[] }).Records)
      ids.add(eventID);
  }
  return ids;
}

test("after a kill -9 every answered call and every change has its record, once, also in the trail", async () => {
  const answered: string[] = [];
  for (let round = 0; round < KILLS; round++) {
    const server = await startServerProcess(["--data", dataDir]);
    if (round === 0) await startTrail(server.root);
    answered.push(...(await callUntilKilled(server, round)));
  }
  const after = await startServerProcess(["--data", dataDir]);
  const { iam, cloudtrail } = after.root;
  const records = await lookupRecords(cloudtrail);
  const requestIds = records.map(({ requestID }) => requestID);
  expect(new Set(requestIds).size).toBe(requestIds.length);
  expect(answered.length).toBeGreaterThanOrEqual(KILLS * ANSWERED);
  expect(answered.filter((requestId) => !requestIds.includes(requestId))).toEqual([]);

  const { Users = [] } = await iam.send(new ListUsersCommand({ MaxItems: 1000 }));
  const created = records
    .filter(({ eventName, errorCode }) => eventName === "CreateUser" && errorCode === undefined)
    .map(({ requestParameters }) => requestParameters?.userName);
  expect(created.sort()).toEqual(Users.map(({ UserName }) => UserName).sort());

  await cloudtrail.send(new StopLoggingCommand({ Name: "killed" }));
  const changes = records
    .filter(({ eventName }) => eventName === "CreateUser" || eventName === "GetRole")
    .map(({ eventID }) => eventID);
  await expect
    .poll(async () => {
      const delivered = await deliveredIds(after.root);
      return changes.filter((eventId) => !delivered.has(eventId));
    })
    .toEqual([]);
  await after.stop();
});
