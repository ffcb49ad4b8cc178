import { defineService } from "../../kernel/define-service.ts";
import type { CompositionPort } from "../../kernel/ports/compositions.ts";
import type { ForwardingPort } from "../../kernel/ports/forwarding.ts";
import type { MetricSink } from "../../kernel/ports/metric-sink.ts";
import type { NodeMessages } from "../../kernel/ports/node-messages.ts";
import type { NodePlaces } from "../../kernel/ports/node-places.ts";
import type { PublicationRecordings } from "../../kernel/ports/publication-recordings.ts";
import type { PlainRequest } from "../../kernel/service.ts";
import { Periodic } from "../../kernel/work/periodic.ts";
import { CompositionJournal } from "./composing/composition-journal.ts";
import { CompositionRecordings } from "./composing/composition-recordings.ts";
import { StageComposer } from "./composing/stage-composer.ts";
import type { RealTimeDependencies } from "./dependencies.ts";
import { denialError } from "./errors.ts";
import { EventsSocket } from "./live/events-socket.ts";
import { LiveStages } from "./live/live-stages.ts";
import { NodeCalls } from "./live/node-calls.ts";
import { OfferAnswerer } from "./live/offer-answerer.ts";
import { ParticipantRates } from "./live/participant-rates.ts";
import { PublishLimit } from "./live/publish-limit.ts";
import { SessionRequests } from "./live/session-requests.ts";
import { StageAnalytics } from "./live/stage-analytics.ts";
import { StageEncoders } from "./live/stage-encoders.ts";
import { StageMedia } from "./live/stage-media.ts";
import { StageMetrics } from "./live/stage-metrics.ts";
import { StageReplicas } from "./live/stage-replicas.ts";
import { Whip } from "./live/whip.ts";
import { realTimeMigrations } from "./migrations.ts";
import { StageRecordings } from "./recording/stage-recordings.ts";
import { RESOURCE_TYPES } from "./resource-arn.ts";
import { realTimeResourceTypes } from "./resources/real-time-type-names.ts";
import { forgetOldSessions } from "./sessions/forget-old-sessions.ts";
import { StageJournal } from "./sessions/stage-journal.ts";
import { StageMessages } from "./sessions/stage-messages.ts";
import { stageEndpoints } from "./stages/endpoints.ts";
import type { RealTimeTables } from "./tables.ts";
import { TokenReader } from "./tokens/stage-token.ts";
import { TokenSignature } from "./tokens/token-signature.ts";

type FromSettings = "publicBaseUrl" | "ingestHost";

/** Old rows are looked for this often. */
const HOUSEKEEPING_MS = 60_000;

interface RealTimeNeeds extends Omit<RealTimeDependencies, FromSettings> {
  readonly nodeMessages: NodeMessages;
  readonly nodePlaces: NodePlaces;
  readonly forwarding: ForwardingPort;
  readonly compositions: CompositionPort;
  readonly ingestPorts: RealTimeDependencies["ingestPorts"];
  readonly publicationRecordings: PublicationRecordings;
  readonly metrics: MetricSink;
  readonly address: { readonly publicBaseUrl: string };
  readonly settings: { readonly ingestHost: string; readonly rateLimits: boolean };
}

/** Amazon IVS Real-Time Streaming: stages, the tokens to join them, and their configurations. */
export const ivsRealTime = defineService({
  title: "IVS Real-Time",
  definition: {
    name: "ivs-realtime",
    signingName: "ivs",
    protocol: "restJson1",
    version: "2020-07-14",
    floats: ["Video.framerate"],
    // The model says `exceptionMessage`; botocore and the JavaScript SDK read `message`.
    errorBody: { messageMembers: ["message", "exceptionMessage"] },
  },
  hostLabel: "ivsrealtime",
  resourceTypes: RESOURCE_TYPES,
  migrations: realTimeMigrations,
  create: createRealTime,
});

