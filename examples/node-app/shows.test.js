import {
  CreateAccessKeyCommand,
  CreateUserCommand,
  GetRoleCommand,
  IAMClient,
  PutUserPolicyCommand,
} from "@aws-sdk/client-iam";
import { IvsClient } from "@aws-sdk/client-ivs";
import { CreateBucketCommand, S3Client } from "@aws-sdk/client-s3";
import { createTestServer } from "rolecast/testing";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { openShow, titlesOfShows } from "./shows.js";

let server;
let iam;
let ivs;

beforeAll(async () => {
  server = await createTestServer();
  iam = new IAMClient(server.clientOptions);
  ivs = new IvsClient(server.clientOptions);
});
beforeEach(async () => {
  const s3 = new S3Client(server.clientOptions);
  await s3.send(new CreateBucketCommand({ Bucket: "shows" }));
});
afterEach(() => server.reset());
afterAll(() => server.close());

test("a show has an ingest address and a playback URL, and IVS gets its role", async () => {
  const show = await openShow(ivs, { title: "evening", bucket: "shows" });
  expect(show.ingest).toMatch(/^rtmps:\/\/.+\/app\/sk_/);
  expect(show.playbackUrl).toContain(".m3u8");
  const { Role } = await iam.send(
    new GetRoleCommand({ RoleName: "AWSServiceRoleForIVSRecordToS3" }),
  );
  expect(Role.Path).toBe("/aws-service-role/ivs.amazonaws.com/");
});

test("each test begins empty", async () => {
  expect(await titlesOfShows(ivs)).toEqual([]);
});

test("the policy of the application's user lacks what the first recording needs", async () => {
  await iam.send(new CreateUserCommand({ UserName: "app" }));
  const allow = (Action) => ({ Effect: "Allow", Action, Resource: "*" });
  const Statement = [allow(["ivs:CreateChannel", "ivs:CreateRecordingConfiguration"])];
  await iam.send(
    new PutUserPolicyCommand({
      UserName: "app",
      PolicyName: "shows",
      PolicyDocument: JSON.stringify({ Version: "2012-10-17", Statement }),
    }),
  );
  const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName: "app" }));
  const credentials = {
    accessKeyId: AccessKey.AccessKeyId,
    secretAccessKey: AccessKey.SecretAccessKey,
  };
  const asApp = new IvsClient({ ...server.clientOptions, credentials });
  await expect(openShow(asApp, { title: "evening", bucket: "shows" })).rejects.toThrow(
    /not authorized to perform/,
  );
});
