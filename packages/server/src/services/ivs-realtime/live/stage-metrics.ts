import type { Clock } from "../../../kernel/clock.ts";
import type { ForwardingPort } from "../../../kernel/ports/forwarding.ts";
import type { Log } from "../../../kernel/ports/log.ts";
import type { MetricSample, MetricSink } from "../../../kernel/ports/metric-sink.ts";
import { Periodic } from "../../../kernel/work/periodic.ts";
import type { LiveStage } from "./live-stage.ts";
import type { LiveStages } from "./live-stages.ts";

/** Stages are measured this often. */
const INTERVAL_MS = 5_000;

/**
 * The metrics of `AWS/IVSRealTime`: those that a server which forwards can measure, and those that
 * Amazon's clients measure of what they receive. Source: IVS Real-Time
 * user guide, "Monitoring with CloudWatch".
 */
export const STAGE_METRICS = {
  ConcurrentPublishers: { unit: "Count", by: "", meaning: "participants that publish" },
  ConcurrentSubscriptions: { unit: "Count", by: "", meaning: "subscriptions to them" },
  Publishers: { unit: "Count", by: "Stage", meaning: "participants that publish" },
  Subscribers: { unit: "Count", by: "Stage", meaning: "participants that subscribe" },
  PublishBitrate: {
    unit: "Bits/Second",
    by: "Stage, Participant, SimulcastLayer, MediaType",
    meaning: "bits a second of each layer, and of the sound; `Stage` alone: of all",
  },
  PublishResolution: {
    unit: "Count",
    by: "Stage, Participant, SimulcastLayer, MediaType",
    meaning: "pixels of the shorter side of each layer",
  },
  PublishFramerate: {
    unit: "Count/Second",
    by: "Stage, Participant, SimulcastLayer, MediaType",
    meaning: "pictures a second of encoders that publish by RTMP",
  },
  SubscribeBitrate: {
    unit: "Bits/Second",
    by: "Stage",
    meaning: "bits a second of a subscription's picture or sound; `Participant`: of who publishes",
  },
  DownloadPacketLoss: {
    unit: "Percent",
    by: "Stage",
    meaning: "packets that a subscriber lost",
  },
  DroppedFrames: {
    unit: "Percent",
    by: "Stage",
    meaning: "pictures that a subscriber dropped",
  },
} as const;

export type StageMetricName = keyof typeof STAGE_METRICS;
type Name = StageMetricName;
type Dimensions = Readonly<Record<string, string>>;

export interface StageMetricsOptions {
  readonly stages: LiveStages;
  readonly forwarding: Pick<ForwardingPort, "groupStatus">;
  readonly sink: MetricSink;
  readonly clock: Clock;
  readonly log: Log;
}

/** Measures the stages of this node every few seconds. */
export class StageMetrics {
  readonly #options: StageMetricsOptions;
  readonly #rounds: Periodic;

  constructor(options: StageMetricsOptions) {
    this.#options = options;
    this.#rounds = new Periodic({
      everyMs: INTERVAL_MS,
      round: () => this.#measure(),
      failed: (err) => options.log.error({ err }, "Measuring stages failed"),
    });
  }

  start(): void {
    this.#rounds.start();
  }

  close(): Promise<void> {
    return this.#rounds.close();
  }

  async #measure(): Promise<void> {
    const { stages, sink } = this.#options;
    const samples: MetricSample[] = [];
    const totals = new Map<string, Total>();
    for (const stage of stages.all) {
      samples.push(...(await this.#samplesOf(stage)));
      const { accountId, region } = stage.stage;
      const key = `${accountId} ${region}`;
      const total = totals.get(key) ?? { stage, publishers: 0, subscriptions: 0 };
      total.publishers += stage.publishers;
      total.subscriptions += stage.subscriptions;
      totals.set(key, total);
    }
    for (const { stage, publishers, subscriptions } of totals.values())
      samples.push(
        this.#sample(stage, "ConcurrentPublishers", {}, publishers),
        this.#sample(stage, "ConcurrentSubscriptions", {}, subscriptions),
      );
    if (samples.length > 0) sink.put(samples);
  }

  async #samplesOf(stage: LiveStage): Promise<readonly MetricSample[]> {
    const Stage = stage.stage.id;
    const { publications } = await this.#options.forwarding.groupStatus(stage.sessionId);
    const samples = [
      this.#sample(stage, "Publishers", { Stage }, stage.publishers),
      this.#sample(stage, "Subscribers", { Stage }, stage.subscribers),
    ];
    let bitrate = 0;
    for (const { publication: Participant, kinds, layers, audioBitrate } of publications) {
      const of = (MediaType: string, SimulcastLayer: string) => ({
        ...{ Stage, Participant, SimulcastLayer, MediaType },
      });
      for (const { layer, width, height, bitrate: ofLayer, framesPerSecond } of layers) {
        const by = of("video", layer === "" ? "none" : layer);
        if (stage.hasEncoder(Participant))
          samples.push(this.#sample(stage, "PublishFramerate", by, framesPerSecond));
        bitrate += ofLayer;
        samples.push(this.#sample(stage, "PublishBitrate", by, ofLayer));
        const shorter = Math.min(width, height);
        if (shorter > 0) samples.push(this.#sample(stage, "PublishResolution", by, shorter));
      }
      bitrate += audioBitrate;
      if (kinds.includes("audio"))
        samples.push(this.#sample(stage, "PublishBitrate", of("audio", "none"), audioBitrate));
    }
    if (publications.length > 0)
      samples.push(this.#sample(stage, "PublishBitrate", { Stage }, bitrate));
    return samples;
  }

  #sample(stage: LiveStage, name: Name, dimensions: Dimensions, value: number): MetricSample {
    return stageSample(stage, name, dimensions, value, this.#options.clock.nowMs());
  }
}

export function stageSample(
  { stage: { accountId, region } }: LiveStage,
  name: Name,
  dimensions: Dimensions,
  value: number,
  atMs: number,
): MetricSample {
  const { unit } = STAGE_METRICS[name];
  return { accountId, region, namespace: "AWS/IVSRealTime", name, unit, dimensions, value, atMs };
}

interface Total {
  readonly stage: LiveStage;
  publishers: number;
  subscriptions: number;
}
