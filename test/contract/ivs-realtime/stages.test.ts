import { createHash, generateKeyPairSync } from "node:crypto";
import { CreateChannelCommand, ListTagsForResourceCommand } from "@aws-sdk/client-ivs";
import { IVSRealTime } from "@aws-sdk/client-ivs-realtime";
import {
  CreateBucketCommand,
  GetBucketPolicyCommand,
  PutBucketPolicyCommand,
} from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { allow, createUser } from "../../support/principals.ts";
import {
  type Clients,
  type Key,
  ROOT,
  startTestServer,
  type TestServer,
} from "../../support/test-server.ts";
import { claimsOf, outcomeOf } from "./support.ts";

const ARN = "arn:aws:ivs:us-east-1:000000000000";
const NOT_RECORDED = {
  storageConfigurationArn: "",
  mediaTypes: ["AUDIO_VIDEO"],
  thumbnailConfiguration: {
    targetIntervalSeconds: 60,
    storage: ["SEQUENTIAL"],
    recordingMode: "DISABLED",
  },
  recordingReconnectWindowSeconds: 0,
  hlsConfiguration: { targetSegmentDurationSeconds: 6 },
  recordParticipantReplicas: true,
};

let server: TestServer;
let root: Clients;
let realTime: IVSRealTime;
beforeAll(async () => {
  server = await startTestServer();
  root = server.clients();
  realTime = clientOf(ROOT);
});
afterAll(() => server?.close());

function clientOf(credentials: Key, region = "us-east-1") {
  return new IVSRealTime({ endpoint: server.endpoint, region, credentials, maxAttempts: 1 });
}

describe("a stage", () => {
  test("is created with tokens, changed, listed page by page and deleted", async () => {
    const made = await realTime.createStage({
      name: "one",
      tags: { team: "a" },
      participantTokenConfigurations: [{ userId: "host" }, { capabilities: ["SUBSCRIBE"] }],
    });
    const { stage } = made;
    const arn = stage?.arn ?? "";
    expect(stage).toEqual({
      arn: expect.stringMatching(new RegExp(`^${ARN}:stage/[A-Za-z0-9]{12}$`)),
      name: "one",
      tags: { team: "a" },
      autoParticipantRecordingConfiguration: NOT_RECORDED,
      endpoints: {
        events: expect.stringMatching(/^ws:/),
        whip: expect.stringMatching(/^http:/),
        rtmp: expect.stringMatching(/^rtmp:\/\/.*\/app\/$/),
        rtmps: expect.stringMatching(/^rtmps:\/\/.*\/app\/$/),
      },
    });
    expect(made.participantTokens).toHaveLength(2);
    expect((await realTime.getStage({ arn })).stage).toEqual(stage);
    const updated = await realTime.updateStage({ arn, name: "two" });
    expect(updated.stage).toEqual({ ...stage, name: "two" });
    await realTime.createStage({});
    const first = await realTime.listStages({ maxResults: 1 });
    expect(first.stages).toEqual([{ arn, name: "two", tags: { team: "a" } }]);
    const second = await realTime.listStages({ maxResults: 1, nextToken: first.nextToken });
    expect([second.stages?.length, second.nextToken]).toEqual([1, undefined]);
    await realTime.deleteStage({ arn });
    expect(await outcomeOf(realTime.getStage({ arn }))).toBe("ResourceNotFoundException");
  });

  test("gives tokens with the claims that Amazon's clients read", async () => {
    const { stage } = await realTime.createStage({});
    const { participantToken } = await realTime.createParticipantToken({
      ...{ stageArn: stage?.arn, userId: "guest", attributes: { seat: "4" }, duration: 5 },
      capabilities: ["PUBLISH"],
    });
    const { header, claims } = claimsOf(participantToken?.token);
    expect(header).toEqual({ alg: "KMS", typ: "JWT" });
    expect(claims).toEqual({
      exp: claims.iat + 5 * 60,
      iat: expect.any(Number),
      jti: participantToken?.participantId,
      resource: stage?.arn,
      topic: stage?.arn?.split("/")[1],
      events_url: stage?.endpoints?.events,
      whip_url: stage?.endpoints?.whip,
      user_id: "guest",
      attributes: { seat: "4" },
      capabilities: { allow_publish: true },
      version: "1.0",
    });
    expect(participantToken).toMatchObject({
      ...{ userId: "guest", attributes: { seat: "4" }, duration: 5, capabilities: ["PUBLISH"] },
      expirationTime: new Date(claims.exp * 1_000),
    });
    const defaults = await realTime.createParticipantToken({ stageArn: stage?.arn });
    expect(defaults.participantToken).toMatchObject({
      ...{ duration: 720, capabilities: ["PUBLISH", "SUBSCRIBE"] },
    });
  });

  test.each([
    ["attributes of more than 1 KB", { attributes: { a: "b".repeat(1_024) } }],
    ["a user id that is too long", { userId: "u".repeat(129) }],
    ["a duration beyond fourteen days", { duration: 20_161 }],
  ])("gives no token for %s", async (_what, more) => {
    const { stage } = await realTime.createStage({});
    const sent = realTime.createParticipantToken({ stageArn: stage?.arn, ...more });
    expect(await outcomeOf(sent)).toBe("ValidationException");
  });
});

