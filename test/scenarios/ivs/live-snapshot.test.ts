import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { CreateChannelCommand } from "@aws-sdk/client-ivs";
import { ListObjectsV2Command } from "@aws-sdk/client-s3";
import { expect, test } from "vitest";
import { makeBucket, makeRecordingConfiguration } from "../../contract/ivs/recording-bucket.ts";
import { startServerProcess } from "../../support/server-process.ts";
import { copyBucket } from "./bucket-copy.ts";
import { makeFilm, publish } from "./encoder.ts";
import { EventReader } from "./event-reader.ts";

const COMMAND = fileURLToPath(new URL("../../../packages/cli/bin/rolecast.js", import.meta.url));
const FILM_SECONDS = 60;

test.skipIf(process.env.ROLECAST_TEST_DATABASE !== undefined)(
  "a snapshot that is made while a stream is live holds its recording, which a server finishes there",
  async ({ onTestFinished }) => {
    const home = await mkdtemp(join(tmpdir(), "rolecast-live-snapshot-"));
    onTestFinished(() => rm(home, { recursive: true, force: true }));
    const film = await makeFilm(FILM_SECONDS);
    const server = await startServerProcess(["--data", join(home, "data")]);
    onTestFinished(async () => void (await server.stop("SIGKILL")));
    const { root } = server;
    const bucket = await makeBucket(root);
    const { arn: recordingConfigurationArn } = await makeRecordingConfiguration(root, bucket);
    const { channel, streamKey } = await root.ivs.send(
      new CreateChannelCommand({ recordingConfigurationArn }),
    );
    const url = `rtmps://localhost:${server.rtmpsPort}/app/${streamKey?.value}`;
    const encoder = publish(film, url, 4);
    const names = async () => {
      const { Contents = [] } = await root.s3.send(new ListObjectsV2Command({ Bucket: bucket }));
      return Contents.map(({ Key }) => Key ?? "");
    };
    await expect.poll(names).toContainEqual(expect.stringMatching(/master\.m3u8$/));
    const snapshot = join(home, "live.tar.gz");
    const rolecast = (...args: string[]) =>
      promisify(execFile)(process.execPath, [COMMAND, ...args]);
    await rolecast("snapshot", "save", snapshot, "--data", join(home, "data"));
    encoder.kill();
    await rolecast("snapshot", "load", snapshot, "--data", join(home, "loaded"));
    const loaded = await startServerProcess(["--data", join(home, "loaded")]);
    onTestFinished(async () => void (await loaded.stop("SIGKILL")));
    const events = new EventReader(loaded.endpoint);
    const { detail } = await events.wait(channel?.arn ?? "", "Recording End");
    events.close();
    const copy = await copyBucket(loaded.root.s3, bucket);
    const ended = `${String(detail.recording_s3_key_prefix)}/events/recording-ended.json`;
    expect(JSON.parse(copy.text(ended)).media.hls.duration_ms).toBeGreaterThan(0);
  },
);