function createRealTime({ address, settings, ...all }: RealTimeNeeds) {
  const { nodeMessages, nodePlaces, forwarding, metrics: sink, ...rest } = all;
  const { publicationRecordings: engine, compositions, ...needs } = rest;
  const { publicBaseUrl } = address;
  const { ingestHost, rateLimits } = settings;
  const deps: RealTimeDependencies = { ...needs, publicBaseUrl, ingestHost };
  const { store, events, ids, clock, log } = deps;
  const messages = new StageMessages(nodeMessages);
  const journal = new StageJournal({ store, events, ids, nodeId: () => nodePlaces.id });
  const signature = new TokenSignature(deps.sealingKey);
  const tokens = new TokenReader({
    db: () => store.tables<RealTimeTables>().db,
    signature,
    endpoints: () => stageEndpoints(deps),
  });
  const stages = new LiveStages({
    ...{ store, clock, ids, log, journal, messages, nodePlaces, forwarding },
  });
  const recordings = new StageRecordings({ ...needs, nodePlaces, engine });
  const calls = new NodeCalls(nodePlaces);
  const replicas = new StageReplicas({
    ...{ store, clock, ids, log, nodePlaces, calls, stages, recordings, forwarding },
  });
  const publishLimit = new PublishLimit({ stages, forwarding, clock, log });
  const rates = new ParticipantRates(clock);
  const media = new StageMedia({ forwarding, stages, recordings, replicas, rates, clock, log });
  const metrics = new StageMetrics({ stages, forwarding, sink, clock, log });
  const encoders = new StageEncoders({
    ...{ store, ids, forwarding, stages, media, nodePlaces, calls },
  });
  const compositionJournal = new CompositionJournal({
    ...{ store, events, ids, clock, nodeId: () => nodePlaces.id },
  });
  const composed = new CompositionRecordings({
    ...{ ...needs, nodePlaces, engine, journal: compositionJournal },
  });
  const composer = new StageComposer({
    ...{ store, clock, log, stages, compositions, forwarding, nodePlaces },
    ...{ journal: compositionJournal, recordings: composed },
  });
  const composing = { compositions, wake: () => composer.wake() };
  const offers = new OfferAnswerer(media);
  const sessions = new SessionRequests({ store, nodePlaces, stages, forwarding });
  const analytics = new StageAnalytics({
    ...{ publicBaseUrl, signature, stages, sessions, nodePlaces, sink, clock },
  });
  const socket = new EventsSocket({
    ...{ clock, log, tokens, stages, offers, nodePlaces, analytics, rates },
  });
  const whip = new Whip({ clock, log, tokens, stages, offers, sessions, nodePlaces });
  const plainRequest = (request: PlainRequest) => whip.answer(request) ?? analytics.answer(request);
  nodePlaces.answerHandedOn(plainRequest);
  nodePlaces.answerHandedOn((request) => calls.answer(request));
  const housekeeping = new Periodic({
    everyMs: HOUSEKEEPING_MS,
    round: () => forgetOldSessions(store, clock.nowMs()),
    failed: (err) => log.error({ err }, "Old sessions of stages couldn't be removed"),
  });
  return {
    api: async () =>
      (await import("./api.ts")).realTimeApi(deps, { rateLimits, messages, ...composing }),
    accessDenied: denialError,
    webSocket: socket.answer.bind(socket),
    plainRequest,
    contributes: { resourceTypes: [realTimeResourceTypes] },
    async start() {
      media.start();
      encoders.start();
      await stages.start();
      await recordings.start();
      await composed.start();
      replicas.start();
      publishLimit.start();
      composer.start();
      housekeeping.start();
      metrics.start();
    },
    async close() {
      await metrics.close();
      await housekeeping.close();
      await composer.close();
      await composed.close();
      encoders.close();
      await replicas.close();
      await publishLimit.close();
      await stages.close();
      await recordings.close();
      media.close();
    },
  };
}