describe("a storage configuration", () => {
  const policyOf = async (Bucket: string) =>
    root.s3.send(new GetBucketPolicyCommand({ Bucket })).then(
      ({ Policy }) => JSON.parse(Policy ?? ""),
      (error: Error) => error.name,
    );

  test("writes the bucket's policy, records a stage, and takes its statement back", async () => {
    const Bucket = "stage-recordings";
    await root.s3.send(new CreateBucketCommand({ Bucket }));
    const own = {
      ...{ Sid: "own", Effect: "Allow", Principal: { AWS: "000000000000" } },
      ...{ Action: "s3:GetObject", Resource: `arn:aws:s3:::${Bucket}/*` },
    };
    const Policy = JSON.stringify({ Version: "2012-10-17", Statement: [own] });
    await root.s3.send(new PutBucketPolicyCommand({ Bucket, Policy }));
    const { storageConfiguration } = await realTime.createStorageConfiguration({
      ...{ name: "store", s3: { bucketName: Bucket } },
    });
    const arn = storageConfiguration?.arn ?? "";
    expect((await policyOf(Bucket)).Statement).toEqual([
      expect.objectContaining({ Sid: "own" }),
      {
        Sid: `CompositeWrite-${arn.split("/")[1]}`,
        Effect: "Allow",
        Principal: { Service: "ivs-composite.us-east-1.amazonaws.com" },
        Action: ["s3:PutObject", "s3:PutObjectAcl"],
        Resource: `arn:aws:s3:::${Bucket}/*`,
        Condition: {
          StringEquals: { "s3:x-amz-acl": "bucket-owner-full-control" },
          Bool: { "aws:SecureTransport": "true" },
        },
      },
    ]);
    const recording = { storageConfigurationArn: arn, recordingReconnectWindowSeconds: 9 };
    const { stage } = await realTime.createStage({
      autoParticipantRecordingConfiguration: recording,
    });
    expect(stage?.autoParticipantRecordingConfiguration).toEqual({
      ...{ ...NOT_RECORDED, ...recording },
    });
    expect(await outcomeOf(realTime.deleteStorageConfiguration({ arn }))).toBe("ConflictException");
    const off = await realTime.updateStage({
      arn: stage?.arn,
      autoParticipantRecordingConfiguration: { storageConfigurationArn: "" },
    });
    expect(off.stage?.autoParticipantRecordingConfiguration).toEqual(NOT_RECORDED);
    await realTime.deleteStorageConfiguration({ arn });
    expect((await policyOf(Bucket)).Statement).toEqual([expect.objectContaining({ Sid: "own" })]);
  });

  test("leaves no policy behind where it was alone; the caller needs permissions", async () => {
    const bucketName = "alone";
    await root.s3.send(new CreateBucketCommand({ Bucket: bucketName }));
    const user = await createUser(root.iam, "no-policies", [
      allow(["ivs:*", "s3:GetBucketLocation", "s3:GetBucketPolicy"]),
    ]);
    const refused = clientOf(user).createStorageConfiguration({ s3: { bucketName } });
    await expect(refused).rejects.toMatchObject({
      name: "AccessDeniedException",
      message: expect.stringContaining("s3:PutBucketPolicy"),
    });
    expect(await policyOf(bucketName)).toBe("NoSuchBucketPolicy");
    expect((await realTime.listStorageConfigurations({})).storageConfigurations).toEqual([]);
    const { storageConfiguration } = await realTime.createStorageConfiguration({
      s3: { bucketName },
    });
    await realTime.deleteStorageConfiguration({ arn: storageConfiguration?.arn });
    expect(await policyOf(bucketName)).toBe("NoSuchBucketPolicy");
  });

  test("is of a bucket that is there, in the same Region", async () => {
    const missing = realTime.createStorageConfiguration({ s3: { bucketName: "not-there" } });
    expect(await outcomeOf(missing)).toBe("ResourceNotFoundException");
    const elsewhere = clientOf(ROOT, "eu-west-1").createStorageConfiguration({
      s3: { bucketName: "alone" },
    });
    expect(await outcomeOf(elsewhere)).toBe("ValidationException");
  });
});

