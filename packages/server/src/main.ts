import { reportBackgroundErrors as reportMediaErrors } from "@rolecast/media";
import { Authorizer } from "./authz/authorizer.ts";
import { composeServices, migrationsOf } from "./compose-services.ts";
import { prepareTemplate } from "./config/deploy-template.ts";
import { type ConfigSources, loadConfig } from "./config/load-config.ts";
import { nodeUrlOf } from "./config/node.ts";
import { prepareSeed } from "./config/prepare-seed.ts";
import { rootAccounts } from "./config/root-accounts.ts";
import type { Config, ConfigInput } from "./config/settings.ts";
import { Ends } from "./ends.ts";
import { ConsoleFiles } from "./gateway/console-files.ts";
import { Dispatcher } from "./gateway/dispatcher.ts";
import { HttpServer, urlHost } from "./gateway/http-server.ts";
import { InternalRoutes } from "./gateway/internal-routes.ts";
import { LocalStackRoutes } from "./gateway/localstack-routes.ts";
import { coverageOf } from "./gateway/operation-coverage.ts";
import { OwnHosts } from "./gateway/own-hosts.ts";
import { PageGuard } from "./gateway/page-guard.ts";
import { Pipeline } from "./gateway/pipeline.ts";
import { isAwsHost } from "./gateway/resolve-service.ts";
import { ServiceRegistry } from "./gateway/service-registry.ts";
import { WebSockets } from "./gateway/web-sockets.ts";
import { systemClock } from "./kernel/clock.ts";
import type { AnyServiceModule } from "./kernel/define-service.ts";
import { errorTrace } from "./kernel/error-class.ts";
import { randomIds } from "./kernel/ids.ts";
import { isLoopback } from "./kernel/loopback.ts";
import type { OwnRoutes } from "./kernel/ports/own-routes.ts";
import { reportBackgroundErrors } from "./kernel/work/in-background.ts";
import { Metrics } from "./observability/metrics.ts";
import { type OpenedParts, openParts } from "./open-parts.ts";
import { type Address, createPlatform, type MakeEngine } from "./platform.ts";
import type { RunningServer } from "./running-server.ts";
import { ServerHealth } from "./server-health.ts";
import { ServerLife } from "./server-life.ts";
import { ServerReset } from "./server-reset.ts";
import { SERVICES } from "./services/index.ts";
import { openDataFolder } from "./storage/data-folder.ts";
import { writeServiceCredentials } from "./storage/service-credential-files.ts";

const DEFAULT_REGION = "us-east-1";
/** Remove this file from the data folder to have the generated root key shown again. */
const ROOT_KEY_SHOWN = "root-key-was-shown";

/** Inputs of a server beside its settings. */
export interface ServerSources extends Omit<ConfigSources, "given"> {
  /** Folder with the console's built files, to be served at `/`. */
  readonly consoleDir?: string;
  /** Services of a test's own, after those of `services/index.ts`. */
  readonly furtherServices?: readonly AnyServiceModule[];
  /** An engine of a measurement's own, whose streams need no encoders. */
  readonly makeEngine?: MakeEngine;
}

/**
 * Starts a server; resolves when it is ready. Rejects with ConfigError, DataFolderInUseError, or
 * node's own error when a port is taken; nothing is left running then.
 */
export async function createServer(
  given: ConfigInput = {},
  { consoleDir, furtherServices = [], makeEngine, ...sources }: ServerSources = {},
): Promise<RunningServer> {
  const config = await loadConfig({ ...sources, given });
  const folder = await openDataFolder(config.data, config.database !== undefined);
  const ends = new Ends();
  ends.push("the data folder", () => folder.release());
  try {
    const migrations = migrationsOf([...SERVICES, ...furtherServices]);
    const parts = await openParts(config, folder, migrations, ends);
    return await startServer(parts, { consoleDir, furtherServices, makeEngine }, ends);
  } catch (error) {
    await ends.run();
    throw error;
  }
}

type Given = Required<Pick<ServerSources, "furtherServices">> & {
  readonly consoleDir: string | undefined;
  readonly makeEngine: MakeEngine | undefined;
};

