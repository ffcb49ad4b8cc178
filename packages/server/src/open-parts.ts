import { ConfigError } from "./config/config-error.ts";
import { outsideServices } from "./config/linked-services.ts";
import { readOrganizationFolder } from "./config/organization-folder.ts";
import type { Config } from "./config/settings.ts";
import type { Ends } from "./ends.ts";
import { systemClock } from "./kernel/clock.ts";
import { errorClass } from "./kernel/error-class.ts";
import { EventLog } from "./kernel/event-log.ts";
import { randomIds } from "./kernel/ids.ts";
import type { Migration } from "./kernel/store.ts";
import { createLog } from "./observability/log.ts";
import { openTracing } from "./observability/otlp-tracer.ts";
import { watchStore } from "./running-server.ts";
import { findTakenName } from "./services/iam/catalogue/linked-role-templates.ts";
import { trySealingKey } from "./services/iam/credentials/try-sealing-key.ts";
import { BLOBS_FOLDER } from "./services/s3/blobs/blob-files.ts";
import { DataDisk } from "./storage/data-disk.ts";
import type { DataFolder } from "./storage/data-folder.ts";
import { openNodeFolder } from "./storage/node-folder.ts";
import { openNodeMessages, openStore } from "./storage/open-store.ts";
import { SealingKey } from "./storage/sealing-key.ts";
import { loadTlsCertificate } from "./storage/tls-certificate.ts";

/**
 * Opens what services are made from: folders, database, keys, log. Each is closed by a step that is
 * added to `ends`.
 */
export async function openParts(
  config: Config,
  folder: DataFolder,
  migrations: readonly Migration[],
  ends: Ends,
) {
  const { log, read: readLog } = createLog(config);
  const shared = config.database !== undefined;
  const watch = async (dir: string, reserve: boolean) => {
    const lowWaterBytes = config.diskLowWaterBytes;
    const watched = await DataDisk.open({ dir, lowWaterBytes, reserve, log });
    ends.push("the watch of the disk", () => watched.close());
    return watched;
  };
  // Nodes that share a folder keep room each in its own.
  const disk = await watch(folder.dir, folder.durable && !shared);
  const sealing = new SealingKey({
    dir: folder.dir,
    durable: folder.durable,
    shared,
    referenced: [BLOBS_FOLDER],
    trial: trySealingKey,
  });
  const opened = await openStore({
    shared: config.database === undefined ? undefined : { url: config.database },
    file: folder.databaseFile,
    durable: folder.durable,
    migrations,
    nowMs: systemClock.nowMs,
    makeRoom: () => disk.makeRoom(),
    settle: (opening) => sealing.settle(opening),
  });
  ends.push("the database", () => opened.close());
  const failed = watchStore(opened.health, log);
  const nodeMessages = await openNodeMessages(config.database, log);
  ends.push("messages between nodes", () => nodeMessages.close());
  const sealingKey = await sealing.keep();
  const node = await openNodeFolder(folder, config.nodeDir, shared);
  ends.push("the node's folder", () => node.release());
  const nodeDisk = node.dir === folder.dir ? disk : await watch(node.dir, folder.durable);
  const certificate = await loadTlsCertificate({
    certificateFile: config.tlsCertificate,
    keyFile: config.tlsKey,
    dir: node.dir,
    sharedDir: folder.dir,
    hostNames: [config.ingestHost],
    nowMs: systemClock.nowMs(),
  });
  const tracing = openTracing(config.otlpEndpoint, randomIds, log);
  ends.push("tracing", () => tracing.close());
  const outside = outsideServices(config.linkedServices, sealingKey);
  const taken = findTakenName(outside);
  if (taken !== undefined)
    throw new ConfigError(`The setting linkedServices asks for ${taken}, which is AWS's own.`);
  return {
    config,
    organizationFolder:
      config.organization === undefined
        ? undefined
        : await readOrganizationFolder(config.organization, config.account),
    folder,
    node,
    disk,
    nodeDisk,
    sealingKey,
    certificate,
    opened,
    nodeMessages,
    failed,
    store: tracing.observe(opened),
    tracer: tracing.tracer,
    events: new EventLog((error) => log.error({ error: errorClass(error) }, "event listener")),
    log,
    readLog,
    outsideServices: outside,
  };
}

export type OpenedParts = Awaited<ReturnType<typeof openParts>>;
