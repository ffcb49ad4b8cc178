import { join } from "node:path";
import { LiveFeed } from "../../kernel/live-feed.ts";
import type { CallAuditor } from "../../kernel/ports/call-audit.ts";
import type { Service, ServiceDependencies } from "../../kernel/service.ts";
import { CallRecorder } from "./call-recorder.ts";
import { cloudTrailConstraints } from "./constraints.ts";
import { denialError } from "./errors.ts";
import { EventStore } from "./events/event-store.ts";
import { FileJournal, noJournal } from "./events/journal.ts";
import { lookupOperations } from "./events/lookup-events.ts";
import { cloudTrailMigrations } from "./migrations.ts";
import { type EventRecord, EventRecords } from "./record/event-record.ts";
import { cloudTrailSchemas } from "./schema.ts";
import { Deliveries } from "./trails/deliveries.ts";
import { eventSelectorOperations } from "./trails/event-selectors.ts";
import { loggingOperations } from "./trails/logging.ts";
import { trailTagOperations } from "./trails/trail-tags.ts";
import { trailOperations } from "./trails/trails.ts";

export interface CloudTrailDependencies extends ServiceDependencies {
  /** Where this node keeps its journal, and where nodes that are gone left theirs. */
  readonly node: {
    readonly dir: string;
    /** Tells this folder's processes from those of others that share the database. */
    readonly id: string;
    readonly abandoned: readonly string[];
  };
  /** Events kept, of changes and of reads each. */
  readonly eventsMax: number;
  /** The services whose calls are recorded; asked when the first is. */
  readonly services: () => readonly Service[];
}

export interface CloudTrailService extends Service {
  readonly auditor: CallAuditor;
  /** Gives each record of the account, as JSON, from now on. Returns the way to stop. */
  readRecords(accountId: string, read: (json: string) => void): () => void;
}

/** AWS CloudTrail: who called what, and with which outcome. */
export function createCloudTrailService(deps: CloudTrailDependencies): CloudTrailService {
  const { store, clock, ids, log, durable, events: bus, invoke } = deps;
  const { dir, id: owner, abandoned } = deps.node;
  const feed = new LiveFeed<EventRecord>((error) => log.error({ err: error }, "event reader"));
  const globalSources = () =>
    new Set(
      deps.services().flatMap(({ audit, definition }) => {
        return audit?.recordedIn === undefined ? [] : [`${definition.signingName}.amazonaws.com`];
      }),
    );
  const deliveries = new Deliveries({
    store,
    clock,
    ids,
    log,
    events: bus,
    invoke,
    owner,
    globalSources,
  });
  const events = new EventStore({
    store,
    clock,
    ids,
    log,
    journal: durable
      ? new FileJournal(journalOf(dir), abandoned.map(journalOf), ids, !store.shared)
      : noJournal(),
    disk: deps.disk,
    owner,
    eventsMax: deps.eventsMax,
    onBatches: (batches, tx) => deliveries.note(batches, tx),
  });
  const records = new EventRecords(() => typePrefixes(deps.services()));
  return {
    definition: {
      name: "cloudtrail",
      signingName: "cloudtrail",
      protocol: "awsJson1_1",
      version: "2013-11-01",
      targetPrefix: "CloudTrail_20131101",
      schemas: cloudTrailSchemas,
    },
    operations: {
      ...lookupOperations(events),
      ...trailOperations(invoke),
      ...loggingOperations(events, deliveries),
      ...eventSelectorOperations(),
      ...trailTagOperations(),
    },
    constraints: cloudTrailConstraints,
    migrations: cloudTrailMigrations,
    accessDenied: denialError,
    audit: { resourceTypePrefix: "AWS::CloudTrail" },
    auditor: new CallRecorder({ events, records, feed, clock, ids }),
    readRecords: (accountId, read) => feed.subscribe(accountId, ({ text }) => read(text)),
    async start() {
      await events.recover();
      deliveries.start();
    },
    async close() {
      await events.close();
      await deliveries.close();
    },
    reset: () => events.clear(),
  };
}

function typePrefixes(services: readonly Service[]): ReadonlyMap<string, string> {
  return new Map(
    services.flatMap(({ definition, audit }) =>
      audit?.resourceTypePrefix === undefined
        ? []
        : [[definition.name, audit.resourceTypePrefix] as const],
    ),
  );
}

function journalOf(nodeDir: string): string {
  return join(nodeDir, "cloudtrail", "journal");
}
