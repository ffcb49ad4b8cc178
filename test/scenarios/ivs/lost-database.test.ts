import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CreateChannelCommand, GetStreamCommand, StopStreamCommand } from "@aws-sdk/client-ivs";
import { expect, test } from "vitest";
import {
  hasPostgres,
  makeSchema,
  startPostgres,
} from "../../../packages/server/src/storage/testing/postgres-server.ts";
import { makeBucket, makeRecordingConfiguration } from "../../contract/ivs/recording-bucket.ts";
import { startServerProcess } from "../../support/server-process.ts";
import { until } from "../../support/until.ts";
import { copyBucket, firstRecordedFile } from "./bucket-copy.ts";
import { decodedSeconds, makeFilm, pictureHashes, publish } from "./encoder.ts";
import { EventReader } from "./event-reader.ts";
import { playedSegment } from "./played-segment.ts";

const FILM_SECONDS = 60;
/** A segment has two seconds, a file of the recording ten. */
const SEGMENTS_AWAY = 6;

test.skipIf(!hasPostgres)(
  "PostgreSQL that comes back leaves a stream, its playback and its recording whole",
  async ({ onTestFinished }) => {
    const data = await mkdtemp(join(tmpdir(), "rolecast-lost-database-"));
    onTestFinished(() => rm(data, { recursive: true, force: true }));
    const [postgres, film] = await Promise.all([startPostgres(), makeFilm(FILM_SECONDS)]);
    onTestFinished(() => postgres.remove());
    const ROLECAST_DATABASE = await makeSchema(postgres.url);
    const node = await startServerProcess(["--data", data], { ROLECAST_DATABASE });
    onTestFinished(async () => void (await node.stop("SIGKILL")));
    const bucket = await makeBucket(node.root);
    const { arn: recordingConfigurationArn } = await makeRecordingConfiguration(node.root, bucket);
    const { channel, streamKey } = await node.root.ivs.send(
      new CreateChannelCommand({ recordingConfigurationArn }),
    );
    const { arn: channelArn = "", playbackUrl = "" } = channel ?? {};
    const url = `rtmps://localhost:${node.rtmpsPort}/app/${streamKey?.value}`;
    const encoder = publish(film, url, 4, true);
    onTestFinished(() => encoder.kill());
    const streamId = async () =>
      (await node.root.ivs.send(new GetStreamCommand({ channelArn }))).stream?.streamId;
    const ready = async () => {
      const answer = await fetch(`${node.endpoint}/_rolecast/health/ready`);
      return { code: answer.status, text: await answer.text() };
    };
    await firstRecordedFile(node.root, bucket);
    const stream = await streamId();
    const before = await playedSegment(playbackUrl);

    await postgres.crash();
    const unready = await until(async () => {
      const answer = await ready();
      return answer.code === 503 && answer;
    }, "an unready node");
    expect(JSON.parse(unready.text)).toMatchObject({ status: "unavailable" });
    await expect(streamId()).rejects.toMatchObject({ name: "ServiceUnavailable" });
    const away = [before];
    // As long as several segments: a file of the recording ends meanwhile.
    while (away.length <= SEGMENTS_AWAY) away.push(await playedSegment(playbackUrl, away.at(-1)));

    await postgres.start();
    await until(async () => (await ready()).code === 200, "a ready node");
    expect(await streamId()).toBe(stream);
    const after = await playedSegment(playbackUrl, away.at(-1));
    await node.root.ivs.send(new StopStreamCommand({ channelArn }));
    await encoder.ended;
    // Only now: readers' connections end while the node can't look up whether they may read.
    const events = new EventReader(node.endpoint);
    onTestFinished(() => events.close());
    const { detail } = await events.wait(channelArn, "Recording End");
    await events.wait(channelArn, "Session Ended");
    const names = events.seen.map(EventReader.nameOf);
    for (const name of ["Stream Start", "Recording Start", "Recording End", "Session Ended"])
      expect([name, names.filter((each) => each === name)]).toEqual([name, [name]]);

    const copy = await copyBucket(node.root.s3, bucket);
    onTestFinished(() => copy.remove());
    const master = `${copy.folder}/${detail.recording_s3_key_prefix}/media/hls/master.m3u8`;
    const [recorded, sent] = await Promise.all([pictureHashes(master), pictureHashes(film.file)]);
    expect(recorded).toEqual(recorded.map((_, index) => sent[index % sent.length]));
    for (const { pictures } of [...away, after])
      expect(recorded).toEqual(expect.arrayContaining([...pictures]));
    const seconds = await decodedSeconds(master);
    expect(Math.abs(seconds * 1_000 - Number(detail.recording_duration_ms))).toBeLessThan(100);
    expect(copy.keys.filter((key) => key.endsWith("failed.json"))).toEqual([]);
    expect(await node.stop()).toBe(0);
  },
);
