import assert from "node:assert";
import { join } from "node:path";
import { Readable } from "node:stream";
import { createMediaEngine, renderRecordingPlaylists } from "@rolecast/media";
import { Authenticator } from "./authn/authenticator.ts";
import { ServiceCredentials } from "./authn/service-credentials.ts";
import { Authorizer } from "./authz/authorizer.ts";
import { ConfigError } from "./config/config-error.ts";
import { ingestPortsOf } from "./config/ingest-ports.ts";
import { outsideServices } from "./config/linked-services.ts";
import { type ConfigSources, loadConfig } from "./config/load-config.ts";
import { nodeUrlOf, spillOf } from "./config/node.ts";
import { loadOrganization } from "./config/organization.ts";
import { rootAccessOf } from "./config/root-access.ts";
import { rootAccounts } from "./config/root-accounts.ts";
import { seeding } from "./config/seeding.ts";
import type { Config, ConfigInput } from "./config/settings.ts";
import { transcodingOf } from "./config/transcoding.ts";
import { ConsoleFiles } from "./gateway/console-files.ts";
import { Dispatcher } from "./gateway/dispatcher.ts";
import { HttpServer, urlHost } from "./gateway/http-server.ts";
import { InternalRoutes } from "./gateway/internal-routes.ts";
import { LocalStackRoutes } from "./gateway/localstack-routes.ts";
import { coverageOf } from "./gateway/operation-coverage.ts";
import { Pipeline } from "./gateway/pipeline.ts";
import { ServiceRegistry } from "./gateway/service-registry.ts";
import { systemClock } from "./kernel/clock.ts";
import { EventLog } from "./kernel/event-log.ts";
import type { LinkedServiceUsage } from "./kernel/identity.ts";
import { randomIds } from "./kernel/ids.ts";
import type { Invoke } from "./kernel/invoke.ts";
import type { OutsideService } from "./kernel/linked-services.ts";
import type { Log } from "./kernel/log.ts";
import { s3HostsOf } from "./kernel/s3-hosts.ts";
import type { Service, ServiceDependencies } from "./kernel/service.ts";
import type { Store } from "./kernel/store.ts";
import { createLog } from "./observability/log.ts";
import { Metrics } from "./observability/metrics.ts";
import { openTracing, type Tracing } from "./observability/otlp-tracer.ts";
import { emptyEverything, healthOf, type RunningServer } from "./running-server.ts";
import { cloudTrailMigrations } from "./services/cloudtrail/migrations.ts";
import { createCloudTrailService } from "./services/cloudtrail/service.ts";
import { cloudwatchMigrations } from "./services/cloudwatch/migrations.ts";
import { createCloudWatchServices } from "./services/cloudwatch/service.ts";
import { eventsMigrations } from "./services/events/migrations.ts";
import { createEventsService } from "./services/events/service.ts";
import { iamMigrations } from "./services/iam/migrations.ts";
import { createIamService } from "./services/iam/service.ts";
import { findTakenName } from "./services/iam/service-linked-roles/definitions.ts";
import { createIamToolboxService } from "./services/iam-toolbox/service.ts";
import { iamToolboxMigrations } from "./services/iam-toolbox/tables.ts";
import { ivsMigrations } from "./services/ivs/migrations.ts";
import { createIvsService } from "./services/ivs/service.ts";
import { createLinkedServicesService } from "./services/linked-services/service.ts";
import { createS3ControlService } from "./services/s3/control/service.ts";
import { s3Migrations } from "./services/s3/migrations.ts";
import { createS3Service } from "./services/s3/service.ts";
import { createStsService } from "./services/sts/service.ts";
import { type DataFolder, openDataFolder } from "./storage/data-folder.ts";
import { writeServiceCredentials } from "./storage/service-credential-files.ts";
import { openStore } from "./storage/store.ts";
import { loadTlsCertificate, type TlsCertificate } from "./storage/tls-certificate.ts";

const DEFAULT_REGION = "us-east-1";
/** Remove this file from the data folder to have the generated root key shown again. */
const ROOT_KEY_SHOWN = "root-key-was-shown";
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

/** Where a server takes things from that aren't given as settings. */
export interface ServerSources extends Omit<ConfigSources, "given"> {
  /** Folder with the console's built files, to be served at `/`. */
  readonly consoleDir?: string;
}

/**
 * Starts a server; resolves when it is ready. Rejects with ConfigError, DataFolderInUseError, or
 * node's own error when a port is taken; nothing is left running then.
 */
