import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { GetUserCommand, ListUsersCommand } from "@aws-sdk/client-iam";
import {
  CreateChannelCommand,
  GetChannelCommand,
  GetStreamCommand,
  GetStreamSessionCommand,
} from "@aws-sdk/client-ivs";
import { CreateKeyCommand, DecryptCommand, EncryptCommand, KMSClient } from "@aws-sdk/client-kms";
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  PutObjectCommand,
} from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  hasPostgres,
  type PostgresServer,
  startPostgres,
} from "../../packages/server/src/storage/testing/postgres-server.ts";
import { makeBucket, makeRecordingConfiguration } from "../contract/ivs/recording-bucket.ts";
import { copyBucket, firstRecordedFile } from "../scenarios/ivs/bucket-copy.ts";
import {
  decodedSeconds,
  type Encoder,
  type Film,
  makeFilm,
  publish,
} from "../scenarios/ivs/encoder.ts";
import { buildCommit, earlierCommit } from "../support/earlier-build.ts";
import { allow, assumeRole, createRole, createUser, trusting } from "../support/principals.ts";
import { type ServerProcess, startServerProcess } from "../support/server-process.ts";
import { ROOT } from "../support/test-server.ts";
import { until } from "../support/until.ts";

/*
 * Nodes of the release before and of this build beside each other on one database, as while they
 * are replaced one after the other. The former is built from its commit: a clone without history
 * skips this.
 */

const commit = earlierCommit();
const FILM_SECONDS = 30;
const WAIT = { withinMs: 120_000 };
const Bucket = "beside";

describe.skipIf(!hasPostgres || commit === undefined)("an earlier build and this one", () => {
  let postgres: PostgresServer;
  let data: string;
  let film: Film;
  let release: string;
  const started: ServerProcess[] = [];
  const encoders: Encoder[] = [];
  beforeAll(async () => {
    release = buildCommit(commit ?? "");
    postgres = await startPostgres();
    data = await mkdtemp(join(tmpdir(), "rolecast-two-releases-"));
    film = await makeFilm(FILM_SECONDS);
  }, 600_000);
  afterAll(async () => {
    for (const encoder of encoders) encoder.kill();
    for (const server of started) await server.stop("SIGKILL");
    await postgres?.remove();
    if (data) await rm(data, { recursive: true });
  });

  async function start(program?: string): Promise<ServerProcess> {
    const database = { ROLECAST_DATABASE: postgres.url };
    const server = await startServerProcess(["--data", data], database, [], program);
    started.push(server);
    return server;
  }

  /** Begins a recording on a node, until it has a first file. */
  async function record(node: ServerProcess) {
    const bucket = await makeBucket(node.root);
    const { arn } = await makeRecordingConfiguration(node.root, bucket);
    const { channel, streamKey } = await node.root.ivs.send(
      new CreateChannelCommand({ recordingConfigurationArn: arn }),
    );
    const url = `rtmps://localhost:${node.rtmpsPort}/app/${streamKey?.value}`;
    const encoder = publish(film, url, 2, true);
    encoders.push(encoder);
    await firstRecordedFile(node.root, bucket);
    return { bucket, channelArn: channel?.arn ?? "", encoder };
  }

  /** The recording of a node that was killed is ended by `node`, and decodes. */
  async function expectFinished(node: ServerProcess, bucket: string, channelArn: string) {
    await until(
      async () => {
        const asked = new GetStreamSessionCommand({ channelArn });
        const { streamSession } = await node.root.ivs.send(asked);
        const names = streamSession?.truncatedEvents?.map(({ name }) => name) ?? [];
        return names.includes("Recording End") && streamSession?.endTime !== undefined;
      },
      "the end of the recording",
      WAIT,
    );
    const copy = await copyBucket(node.root.s3, bucket);
    const master = copy.keys.find((key) => key.endsWith("/hls/master.m3u8")) ?? "";
    expect(await decodedSeconds(`${copy.folder}/${master}`)).toBeGreaterThan(5);
    await copy.remove();
  }

  /** Everything that one node writes is the other's at once. */
  async function expectShared(writer: ServerProcess, reader: ServerProcess, name: string) {
    const key = await createUser(writer.root.iam, name, [allow("iam:GetUser")]);
    const user = reader.clients(key);
    expect((await user.iam.send(new GetUserCommand({}))).User?.UserName).toBe(name);
    await expect(user.iam.send(new ListUsersCommand({}))).rejects.toThrow("not authorized");
    const trust = [trusting(key.arn)];
    const role = await createRole(writer.root.iam, `${name}-role`, trust, [allow("iam:ListUsers")]);
    const session = writer.clients(await assumeRole(user.sts, role));
    expect((await session.iam.send(new ListUsersCommand({}))).Users?.length).toBeGreaterThan(0);

    for (const bytes of [100, 20_000, 6_000_000]) {
      const Key = `${name}/${bytes}`;
      const Body = randomBytes(bytes);
      await writer.root.s3.send(new PutObjectCommand({ Bucket, Key, Body }));
      const read = await reader.root.s3.send(new GetObjectCommand({ Bucket, Key }));
      expect(Body.equals((await read.Body?.transformToByteArray()) ?? Buffer.of())).toBe(true);
      await reader.root.s3.send(new DeleteObjectCommand({ Bucket, Key }));
      const gone = writer.root.s3.send(new GetObjectCommand({ Bucket, Key }));
      await expect(gone).rejects.toThrow("does not exist");
    }

    const { channel } = await writer.root.ivs.send(new CreateChannelCommand({ name }));
    const asked = new GetChannelCommand({ arn: channel?.arn });
    expect((await reader.root.ivs.send(asked)).channel?.name).toBe(name);
    const keysOf = ({ endpoint }: ServerProcess) =>
      new KMSClient({ endpoint, region: "us-east-1", credentials: ROOT });
    const [sealer, opener] = [keysOf(writer), keysOf(reader)];
    const { KeyMetadata } = await sealer.send(new CreateKeyCommand({}));
    const secret = { KeyId: KeyMetadata?.KeyId, Plaintext: Buffer.from(name) };
    const { CiphertextBlob } = await sealer.send(new EncryptCommand(secret));
    const { Plaintext } = await opener.send(new DecryptCommand({ CiphertextBlob }));
    expect(Buffer.from(Plaintext ?? []).toString()).toBe(name);
  }

  test("serve beside each other, and finish each other's recordings", async () => {
    const [first, second] = [await start(release), await start(release)];
    await first.root.s3.send(new CreateBucketCommand({ Bucket }));
    const ofRelease = await record(first);
    const fresh = await start();
    const state = async (node: ServerProcess, channelArn: string) =>
      (await node.root.ivs.send(new GetStreamCommand({ channelArn }))).stream?.state;
    expect(await state(fresh, ofRelease.channelArn)).toBe("LIVE");
    await expectShared(second, fresh, "of-the-release");
    await expectShared(fresh, second, "of-this-build");

    const ofBuild = await record(fresh);
    expect(await state(second, ofBuild.channelArn)).toBe("LIVE");
    await first.stop("SIGKILL");
    await expectFinished(fresh, ofRelease.bucket, ofRelease.channelArn);
    await fresh.stop("SIGKILL");
    await expectFinished(second, ofBuild.bucket, ofBuild.channelArn);
    await expect(start(release)).rejects.toThrow("written by a newer version of Rolecast");
    await expectShared(await start(), second, "again");
    expect(await second.stop("SIGUSR2")).toBe(0);
  }, 600_000);
});
