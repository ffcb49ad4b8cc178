import assert from "node:assert";
import { Readable } from "node:stream";
import { createMediaEngine, KeptRecordings, renderRecordingPlaylists } from "@rolecast/media";
import { Authenticator } from "./authn/authenticator.ts";
import { ServiceCredentials } from "./authn/service-credentials.ts";
import { ingestPortsOf } from "./config/ingest-ports.ts";
import { spillOf } from "./config/node.ts";
import type { loadOrganization } from "./config/organization.ts";
import { rootAccessOf } from "./config/root-access.ts";
import type { Config } from "./config/settings.ts";
import { transcodingOf } from "./config/transcoding.ts";
import { systemClock } from "./kernel/clock.ts";
import type { EventLog } from "./kernel/event-log.ts";
import { randomIds } from "./kernel/ids.ts";
import type { Invoke } from "./kernel/invoke.ts";
import { isLoopback } from "./kernel/loopback.ts";
import { OutgoingClient } from "./kernel/outgoing/outgoing-client.ts";
import { OutgoingRules } from "./kernel/outgoing/outgoing-rules.ts";
import type { LinkedServiceUsage } from "./kernel/ports/identity.ts";
import type { OutsideService } from "./kernel/ports/linked-services.ts";
import type { Log } from "./kernel/ports/log.ts";
import type { OwnRoutes } from "./kernel/ports/own-routes.ts";
import type { Service, ServiceDependencies } from "./kernel/service.ts";
import type { Store } from "./kernel/store.ts";
import { createCloudTrailService } from "./services/cloudtrail/index.ts";
import { cloudTrailMigrations } from "./services/cloudtrail/migrations.ts";
import { createCloudWatchServices } from "./services/cloudwatch/index.ts";
import { cloudwatchMigrations } from "./services/cloudwatch/migrations.ts";
import { createEventsService } from "./services/events/index.ts";
import { eventsMigrations } from "./services/events/migrations.ts";
import { createIamService } from "./services/iam/index.ts";
import { iamMigrations } from "./services/iam/migrations.ts";
import { createIamToolboxService } from "./services/iam-toolbox/index.ts";
import { iamToolboxMigrations } from "./services/iam-toolbox/tables.ts";
import { createIvsService } from "./services/ivs/index.ts";
import type { MediaPort } from "./services/ivs/media-port.ts";
import { ivsMigrations } from "./services/ivs/migrations.ts";
import type { CountryOf } from "./services/ivs/playback/country-database.ts";
import type { TextFeed } from "./services/rolecast/feeds/feed-operations.ts";
import { createRolecastService } from "./services/rolecast/index.ts";
import { createS3ControlService } from "./services/s3/control/index.ts";
import { createS3Service } from "./services/s3/index.ts";
import { s3Migrations } from "./services/s3/migrations.ts";
import { s3HostsOf } from "./services/s3/s3-hosts.ts";
import { createStsService } from "./services/sts/index.ts";
import type { DataDisk } from "./storage/data-disk.ts";
import type { DataFolder } from "./storage/data-folder.ts";
import type { NodeFolder } from "./storage/node-folder.ts";
import type { TlsCertificate } from "./storage/tls-certificate.ts";

/** Of all services. */
export const MIGRATIONS = [
  ...iamMigrations,
  ...iamToolboxMigrations,
  ...s3Migrations,
  ...cloudTrailMigrations,
  ...ivsMigrations,
  ...eventsMigrations,
  ...cloudwatchMigrations,
];

/** Where the media engine listens; 0 until it does. */
type MediaPorts = { rtmp: number; rtmps: number; srt: number };

/** What the services are made from. */
export interface Parts {
  readonly config: Config;
  readonly organization: ReturnType<typeof loadOrganization> | undefined;
  readonly folder: DataFolder;
  readonly node: NodeFolder;
  /** Of the data folder, and of the node's own, which may be the same. */
  readonly disk: DataDisk;
  readonly nodeDisk: DataDisk;
  readonly sealingKey: Uint8Array;
  readonly managedPolicies: Buffer;
  readonly countryOf: CountryOf | undefined;
  readonly store: Store;
  readonly certificate: TlsCertificate;
  readonly events: EventLog;
  readonly log: Log;
  /** The latest lines of the log, then each as it is written. */
  readonly readLog: TextFeed;
  readonly outside: readonly OutsideService[];
  /** Filled in when the server listens. */
  readonly address: { endpoint: string; nodeUrl: string; publicBaseUrl: string };
}