describe("an encoder configuration", () => {
  test("has AWS's defaults, and an even picture of at most 1080p", async () => {
    const { encoderConfiguration } = await realTime.createEncoderConfiguration({ name: "hd" });
    const { arn } = encoderConfiguration ?? {};
    expect(encoderConfiguration).toEqual({
      ...{ arn, name: "hd", tags: {} },
      video: { width: 1_280, height: 720, framerate: 30, bitrate: 2_500_000 },
    });
    for (const video of [{ width: 101 }, { width: 1_920, height: 1_082 }, { bitrate: 9_000_000 }])
      expect(await outcomeOf(realTime.createEncoderConfiguration({ video }))).toBe(
        "ValidationException",
      );
    const { encoderConfigurations } = await realTime.listEncoderConfigurations({});
    expect(encoderConfigurations).toEqual([{ arn, name: "hd", tags: {} }]);
    await realTime.deleteEncoderConfiguration({ arn });
    expect(await outcomeOf(realTime.getEncoderConfiguration({ arn }))).toBe(
      "ResourceNotFoundException",
    );
  });
});

describe("an ingest configuration", () => {
  test("has a stream key of its stage, loses the stage with its deletion", async () => {
    const { stage } = await realTime.createStage({});
    const stageArn = stage?.arn ?? "";
    const { ingestConfiguration } = await realTime.createIngestConfiguration({
      ...{ stageArn, ingestProtocol: "RTMPS", userId: "encoder", attributes: { a: "b" } },
      redundantIngest: true,
    });
    const { arn } = ingestConfiguration ?? {};
    const id = arn?.split("/")[1];
    const key = expect.stringMatching(new RegExp(`^rt_000000000000_us-east-1_${id}_.{30}$`));
    const participantId = expect.stringMatching(/^[A-Za-z0-9]{12}$/);
    expect(ingestConfiguration).toEqual({
      ...{ arn, name: "", ingestProtocol: "RTMPS", stageArn, userId: "encoder", tags: {} },
      ...{ attributes: { a: "b" }, state: "INACTIVE", participantId, streamKey: key },
      redundantIngest: true,
      redundantIngestCredentials: [
        { participantId, streamKey: key },
        { participantId, streamKey: key },
      ],
    });
    const listed = async (input: object) =>
      (await realTime.listIngestConfigurations(input)).ingestConfigurations?.map((one) => one.arn);
    expect(await listed({ filterByStageArn: stageArn })).toEqual([arn]);
    expect(await listed({ filterByState: "ACTIVE" })).toEqual([]);
    await realTime.deleteStage({ arn: stageArn });
    expect((await realTime.getIngestConfiguration({ arn })).ingestConfiguration?.stageArn).toBe("");
    const gone = realTime.updateIngestConfiguration({ arn, stageArn });
    expect(await outcomeOf(gone)).toBe("ResourceNotFoundException");
    await realTime.updateIngestConfiguration({ arn, redundantIngest: false });
    const after = await realTime.getIngestConfiguration({ arn });
    expect(after.ingestConfiguration?.redundantIngestCredentials).toEqual([]);
    await realTime.deleteIngestConfiguration({ arn });
  });

  test("takes plain RTMP only where that is said", async () => {
    const create = (insecureIngest?: boolean) =>
      outcomeOf(realTime.createIngestConfiguration({ ingestProtocol: "RTMP", insecureIngest }));
    expect(await create()).toBe("ValidationException");
    expect(await create(true)).toBe("done");
  });
});

