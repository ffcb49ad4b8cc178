import assert from "node:assert";
import type { StreamStatus } from "@rolecast/media";
import type { Clock } from "../../../kernel/clock.ts";
import type { Log } from "../../../kernel/ports/log.ts";
import type { MetricSample, MetricSink } from "../../../kernel/ports/metric-sink.ts";
import { Periodic } from "../../../kernel/work/periodic.ts";
import { arns } from "../resource-arn.ts";
import { IVS_METRICS, type IvsMetricName } from "./ivs-metrics.ts";
import type { LiveStreams } from "./live-streams.ts";

/** Source: IVS user guide, "Monitoring with CloudWatch": "use a 5-second period". */
const INTERVAL_MS = 5_000;

type Dimensions = Readonly<Record<string, string>>;

/** The live streams, their viewers, and what was recorded. */
type Measured = Pick<LiveStreams, "engine" | "viewers" | "recorded">;

/** Measures the live streams every five seconds, as the namespace AWS/IVS has them. */
export class MetricSampler {
  readonly #live: Measured;
  readonly #metrics: MetricSink;
  readonly #clock: Clock;
  readonly #rounds: Periodic;

  constructor(live: Measured, metrics: MetricSink, clock: Clock, log: Log) {
    this.#live = live;
    this.#metrics = metrics;
    this.#clock = clock;
    this.#rounds = new Periodic({
      everyMs: INTERVAL_MS,
      round: () => this.sample(),
      failed: (err) => log.error({ err }, "Measuring streams failed"),
    });
  }

  start(): void {
    this.#rounds.start();
  }

  close(): Promise<void> {
    return this.#rounds.close();
  }

  /** Measures them once. */
  async sample(): Promise<void> {
    const live = (await this.#live.engine.streams()).filter(({ state }) => state === "live");
    const nowMs = this.#clock.nowMs();
    this.#metrics.put([
      ...live.flatMap((stream) => this.#samplesOf(stream, nowMs)),
      ...concurrentStreams(live, nowMs),
      ...[...this.#live.recorded.take()].flatMap(([channelArn, ms]) =>
        samples(locationOf(channelArn), "RecordedTime", ms / 1_000, nowMs),
      ),
    ]);
  }

  #samplesOf(stream: StreamStatus, atMs: number): MetricSample[] {
    const { measured, furtherMeasured = [], streamId, streamName } = stream;
    const tracks = [{ track: 0, ...measured }, ...furtherMeasured];
    const videoBitrate = tracks.reduce((sum, track) => sum + track.videoBitrate, 0);
    const { audioBitrate } = measured;
    const location = locationOf(streamName);
    const views = this.#live.viewers.count(streamId);
    const seconds = INTERVAL_MS / 1000;
    const of = (name: IvsMetricName, value: number) => samples(location, name, value, atMs);
    const ofCountry = (ViewerCountryCode: string) => ({
      Channel: location.channelId,
      ViewerCountryCode,
    });
    const ofTrack = (name: IvsMetricName, track: number, value: number) =>
      sample(location, name, value, { Channel: location.channelId, Track: `Track${track}` }, atMs);
    return [
      ...of("IngestBitrate", videoBitrate + audioBitrate),
      ...of("IngestVideoBitrate", videoBitrate),
      ...of("IngestAudioBitrate", audioBitrate),
      ...of("IngestFramerate", measured.frameRate),
      ...of("KeyframeInterval", measured.keyframeIntervalMs / 1000),
      ...of("ConcurrentViews", views),
      ...of("LiveInputTime", seconds),
      ...of("LiveDeliveredTime", seconds * views),
      ...[...this.#live.viewers.countByCountry(streamId)].map(([country, count]) =>
        sample(location, "LiveDeliveredTime", seconds * count, ofCountry(country), atMs),
      ),
      ofTrack("IngestAudioBitrate", 0, audioBitrate),
      ...tracks.flatMap(({ track, ...each }) => [
        ofTrack("IngestVideoBitrate", track, each.videoBitrate),
        ofTrack("IngestFramerate", track, each.frameRate),
        ofTrack("KeyframeInterval", track, each.keyframeIntervalMs / 1000),
      ]),
    ];
  }
}

interface Location {
  readonly accountId: string;
  readonly region: string;
  readonly channelId: string;
}

/** `arn:aws:ivs:us-east-1:000000000000:channel/AbC`. */
function locationOf(channelArn: string): Location {
  const channel = arns.parse(channelArn);
  assert(channel, "a live channel has an ARN that isn't one");
  const { region, accountId, id } = channel;
  return { region, accountId, channelId: id };
}

/** Samples of a channel, and of all channels, as the metric's dimensions are. */
function samples(location: Location, name: IvsMetricName, value: number, atMs: number) {
  const channel = { Channel: location.channelId };
  return IVS_METRICS[name].by
    .filter((by) => by === "Channel" || by === "account")
    .map((by) => sample(location, name, value, by === "Channel" ? channel : {}, atMs));
}

function sample(
  { accountId, region }: Location,
  name: IvsMetricName,
  value: number,
  dimensions: Dimensions,
  atMs: number,
): MetricSample {
  const { unit } = IVS_METRICS[name];
  return { accountId, region, namespace: "AWS/IVS", name, unit, value, dimensions, atMs };
}

/** Counts the streams of each account in a Region, in all and by health. */
function concurrentStreams(live: readonly StreamStatus[], atMs: number): MetricSample[] {
  const counts = new Map<string, { location: Location; dimensions: Dimensions; count: number }>();
  for (const { streamName, health } of live) {
    const location = locationOf(streamName);
    for (const dimensions of [{}, { Health: health }]) {
      const key = JSON.stringify([location.accountId, location.region, dimensions]);
      const counted = counts.get(key) ?? { location, dimensions, count: 0 };
      counts.set(key, { ...counted, count: counted.count + 1 });
    }
  }
  return [...counts.values()].map(({ location, dimensions, count }) =>
    sample(location, "ConcurrentStreams", count, dimensions, atMs),
  );
}
