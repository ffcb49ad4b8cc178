import { X509Certificate } from "node:crypto";
import { createMediaEngine, KeptRecordings, renderRecordingPlaylists } from "@rolecast/media";
import { Authenticator } from "./authn/authenticator.ts";
import { ServiceCredentials } from "./authn/service-credentials.ts";
import { decideAgain } from "./authz/decide-again.ts";
import { ingestPortsOf } from "./config/ingest-ports.ts";
import { spillOf } from "./config/node.ts";
import { objectStoreOf } from "./config/objects.ts";
import type { Config } from "./config/settings.ts";
import { transcodingOf } from "./config/transcoding.ts";
import { systemClock } from "./kernel/clock.ts";
import { type GatheredContributions, gather, noContributions } from "./kernel/contributions.ts";
import type { EventLog } from "./kernel/event-log.ts";
import { randomIds } from "./kernel/ids.ts";
import type { Decide, Invoke } from "./kernel/invoke.ts";
import { isLoopback } from "./kernel/loopback.ts";
import type { OrganizationFolder } from "./kernel/organization-folder.ts";
import { OutgoingClient } from "./kernel/outgoing/outgoing-client.ts";
import { OutgoingRules } from "./kernel/outgoing/outgoing-rules.ts";
import type { DecideAgain } from "./kernel/ports/decisions.ts";
import type { OutsideService } from "./kernel/ports/linked-services.ts";
import type { NodeMessages } from "./kernel/ports/node-messages.ts";
import type { OwnRoutes } from "./kernel/ports/own-routes.ts";
import { CollectedResourceTypes } from "./kernel/resource-types/collected-types.ts";
import type { ResourceTypes } from "./kernel/resources.ts";
import type { ServiceDependencies, ServiceFacts } from "./kernel/service.ts";
import type { OpenedParts } from "./open-parts.ts";
import type { MediaPort } from "./services/ivs/media-port.ts";
import type { TextFeed } from "./services/rolecast/feeds/feed-operations.ts";
import type { DataDisk } from "./storage/data-disk.ts";
import type { NodeFolder } from "./storage/node-folder.ts";

/** The URLs of the server, without a slash at the end. */
export interface Address {
  /** `http://127.0.0.1:4566`. */
  readonly endpoint: string;
  /** The other nodes on the same database reach this one here. */
  readonly nodeUrl: string;
  /** Clients and players reach it here. */
  readonly publicBaseUrl: string;
}

/** The parts of the whole server; services may call them once all services are created. */
interface WholeServer {
  readonly address: Address;
  readonly invoke: Invoke;
  readonly decide: Decide;
  readonly ownRoutes: OwnRoutes;
  readonly knownServices: readonly ServiceFacts[];
}

/** Everything that services can need beside other services' ports. */
export interface Platform extends ServiceDependencies, WholeServer {
  /** Each service declares the settings that it reads. */
  readonly settings: Config;
  readonly objectStore: ReturnType<typeof objectStoreOf>;
  readonly organizationFolder: OrganizationFolder | undefined;
  readonly outsideServices: readonly OutsideService[];
  /** At least 32 random bytes that outlive the process. */
  readonly sealingKey: Uint8Array;
  readonly nodeMessages: NodeMessages;
  readonly node: Pick<NodeFolder, "dir" | "id" | "abandoned"> & { readonly disk: DataDisk };
  readonly authenticator: Authenticator;
  readonly decideAgain: DecideAgain;
  /** Sends requests to addresses that callers name. */
  readonly outgoing: OutgoingClient;
  readonly media: MediaPort;
  readonly events: EventLog;
  readonly readLog: TextFeed;
  /** The types of all services' resources. */
  readonly resources: ResourceTypes;
  readonly contributed: GatheredContributions;
}

/** Makes a server's media engine. */
export type MakeEngine = typeof createMediaEngine;

export function createPlatform(
  parts: OpenedParts,
  whole: WholeServer,
  makeEngine: MakeEngine = createMediaEngine,
): Platform {
  const { config, organizationFolder, folder, node, outsideServices } = parts;
  const contributed = noContributions();
  gather(contributed, { credentialSources: [new ServiceCredentials(outsideServices)] });
  return {
    ...whole,
    store: parts.store,
    clock: systemClock,
    ids: randomIds,
    events: parts.events,
    log: parts.log,
    readLog: parts.readLog,
    resources: new CollectedResourceTypes(contributed),
    dataDir: folder.dir,
    durable: folder.durable,
    disk: parts.disk,
    node: { dir: node.dir, id: node.id, abandoned: node.abandoned, disk: parts.nodeDisk },
    nodeMessages: parts.nodeMessages,
    settings: config,
    objectStore: objectStoreOf(config),
    organizationFolder,
    outsideServices,
    sealingKey: parts.sealingKey,
    decideAgain: (decision, change) => decideAgain(decision, change, parts.log),
    authenticator: new Authenticator(contributed, systemClock),
    outgoing: new OutgoingClient(outgoingRulesOf(config, whole.address, contributed)),
    media: mediaOf(parts, makeEngine),
    contributed,
  };
}

/** The rules for requests that callers have sent; they protect this server's own ports. */
function outgoingRulesOf(
  config: Config,
  { endpoint, nodeUrl, publicBaseUrl }: Address,
  { listeningPorts }: Pick<GatheredContributions, "listeningPorts">,
): OutgoingRules {
  return new OutgoingRules({
    allowed: config.outgoing,
    isBoundToLoopback: isLoopback(config.host),
    ownPorts: () => [
      ...[endpoint, nodeUrl].map((url) => Number(new URL(url).port || 80)),
      ...listeningPorts.flatMap((ports) => Object.values(ports())),
    ],
    ownUrls: () => [endpoint, nodeUrl, publicBaseUrl],
  });
}

/** The media engine with its settings bound. */
function mediaOf(
  { config, node, nodeDisk, certificate }: OpenedParts,
  makeEngine: MakeEngine,
): MediaPort {
  const transcoding = transcodingOf(config);
  const spill = spillOf(config, node.dir, nodeDisk.lowWaterBytes);
  return {
    renderRecordingPlaylists,
    keptRecordings: new KeptRecordings(spill.segments),
    certificateSha256: new X509Certificate(certificate.cert).fingerprint256,
    createEngine: (host, ivs, again) => {
      const where = { host: config.host, ports: ingestPortsOf(config, again), ...ivs };
      const { ingestWorkers: workers, announcedAddresses } = config;
      const proxies = config.ingestProxyProtocol ? config.trustedProxies : undefined;
      const more = { spill, workers, announcedAddresses, proxies };
      return makeEngine({ ...where, tls: certificate, ...more, ...transcoding }, host);
    },
  };
}