test("public keys are imported once each, three in a Region", async () => {
  const pem = () =>
    generateKeyPairSync("ec", { namedCurve: "secp384r1" })
      .publicKey.export({ type: "spki", format: "pem" })
      .toString();
  const publicKeyMaterial = pem();
  const { publicKey } = await realTime.importPublicKey({ publicKeyMaterial, name: "one" });
  const { arn } = publicKey ?? {};
  const der = Buffer.from(publicKeyMaterial.replace(/-----[^-]+-----|\s/g, ""), "base64");
  const digest = createHash("md5").update(der).digest("hex");
  const fingerprint = digest.replace(/..(?=.)/g, "$&:");
  expect(publicKey).toEqual({ arn, name: "one", publicKeyMaterial, fingerprint, tags: {} });
  const importOf = (material: string) =>
    outcomeOf(realTime.importPublicKey({ publicKeyMaterial: material }));
  expect(await importOf(publicKeyMaterial)).toBe("ConflictException");
  expect(await importOf("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n")).toBe(
    "ValidationException",
  );
  expect([await importOf(pem()), await importOf(pem()), await importOf(pem())]).toEqual([
    ...["done", "done", "ServiceQuotaExceededException"],
  ]);
  await realTime.deletePublicKey({ arn });
  expect((await realTime.listPublicKeys({})).publicKeys).toHaveLength(2);
});

describe("beside low-latency IVS, which signs with the same name", () => {
  test("tags are the operation of the API whose resource it is", async () => {
    const { channel } = await root.ivs.send(new CreateChannelCommand({ tags: { of: "channel" } }));
    const { stage } = await realTime.createStage({ tags: { of: "stage" } });
    for (const [arn, of] of [
      [channel?.arn, "channel"],
      [stage?.arn, "stage"],
    ]) {
      const resourceArn = arn ?? "";
      expect((await realTime.listTagsForResource({ resourceArn })).tags).toEqual({ of });
      const low = await root.ivs.send(new ListTagsForResourceCommand({ resourceArn }));
      expect(low.tags).toEqual({ of });
    }
    const resourceArn = stage?.arn ?? "";
    await realTime.tagResource({ resourceArn, tags: { more: "1" } });
    await realTime.untagResource({ resourceArn, tagKeys: ["of"] });
    expect((await realTime.getStage({ arn: resourceArn })).stage?.tags).toEqual({ more: "1" });
  });

  test("policies decide on the stage and its tags", async () => {
    const { stage } = await realTime.createStage({ tags: { team: "a" } });
    const { stage: other } = await realTime.createStage({ tags: { team: "b" } });
    const user = await createUser(root.iam, "team-a", [
      {
        ...allow("ivs:CreateParticipantToken", `${ARN}:stage/*`),
        Condition: { StringEquals: { "aws:ResourceTag/team": "a" } },
      },
    ]);
    const token = (stageArn: string | undefined) =>
      clientOf(user).createParticipantToken({ stageArn });
    expect(await outcomeOf(token(stage?.arn))).toBe("done");
    await expect(token(other?.arn)).rejects.toMatchObject({
      name: "AccessDeniedException",
      message: [
        `User: ${user.arn} is not authorized to perform: ivs:CreateParticipantToken on resource:`,
        `${other?.arn} because no identity-based policy allows`,
        "the ivs:CreateParticipantToken action",
      ].join(" "),
    });
    expect(await outcomeOf(clientOf(user).getStage({ arn: stage?.arn }))).toBe(
      "AccessDeniedException",
    );
  });
});
