import { CreateChannelCommand, StopStreamCommand } from "@aws-sdk/client-ivs";
import { afterAll, beforeAll, expect, it } from "vitest";
import { LossyLink } from "../../../packages/media/src/testing/lossy-link.ts";
import { makeBucket, makeRecordingConfiguration } from "../../contract/ivs/recording-bucket.ts";
import { type Clients, startTestServer, type TestServer } from "../../support/test-server.ts";
import { copyBucket, firstRecordedFile } from "./bucket-copy.ts";
import { type Encoder, type Film, makeFilm, pictureHashes, publish } from "./encoder.ts";
import { EventReader } from "./event-reader.ts";
import { playedSegment } from "./played-segment.ts";

/** Longer than anything here: the stream is stopped. */
const FILM_SECONDS = 60;
/** Leaves time to send a lost packet again, on a busy machine too. */
const PATIENT = "latency=2000000&snddropdelay=5000000";
const FAULTS = { dropEach: 19, duplicateEach: 23, reorderEach: 17 };

let server: TestServer;
let root: Clients;
let film: Film;
let events: EventReader;
let encoder: Encoder | undefined;
const link = new LossyLink();
beforeAll(async () => {
  [server, film] = await Promise.all([
    startTestServer({ ingestWorkers: 2 }),
    makeFilm(FILM_SECONDS),
  ]);
  root = server.clients();
  events = new EventReader(server.endpoint);
});
afterAll(async () => {
  encoder?.kill();
  link.close();
  events?.close();
  await server?.close();
});

it("SRT over a lossy link is played and recorded whole, through ingest workers", async () => {
  const bucket = await makeBucket(root);
  const { arn: recordingConfigurationArn } = await makeRecordingConfiguration(root, bucket);
  const { channel, streamKey } = await root.ivs.send(
    new CreateChannelCommand({ recordingConfigurationArn }),
  );
  const channelArn = channel?.arn ?? "";
  const port = await link.open(server.server.ports.srt, FAULTS);
  const secrets = `streamid=${streamKey?.value}&passphrase=${channel?.srt?.passphrase}`;
  const url = `srt://127.0.0.1:${port}?mode=caller&${PATIENT}&${secrets}`;
  encoder = publish(film, url, 3, true);
  await events.wait(channelArn, "Stream Start");
  const health = await (await fetch(`${server.endpoint}/_rolecast/health`)).json();
  const { ivs } = health as { ivs: { workers: readonly { streams: number }[] } };
  expect(ivs.workers.map(({ streams }) => streams).sort()).toEqual([0, 1]);

  const played = await playedSegment(channel?.playbackUrl ?? "");
  await firstRecordedFile(root, bucket);
  await root.ivs.send(new StopStreamCommand({ channelArn }));
  await encoder.ended;
  const { detail } = await events.wait(channelArn, "Recording End");
  expect(link.dropped).toBeGreaterThan(10);

  const copy = await copyBucket(root.s3, bucket);
  const master = `${copy.folder}/${detail.recording_s3_key_prefix}/media/hls/master.m3u8`;
  const [recorded, sent] = await Promise.all([pictureHashes(master), pictureHashes(film.file)]);
  await copy.remove();
  expect(recorded.length).toBeGreaterThan(0);
  expect(recorded).toEqual(recorded.map((_, index) => sent[index % sent.length]));
  const first = sent.indexOf(played.pictures[0] ?? "");
  expect(played.pictures).toEqual(sent.slice(first, first + played.pictures.length));
});