export async function createServer(
  given: ConfigInput = {},
  { consoleDir, ...sources }: ServerSources = {},
): Promise<RunningServer> {
  const config = loadConfig({ ...sources, given });
  const folder = openDataFolder(config.data, config.database !== undefined);
  const ends: (() => Promise<void> | void)[] = [() => folder.release()];
  const end = async () => {
    for (const step of ends.splice(0).reverse()) await step();
  };
  try {
    return await startServer(config, folder, consoleDir, ends, end);
  } catch (error) {
    await end();
    throw error;
  }
}

async function startServer(
  config: Config,
  folder: DataFolder,
  consoleDir: string | undefined,
  ends: (() => Promise<void> | void)[],
  end: () => Promise<void>,
): Promise<RunningServer> {
  const { log, read: readLog } = createLog(config.logLevel);
  const { sealingKey } = folder;
  const certificate = loadTlsCertificate({
    certificateFile: config.tlsCertificate,
    keyFile: config.tlsKey,
    dataDir: folder.dir,
    hostNames: [config.ingestHost],
    nowMs: systemClock.nowMs(),
  });
  const store = await openStore({
    shared: config.database === undefined ? undefined : { url: config.database, sealingKey },
    file: folder.databaseFile,
    durable: folder.durable,
    migrations: MIGRATIONS,
    nowMs: systemClock.nowMs,
  });
  ends.push(() => store.close());
  const tracing = openTracing(config.otlpEndpoint, randomIds, log);
  ends.push(() => tracing.close());
  const events = new EventLog((error) => log.error({ error: String(error) }, "event listener"));
  const roots = rootAccounts(config, folder.sealingKey);
  const outside = outsideServices(config.linkedServices, folder.sealingKey);
  const taken = findTakenName(outside);
  if (taken !== undefined)
    throw new ConfigError(`The setting linkedServices asks for ${taken}, which is AWS's own.`);
  const address = { endpoint: "", nodeUrl: "", publicBaseUrl: config.publicBaseUrl ?? "" };
  const composed = compose({
    config,
    folder,
    store: tracing.observe(store),
    tracing,
    certificate,
    events,
    log,
    address,
    outside,
  });
  await composed.iam.bootstrapAccounts(roots.accounts);

  let ready = false;
  const health = () => healthOf(composed.services);
  const localStack = new LocalStackRoutes(systemClock, randomIds, health, config.readyDir);
  const sow = seeding(config, roots.accounts, composed.dispatcher.invoke);
  const reset = async () => {
    await emptyEverything(composed.services, store, events, () =>
      composed.iam.bootstrapAccounts(roots.accounts),
    );
    await sow();
  };
  const routes = new InternalRoutes({
    events,
    feeds: new Map([
      ["cloudtrail", composed.cloudtrail.readRecords],
      ["logs", readLog],
      ["decisions", composed.toolbox.readDecisions],
    ]),
    ready: () => ready,
    health,
    metrics: () => composed.metrics.text(),
    localStack,
    reset: config.allowReset ? reset : undefined,
  });
  const pipeline = new Pipeline({
    registry: composed.registry,
    routes,
    console: consoleDir === undefined ? undefined : new ConsoleFiles(consoleDir),
    authenticator: composed.authenticator,
    dispatcher: composed.dispatcher,
    store: tracing.observe(store),
    clock: systemClock,
    ids: randomIds,
    log,
    tracer: tracing.tracer,
    defaultRegion: DEFAULT_REGION,
    s3Hosts: s3HostsOf(config.publicBaseUrl),
  });
  const http = new HttpServer({
    host: config.host,
    port: config.port,
    log,
    trustedProxies: config.trustedProxies,
    serve: (request) => pipeline.serve(request),
  });
  const httpPort = await http.listen();
  ends.push(() => {
    routes.close();
    return http.close();
  });
  address.endpoint = `http://${urlHost(config.host)}:${httpPort}`;
  address.nodeUrl = nodeUrlOf(config, httpPort);
  address.publicBaseUrl ||= `http://localhost:${httpPort}`;
  for (const service of composed.services) {
    await service.start?.();
    ends.push(() => service.close?.());
  }
  await sow();
  ready = true;
  return {
    config,
    endpoint: address.endpoint,
    ports: { http: httpPort, ...composed.ports },
    root: roots.root,
    generatedRoot:
      roots.generated && folder.firstTime(ROOT_KEY_SHOWN) ? roots.generated : undefined,
    testRoot: roots.test,
    linkedServices: writeServiceCredentials(folder.dir, outside),
    certificateFile: config.tlsCertificate ?? join(folder.dir, "tls", "rtmps.crt"),
    operations: coverageOf(composed.registry),
    invoke: composed.dispatcher.invoke,
    showReadyScripts: (scripts) => localStack.showReadyScripts(scripts),
    reset,
    close: end,
  };
}

