import type { EngineHealth } from "@rolecast/media";
import { defineService } from "../../kernel/define-service.ts";
import type { CompositionPort } from "../../kernel/ports/compositions.ts";
import type { ForwardingPort } from "../../kernel/ports/forwarding.ts";
import type { PublicationRecordings } from "../../kernel/ports/publication-recordings.ts";
import type { PlainRequest } from "../../kernel/service.ts";
import { answerClientConfiguration } from "./channels/client-configuration.ts";
import type { IvsDependencies } from "./dependencies.ts";
import { denialError } from "./errors.ts";
import { portByProtocol, portNameOf } from "./ingest-protocols.ts";
import { answerOffer } from "./live/answer-offer.ts";
import { Housekeeping } from "./live/housekeeping.ts";
import { LiveStreams } from "./live/live-streams.ts";
import { localStreams } from "./live/local-streams.ts";
import { MetricSampler } from "./live/metric-sampler.ts";
import { ivsMigrations } from "./migrations.ts";
import { nodePlacesOf } from "./nodes/node-places.ts";
import { answerPeer } from "./nodes/peer-calls.ts";
import { answerPlayback } from "./playback/answer-playback.ts";
import { answerWhep } from "./playback/answer-whep.ts";
import { openCountryDatabase } from "./playback/country-database.ts";
import { PlaybackGate } from "./playback/playback-gate.ts";
import { RevokedViewers } from "./playback/revoked-viewers.ts";
import { WhepViewers } from "./playback/whep-viewers.ts";
import { DEFAULT_QUOTAS, type IvsQuotas } from "./quotas.ts";
import { recordToS3Usage } from "./recording-configurations/record-to-s3-usage.ts";
import { IVS_REGIONS } from "./regions.ts";
import { RESOURCE_TYPES } from "./resource-arn.ts";
import { ivsResourceTypes } from "./resources/ivs-type-names.ts";
import { abilitiesOfNodes } from "./rows/nodes.ts";
import { logIvsEvents } from "./sessions/log-events.ts";
import type { IvsTables } from "./tables.ts";

/**
 * The model shows them as members of errors and of batches' answers. Values: AWS CLI's example of a
 * sister API's answer (`ivs-realtime start-participant-replication`), as AWS sends them.
 */
const ANSWER_HEADERS = {
  "access-control-allow-origin": "*",
  "access-control-expose-headers":
    "Access-Control-Allow-Origin,Access-Control-Expose-Headers,Cache-Control,Content-Length,Content-Security-Policy,Content-Type,date,Strict-Transport-Security,x-amz-apigw-id,x-amzn-errormessage,x-amzn-errortype,x-amzn-requestid,x-amzn-trace-id,X-Content-Type-Options,X-Frame-Options",
  "cache-control": "no-store, no-cache",
  "content-security-policy": "default-src 'self'; upgrade-insecure-requests;",
  "strict-transport-security": "max-age:47304000; includeSubDomains",
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
};

type FromSettings =
  | "publicBaseUrl"
  | "folderId"
  | "nodeUrl"
  | "ingestHost"
  | "quotas"
  | "streamsMax";

interface IvsNeeds extends Omit<IvsDependencies, FromSettings> {
  readonly node: { readonly id: string };
  readonly address: { readonly publicBaseUrl: string; readonly nodeUrl: string };
  readonly settings: {
    readonly ingestHost: string;
    readonly rateLimits: boolean;
    readonly maxStreams?: number | undefined;
    readonly ivsQuotas: Partial<IvsQuotas>;
    readonly geoipDatabase?: string | undefined;
  };
}

/** Amazon IVS: recording configurations, channels, stream keys, streams and their sessions. */
export const ivs = defineService({
  title: "IVS",
  definition: {
    name: "ivs",
    signingName: "ivs",
    protocol: "restJson1",
    version: "2020-07-14",
    // The model says `exceptionMessage`; botocore and the JavaScript SDK read `message`.
    errorBody: { messageMembers: ["message", "exceptionMessage"] },
    headers: ANSWER_HEADERS,
  },
  migrations: ivsMigrations,
  regions: IVS_REGIONS,
  hostLabel: "ivs",
  resourceTypes: RESOURCE_TYPES,
  create: createIvs,
});