async function startServer(
  parts: OpenedParts,
  { consoleDir, furtherServices, makeEngine }: Given,
  ends: Ends,
): Promise<RunningServer> {
  const { config, folder, events, log } = parts;
  const report = (error: unknown) =>
    log.error({ error: errorTrace(error) }, "work in the background failed");
  reportBackgroundErrors(report);
  reportMediaErrors(report);
  const roots = rootAccounts(config, parts.sealingKey);
  const http = new HttpServer({
    host: config.host,
    port: config.port,
    log,
    trustedProxies: config.trustedProxies,
    plainIsSecure: isPlainSecure(config),
    tls: parts.certificate,
    limits: { connectionsMax: config.maxConnections },
  });
  const httpPort = await http.listen();
  if (isPlainSecure(config))
    log.debug({}, "on this machine HTTP counts as secure: aws:SecureTransport is true");
  ends.push("requests", () => http.close());
  const address = addressOf(config, httpPort);
  const ownRoutes: OwnRoutes = {
    health: async () => (await serverHealth.report()).facts,
    metrics: () => metrics.text(),
    drain: (timeoutMs) => life.drain(timeoutMs),
    reset: config.allowReset ? () => resets.run() : undefined,
  };
  const knownServices = [...SERVICES, ...furtherServices];
  const platform = createPlatform(
    parts,
    {
      ...{ address, ownRoutes, knownServices },
      invoke: (...call) => dispatcher.invoke(...call),
      decide: (...asked) => dispatcher.decide(...asked),
    },
    makeEngine,
  );
  const { provided, ...composed } = await composeServices(platform, SERVICES);
  const further = await composeServices(provided, furtherServices);
  const services = [...composed.services, ...further.services];
  const life = new ServerLife({
    services,
    store: () => parts.opened.health.check(),
    log,
    nowMs: systemClock.nowMs,
    end: () => ends.run(),
  });
  const serverHealth = new ServerHealth(
    services,
    parts.opened.health,
    parts.disk,
    () => life.facts,
  );
  const registry = new ServiceRegistry(services);
  const metrics = new Metrics(async () => (await serverHealth.report()).facts);
  ends.push("metrics", metrics.close);
  const dispatcher: Dispatcher = new Dispatcher({
    registry,
    refresh: provided.directory.refresh,
    authorizer: new Authorizer({
      ...provided,
      enforcement: config.enforcement,
      consoleUrl: config.publicBaseUrl ?? address.endpoint,
    }),
    store: parts.store,
    clock: systemClock,
    ids: randomIds,
    tracer: parts.tracer,
    auditor: provided.auditor,
    audit: ({ requestId, service, operation, errorCode, durationMs }) => {
      metrics.noteRequest({ service, operation, errorCode, durationMs });
      log.debug({ requestId, service, operation, errorCode, durationMs }, "request");
    },
  });
  const bootstrap = () => provided.bootstrapAccounts(roots.accounts);
  await bootstrap();

  const localStack = new LocalStackRoutes(systemClock, randomIds, config.readyDir);
  const seed = await prepareSeed(config, roots.accounts, dispatcher.invoke, platform.resources);
  const place = { accountId: config.account, region: DEFAULT_REGION };
  const deployTemplate = prepareTemplate(config.template, place, dispatcher.invoke);
  const seedAll = async () => {
    await seed();
    await deployTemplate();
  };
  const resets = new ServerReset({
    ...{ services, events, log, bootstrap },
    store: parts.opened,
    seed: seedAll,
  });
  const routes = new InternalRoutes({
    ...ownRoutes,
    readiness: () => life.readiness(),
    report: (isStrange) => (isStrange ? serverHealth.publicReport() : serverHealth.report()),
    localStack,
  });
  const guards = guardsOf(config, registry, provided.bucketHosts, roots.test !== undefined);
  const pipeline = new Pipeline({
    registry,
    routes,
    console:
      consoleDir === undefined ? undefined : new ConsoleFiles(consoleDir, roots.test !== undefined),
    authenticator: provided.authenticator,
    dispatcher,
    store: parts.store,
    clock: systemClock,
    ids: randomIds,
    log,
    tracer: parts.tracer,
    defaultRegion: DEFAULT_REGION,
    publicBaseUrl: config.publicBaseUrl,
    ...guards,
  });
  const webSockets = new WebSockets({ services, hosts: guards.hosts, log });
  ends.push("WebSockets", () => webSockets.close());
  http.serve(
    (request) => pipeline.serve(request),
    (...handshake) => webSockets.answer(...handshake),
  );
  ends.push("readers of feeds", () => {
    for (const service of services) service.endReaders?.();
  });
  for (const service of services) {
    await service.start?.();
    ends.push(service.title, () => service.close?.());
  }
  parts.node.releaseAbandoned();
  await seedAll();
  life.started();
  return {
    config,
    endpoint: address.endpoint,
    get ports() {
      return { http: httpPort, ...provided.ingestPorts() };
    },
    root: roots.root,
    generatedRoot: folder.isMarked(ROOT_KEY_SHOWN) ? undefined : roots.generated,
    noteRootKeyShown: () => folder.mark(ROOT_KEY_SHOWN),
    testRoot: roots.test,
    linkedServices: await writeServiceCredentials(folder.dir, parts.outsideServices),
    certificateFile: parts.certificate.certificateFile,
    operations: () => coverageOf(registry),
    invoke: dispatcher.invoke,
    showReadyScripts: (scripts) => localStack.showReadyScripts(scripts),
    reset: resets.run,
    failed: Promise.race([parts.failed, resets.failed]),
    drain: life.drain,
    drained: life.drained,
    close: () => life.close(),
  };
}

/** Plain HTTP between programs of this machine, which nobody else can listen to. */
function isPlainSecure({ secureTransport, host }: Config): boolean {
  return secureTransport === "loopback" && isLoopback(host);
}

function addressOf(config: Config, httpPort: number): Address {
  return {
    endpoint: `http://${urlHost(config.host)}:${httpPort}`,
    nodeUrl: nodeUrlOf(config, httpPort),
    publicBaseUrl: config.publicBaseUrl ?? `http://localhost:${httpPort}`,
  };
}

/** Guards against strange clients: checks host names, and the pages that browsers ask for. */
function guardsOf(
  config: Config,
  registry: ServiceRegistry,
  s3Hosts: readonly string[],
  isRootKnown: boolean,
) {
  const { allowedOrigins, nodeUrl } = config;
  const hosts = new OwnHosts({
    onLoopback: isLoopback(config.host),
    s3Hosts,
    urls: [nodeUrl, ...allowedOrigins],
    isAwsHost: (host) => isAwsHost(host, registry),
  });
  return { s3Hosts, hosts, pages: new PageGuard({ active: isRootKnown, allowedOrigins, s3Hosts }) };
}