/** Makes the services and ties their ports together; `connect` lets them call each other. */
export function composeServices(parts: Parts, routes: () => OwnRoutes) {
  const { config, organization, outside, address } = parts;
  const { deps, connect } = dependenciesOf(parts);
  const linkedServiceUsages: LinkedServiceUsage[] = [];
  const iam = createIamService({
    ...deps,
    linkedServiceUsages,
    publicBaseUrl: () => address.publicBaseUrl,
    outsideServices: outside,
    organization,
    sealingKey: parts.sealingKey,
    managedPolicies: parts.managedPolicies,
    roleDeletionDelayMs: config.roleDeletionDelayMs,
  });
  const { directory } = iam;
  const ports = { rtmp: 0, rtmps: 0, srt: 0 };
  const outgoing = new OutgoingClient(outgoingRulesOf(parts, ports));
  const toolbox = createIamToolboxService(deps);
  const sts = createStsService({
    ...deps,
    directory,
    federation: iam.federation,
    longTermCredentials: iam.credentials,
    rootAccess: rootAccessOf(config, organization),
    outgoing,
    sealingKey: parts.sealingKey,
  });
  const hosts = s3HostsOf(config.publicBaseUrl);
  const s3 = createS3Service({
    ...deps,
    directory,
    hosts,
    nodeUrl: () => address.nodeUrl,
    scrubBytesPerSecond: config.scrubBytesPerSecond,
    authenticator: () => authenticator,
  });
  const cloudwatch = createCloudWatchServices(deps);
  const ivs = createIvsService({
    ...deps,
    metrics: cloudwatch.metrics,
    linkedRoles: iam.linkedRoles,
    sessions: sts.credentials,
    publicBaseUrl: () => address.publicBaseUrl,
    nodeUrl: () => address.nodeUrl,
    ingestHost: config.ingestHost,
    sealingKey: parts.sealingKey,
    countryOf: parts.countryOf,
    rateLimits: config.rateLimits,
    quotas: config.ivsQuotas,
    media: mediaOf(parts, ports),
  });
  linkedServiceUsages.push(ivs.usage);
  const authenticator = new Authenticator(
    [new ServiceCredentials(outside), sts.forwardAccessSessions, iam.credentials, sts.credentials],
    systemClock,
  );
  const cloudtrail = createCloudTrailService({
    ...deps,
    eventsMax: config.auditEventsMax,
    node: parts.node,
    disk: parts.nodeDisk,
    services: () => services,
  });
  const rolecast = createRolecastService({
    defaultAccount: config.account,
    routes,
    events: parts.events,
    logs: parts.readLog,
    decisions: toolbox.readDecisions,
    records: cloudtrail.readRecords,
    services: outside,
    sessions: sts.forwardAccessSessions,
    clock: systemClock,
    report: iam.linkedRoleReport,
    verify: (request) =>
      authenticator.verifyReceived(rolecast, { ...request, body: Readable.from([]) }, request.body),
  });
  const eventBridge = createEventsService({
    ...deps,
    sealingKey: parts.sealingKey,
    webhooks: config.webhooks,
    outgoing,
  });
  // Closed from the end: each may still need those before it. EventBridge hears all the others.
  const services: readonly Service[] = [
    eventBridge,
    ...cloudwatch.services,
    iam,
    toolbox,
    sts,
    s3,
    createS3ControlService(),
    cloudtrail,
    ivs,
    rolecast,
  ];
  return {
    services,
    connect,
    directory,
    iam,
    messages: sts.messages,
    toolbox,
    cloudtrail,
    rolecast,
    authenticator,
    ports,
  };
}

/** Services come up before what carries their calls: that is handed in later, by `connect`. */
function dependenciesOf({ store, events, log, folder, disk }: Parts) {
  let invoke: Invoke | undefined;
  const deps: ServiceDependencies = {
    store,
    clock: systemClock,
    ids: randomIds,
    events,
    log,
    dataDir: folder.dir,
    durable: folder.durable,
    disk,
    invoke: (service, operation, input, options) => {
      assert(invoke, "a service called another one before the server was composed");
      return invoke(service, operation, input, options);
    },
  };
  const connect = (carrier: Invoke) => {
    invoke = carrier;
  };
  return { deps, connect };
}

/** Where callers may have requests sent to, from where this server listens. */
function outgoingRulesOf({ config, address }: Parts, ports: MediaPorts): OutgoingRules {
  const listening = () => [address.endpoint, address.nodeUrl].filter((url) => url !== "");
  return new OutgoingRules({
    allowed: config.outgoing,
    isBoundToLoopback: isLoopback(config.host),
    ownPorts: () => [
      ...listening().map((url) => Number(new URL(url).port || 80)),
      ...Object.values(ports),
    ],
    ownUrls: () => [...listening(), address.publicBaseUrl],
  });
}

/** The media engine with its settings bound; notes in `ports` where it listens. */
function mediaOf({ config, node, nodeDisk, certificate }: Parts, ports: MediaPorts): MediaPort {
  const transcoding = transcodingOf(config);
  const spill = spillOf(config, node.dir, nodeDisk.lowWaterBytes);
  return {
    renderRecordingPlaylists,
    keptRecordings: new KeptRecordings(spill.segments),
    createEngine: (host, again) => {
      const where = ingestPortsOf(config, again);
      const more = { spill, workers: config.ingestWorkers };
      const engine = createMediaEngine(
        { ...where, tls: certificate, ...more, ...transcoding },
        host,
      );
      const start = engine.start.bind(engine);
      return Object.assign(engine, {
        start: async () => {
          const listening = await start();
          ports.rtmp = listening.rtmpPort;
          ports.rtmps = listening.rtmpsPort;
          ports.srt = listening.srtPort;
          return listening;
        },
      });
    },
  };
}