async function createIvs(needs: IvsNeeds) {
  const { address, settings } = needs;
  const { ingestHost, geoipDatabase, ivsQuotas: quotasGiven, maxStreams: streamsMax } = settings;
  const fromSettings = { ...address, ingestHost, quotas: quotasGiven, streamsMax };
  const folderId = needs.node.id;
  const deps: IvsDependencies = { ...needs, ...fromSettings, folderId };
  const quotas = { ...DEFAULT_QUOTAS, ...quotasGiven };
  const live = new LiveStreams(deps);
  const revokedViewers = new RevokedViewers(deps.store, deps.clock);
  const countries =
    geoipDatabase === undefined ? undefined : await openCountryDatabase(geoipDatabase);
  const countryOf = countries ?? (() => undefined);
  const gate = new PlaybackGate({ ...deps, countryOf, revoked: revokedViewers });
  const sampler = new MetricSampler(live, deps.metrics, deps.clock, deps.log);
  const housekeeping = new Housekeeping(deps.store, live, deps.clock, deps.log);
  const peerAnswers = {
    streams: localStreams(live),
    signature: live.signature,
    clock: deps.clock,
    nodeId: () => live.node.id,
  };
  let stopLogging = (): void => {};
  const clientConfiguration = {
    db: deps.store.tables<IvsTables>().db,
    ids: deps.ids,
    ingestHost,
    ports: () => live.ports,
  };
  const offers = { live, db: clientConfiguration.db, log: deps.log };
  const whepViewers = new WhepViewers({ live, gate, log: deps.log });
  const watching = { live, gate, viewers: whepViewers };
  live.handedOn.add((request) => answerWhep(request, watching));
  return {
    api: async () => {
      const { ivsApi } = await import("./api.ts");
      const { rateLimits } = settings;
      return ivsApi(deps, { quotas, rateLimits, live, revokedViewers });
    },
    accessDenied: denialError,
    plainRequest: async (request: PlainRequest) =>
      (await answerPeer(request, peerAnswers)) ??
      (await answerClientConfiguration(request, clientConfiguration)) ??
      (await answerOffer(request, offers)) ??
      (await answerWhep(request, watching)) ??
      answerPlayback(request, live, gate),
    async start() {
      stopLogging = logIvsEvents(deps.events, deps.log);
      await live.start();
      housekeeping.start();
      sampler.start();
      whepViewers.start();
    },
    async close() {
      await whepViewers.close();
      await sampler.close();
      await housekeeping.close();
      await live.close();
      stopLogging();
    },
    drain: () => live.admission.drain(),
    reset: () => live.reset(),
    publicHealth: () => portsOf(live),
    health: async () => {
      const engine = await live.engine.health();
      return {
        ...engine,
        ...live.admission.facts,
        ...portsOf(live),
        countries: countries === undefined ? "unknown: no geoipDatabase" : "known",
        transcoding: transcodingWord(engine),
        thumbnails: engine.ffmpeg === "none" ? "not recorded: there is no ffmpeg" : "recorded",
      };
    },
    provides: {
      ingestPorts: () => portByProtocol(live.ports),
      forwarding: live.forwarding as ForwardingPort,
      compositions: live.compositions as CompositionPort,
      publicationRecordings: live.publications as PublicationRecordings,
      nodePlaces: nodePlacesOf(live, clientConfiguration.db),
    },
    contributes: {
      linkedServiceUsages: [recordToS3Usage],
      listeningPorts: [() => ({ ...live.ports })],
      resourceTypes: [ivsResourceTypes],
      nodeAbilities: [abilitiesOfNodes],
    },
  };
}

/** `{ rtmpPort: 1935, … }`. */
function portsOf({ ports = {} }: LiveStreams): Readonly<Record<string, number>> {
  return Object.fromEntries(
    Object.entries(ports).map(([protocol, port]) => [portNameOf(protocol), port]),
  );
}

/** Whether STANDARD and ADVANCED channels have their renditions here. */
function transcodingWord({ ffmpeg, transcodeCores }: EngineHealth): string {
  if (ffmpeg === "none") return "source only: there is no ffmpeg";
  return transcodeCores > 0 ? "on" : "source only: transcodeCores is 0";
}