interface Parts {
  readonly config: Config;
  readonly folder: DataFolder;
  readonly store: Store;
  readonly tracing: Tracing;
  readonly certificate: TlsCertificate;
  readonly events: EventLog;
  readonly log: Log;
  readonly outside: readonly OutsideService[];
  /** Filled in when the server listens. */
  readonly address: { nodeUrl: string; publicBaseUrl: string };
}

/** Makes the services and ties their ports together. */
function compose(parts: Parts) {
  const { config, folder, store, certificate, events, log, address, outside } = parts;
  const organization =
    config.organization === undefined ? undefined : loadOrganization(config.organization);
  const ports = { rtmp: 0, rtmps: 0, srt: 0 };
  const transcoding = transcodingOf(config);
  const late: { invoke?: Invoke } = {};
  const deps: ServiceDependencies = {
    store,
    clock: systemClock,
    ids: randomIds,
    events,
    log,
    dataDir: folder.dir,
    durable: folder.durable,
    invoke: (service, operation, input, options) => {
      assert(late.invoke, "a service called another one before the server was composed");
      return late.invoke(service, operation, input, options);
    },
  };
  const linkedServiceUsages: LinkedServiceUsage[] = [];
  const iam = createIamService({
    ...deps,
    linkedServiceUsages,
    publicBaseUrl: () => address.publicBaseUrl,
    outsideServices: outside,
    organization,
    sealingKey: folder.sealingKey,
  });
  const { directory } = iam;
  const toolbox = createIamToolboxService(deps);
  const sts = createStsService({
    ...deps,
    directory,
    federation: iam.federation,
    longTermCredentials: iam.credentials,
    rootAccess: rootAccessOf(config, organization),
    sealingKey: folder.sealingKey,
  });
  const hosts = s3HostsOf(config.publicBaseUrl);
  const s3 = createS3Service({ ...deps, directory, hosts, authenticator: () => authenticator });
  const cloudwatch = createCloudWatchServices(deps);
  const ivs = createIvsService({
    ...deps,
    metrics: cloudwatch.metrics,
    linkedRoles: iam.linkedRoles,
    sessions: sts.credentials,
    publicBaseUrl: () => address.publicBaseUrl,
    nodeUrl: () => address.nodeUrl,
    ingestHost: config.ingestHost,
    sealingKey: folder.sealingKey,
    geoipDatabase: config.geoipDatabase,
    rateLimits: config.rateLimits,
    quotas: config.ivsQuotas,
    media: {
      renderRecordingPlaylists,
      createEngine: (host, again) => {
        const where = ingestPortsOf(config, again);
        const more = { spill: spillOf(config, folder.dir), workers: config.ingestWorkers };
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
    },
  });
  linkedServiceUsages.push(ivs.usage);
  const authenticator = new Authenticator(
    [new ServiceCredentials(outside), sts.forwardAccessSessions, iam.credentials, sts.credentials],
    systemClock,
  );
  const linkedServices = createLinkedServicesService({
    services: outside,
    sessions: sts.forwardAccessSessions,
    report: iam.linkedRoleReport,
    verify: (request) =>
      authenticator.verifyReceived(
        linkedServices,
        { ...request, body: Readable.from([]) },
        request.body,
      ),
  });
  const cloudtrail = createCloudTrailService({
    ...deps,
    eventsMax: config.auditEventsMax,
    services: () => services,
  });
  const eventBridge = createEventsService({
    ...deps,
    sealingKey: folder.sealingKey,
    webhooks: config.webhooks,
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
    linkedServices,
  ];
  const registry = new ServiceRegistry(services);
  const authorizer = new Authorizer({
    directory,
    enforcement: config.enforcement,
    organization,
    log,
    messages: sts.messages,
    decisions: toolbox.decisions,
  });
  const metrics = new Metrics(() => healthOf(services));
  const dispatcher = new Dispatcher({
    registry,
    refresh: directory.refresh,
    authorizer,
    store,
    clock: systemClock,
    ids: randomIds,
    tracer: parts.tracing.tracer,
    auditor: cloudtrail.auditor,
    audit: ({ requestId, service, operation, errorCode, durationMs }) => {
      metrics.noteRequest({ service, operation, errorCode, durationMs });
      log.debug({ requestId, service, operation, errorCode, durationMs }, "request");
    },
  });
  late.invoke = dispatcher.invoke;
  return {
    services,
    registry,
    dispatcher,
    metrics,
    iam,
    toolbox,
    cloudtrail,
    authenticator,
    ports,
  };
}
