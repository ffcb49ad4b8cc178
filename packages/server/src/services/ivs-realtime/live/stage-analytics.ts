import type { Clock } from "../../../kernel/clock.ts";
import { readPlainBody } from "../../../kernel/plain-body.ts";
import type { MetricSample, MetricSink } from "../../../kernel/ports/metric-sink.ts";
import type { NodePlaces } from "../../../kernel/ports/node-places.ts";
import type { PlainRequest, PlainResponse } from "../../../kernel/service.ts";
import { ANALYTICS_PATH } from "../stages/endpoints.ts";
import type { TokenSignature } from "../tokens/token-signature.ts";
import type { LiveStage } from "./live-stage.ts";
import type { LiveStages } from "./live-stages.ts";
import type { Participant } from "./participant.ts";
import type { SessionRequests } from "./session-requests.ts";
import { type StageMetricName, stageSample } from "./stage-metrics.ts";

/*
 * Statistics that Amazon's clients measure of what they receive. They send them to the address that
 * the events socket gives them; it names the participant and is signed, since they bring no token.
 */

/** Clients send some hundred events of a kilobyte at a time. */
const BODY_BYTES_MAX = 512 * 1024;
const EVENTS_MAX = 500;
const ADDRESS = /^\/(st-[A-Za-z0-9]{13})\/([\w-]{1,64})\/([\w-]{64})$/;
/** Sums of one window each, of a subscription's picture and sound. */
const WINDOWS: ReadonlySet<unknown> = new Set([
  "ivs_broadcast_webrtc_sbcrbd_video_stats_window",
  "ivs_broadcast_webrtc_sbcrbd_audio_stats_window",
]);
const WINDOW_MS_MAX = 10 * 60_000;
const COUNT_MAX = 1e12;
const HEADERS = { "access-control-allow-origin": "*" };

export interface StageAnalyticsOptions {
  readonly publicBaseUrl: string;
  readonly signature: TokenSignature;
  readonly stages: LiveStages;
  readonly sessions: SessionRequests;
  readonly nodePlaces: Pick<NodePlaces, "handOn">;
  readonly sink: MetricSink;
  readonly clock: Clock;
}

/** Makes CloudWatch's metrics of subscribers of the statistics that their clients send. */
export class StageAnalytics {
  readonly #options: StageAnalyticsOptions;

  constructor(options: StageAnalyticsOptions) {
    this.#options = options;
  }

  /** The address for a participant's statistics, as its events socket gives it. */
  addressOf({ sessionId }: LiveStage, { id }: Participant): string {
    const { publicBaseUrl, signature } = this.#options;
    const mark = signature.of(signedText(sessionId, id));
    return `${publicBaseUrl}${ANALYTICS_PATH}/${sessionId}/${id}/${mark}`;
  }

  /** Undefined for requests of other paths. */
  answer(request: PlainRequest): Promise<PlainResponse> | undefined {
    const { path } = request;
    if (!path.startsWith(`${ANALYTICS_PATH}/`)) return undefined;
    return this.#answer(request, path.slice(ANALYTICS_PATH.length));
  }

  async #answer(request: PlainRequest, target: string): Promise<PlainResponse> {
    const [, sessionId = "", participantId = "", mark = ""] = ADDRESS.exec(target) ?? [];
    const { signature, sessions, nodePlaces, stages, sink } = this.#options;
    if (!signature.isOf(signedText(sessionId, participantId), mark)) return empty(403);
    if (request.method !== "POST") return empty(405);
    const body = await readPlainBody(request, BODY_BYTES_MAX);
    if (body === undefined) return empty(413);
    const owner = await sessions.elsewhere(sessionId);
    if (owner !== undefined) return nodePlaces.handOn(owner, request, body);
    const stage = stages.ofSession(sessionId);
    const participant = stage?.participants.get(participantId);
    // Its last statistics may come after it.
    if (!stage || !participant) return empty(200);
    const samples = readWindows(body).flatMap((window) =>
      this.#samplesOf(window, stage, participant),
    );
    if (samples.length > 0) sink.put(samples);
    return empty(200);
  }

  #samplesOf(window: Window, stage: LiveStage, participant: Participant): readonly MetricSample[] {
    const atMs = this.#options.clock.nowMs();
    const Stage = stage.stage.id;
    const all = [{}, { Stage }];
    const by = participant.isPublishing ? [...all, { Stage, Participant: participant.id }] : all;
    return measuresOf(window).flatMap(([name, value]) =>
      by.map((dimensions) => stageSample(stage, name, dimensions, value, atMs)),
    );
  }
}

interface Window {
  readonly lastedMs: number;
  readonly bytes: number;
  readonly received: number;
  readonly lost: number;
  readonly shown: number;
  readonly dropped: number;
}

function measuresOf({ lastedMs, bytes, received, lost, shown, dropped }: Window) {
  const measures: [StageMetricName, number][] = [];
  if (lastedMs > 0) measures.push(["SubscribeBitrate", (bytes * 8_000) / lastedMs]);
  if (received + lost > 0) measures.push(["DownloadPacketLoss", (100 * lost) / (received + lost)]);
  if (shown + dropped > 0) measures.push(["DroppedFrames", (100 * dropped) / (shown + dropped)]);
  return measures;
}

/** The form's `data`: JSON of a list of events, in base64. What can't be read says nothing. */
function readWindows(body: string): readonly Window[] {
  const data = /^data=([A-Za-z0-9+/=]*)$/.exec(body.replaceAll("%3D", "="))?.[1] ?? "";
  const events = listOf(Buffer.from(data, "base64").toString());
  return events.slice(0, EVENTS_MAX).flatMap((each) => {
    const { event, properties } = asObject(each);
    if (!WINDOWS.has(event)) return [];
    const of = asObject(properties);
    const count = (name: string) => numberOf(of[name], COUNT_MAX);
    return [
      {
        lastedMs: numberOf(of.window_size_ms, WINDOW_MS_MAX),
        ...{ bytes: count("bytes_received"), lost: count("packets_lost") },
        ...{ received: count("packets_received"), shown: count("frames_decoded") },
        dropped: count("frames_dropped"),
      },
    ];
  });
}

function listOf(text: string): readonly unknown[] {
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? value : [];
  } catch (error) {
    if (error instanceof SyntaxError) return [];
    throw error;
  }
}

function asObject(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? { ...value } : {};
}

function numberOf(value: unknown, max: number): number {
  return typeof value === "number" && value > 0 ? Math.min(value, max) : 0;
}

function signedText(sessionId: string, participantId: string): string {
  return `analytics ${sessionId} ${participantId}`;
}

function empty(status: number): PlainResponse {
  return { status, headers: HEADERS, body: undefined };
}
