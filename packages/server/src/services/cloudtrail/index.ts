import { join } from "node:path";
import { defineService } from "../../kernel/define-service.ts";
import { LiveFeed } from "../../kernel/live-feed.ts";
import type { CallAuditor } from "../../kernel/ports/call-audit.ts";
import type { DiskSpace } from "../../kernel/ports/disk-space.ts";
import type { ServiceDependencies, ServiceFacts } from "../../kernel/service.ts";
import { CallRecorder } from "./call-recorder.ts";
import { denialError } from "./errors.ts";
import { EventStore } from "./events/event-store.ts";
import { FileJournal, noJournal } from "./events/journal.ts";
import { cloudTrailMigrations } from "./migrations.ts";
import { type EventRecord, EventRecords } from "./record/event-record.ts";
import { cloudtrailResourceTypes } from "./resources/cloudtrail-type-names.ts";
import { CloudTrailServiceEvents } from "./service-event-recorder.ts";
import { Deliveries } from "./trails/deliveries.ts";

interface CloudTrailNeeds extends ServiceDependencies {
  /** The folders of this node's journal, and of those that nodes which are gone left. */
  readonly node: {
    readonly dir: string;
    /** Tells this folder's processes from those of others that share the database. */
    readonly id: string;
    readonly abandoned: readonly string[];
    readonly disk: DiskSpace;
  };
  /** Events kept, of changes and of reads each. */
  readonly settings: { readonly auditEventsMax: number };
  /** The services whose calls are recorded. */
  readonly knownServices: readonly ServiceFacts[];
}

/** AWS CloudTrail: who called what, and with which outcome. */
export const cloudtrail = defineService({
  title: "CloudTrail",
  definition: {
    name: "cloudtrail",
    signingName: "cloudtrail",
    protocol: "awsJson1_1",
    version: "2013-11-01",
    floats: ["ListInsightsMetricDataResponse.Values", "SearchSampleQueriesSearchResult.Relevance"],
    targetPrefix: "CloudTrail_20131101",
  },
  migrations: cloudTrailMigrations,
  audit: { resourceTypePrefix: "AWS::CloudTrail" },
  create: createCloudTrail,
});

function createCloudTrail(needs: CloudTrailNeeds) {
  const { store, clock, ids, log, durable, events: bus, invoke } = needs;
  const { dir, id: owner, abandoned } = needs.node;
  const feed = new LiveFeed<EventRecord>((error) => log.error({ err: error }, "event reader"));
  const deliveries = new Deliveries({
    store,
    clock,
    ids,
    log,
    events: bus,
    invoke,
    owner,
    globalSources: () => globalSources(needs.knownServices),
  });
  const events = new EventStore({
    store,
    clock,
    ids,
    log,
    journal: durable
      ? new FileJournal(journalOf(dir), abandoned.map(journalOf), ids, !store.shared)
      : noJournal(),
    disk: needs.node.disk,
    owner,
    eventsMax: needs.settings.auditEventsMax,
    onJournaled: (record) => feed.publish(record.accountId, record),
    onBatches: (batches, tx) => deliveries.note(batches, tx),
  });
  const records = new EventRecords(() => typePrefixes(needs.knownServices));
  const auditor = new CallRecorder({ events, records, clock, ids });
  const nextMs = () => auditor.nextMs();
  return {
    api: async () => (await import("./api.ts")).cloudTrailApi({ invoke, events, deliveries }),
    accessDenied: denialError,
    provides: {
      auditor: auditor satisfies CallAuditor,
      /** Gives each record of the account, as JSON, from now on. Returns the way to stop. */
      readRecords: (accountId: string, read: (json: string) => void) =>
        feed.subscribe(accountId, ({ text }) => read(text)),
    },
    contributes: {
      serviceEventRecorders: [new CloudTrailServiceEvents({ events, nextMs, ids, log })],
      resourceTypes: [cloudtrailResourceTypes],
    },
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

function globalSources(services: readonly ServiceFacts[]): ReadonlySet<string> {
  return new Set(
    services.flatMap(({ audit, definition }) =>
      audit?.recordedIn === undefined ? [] : [`${definition.signingName}.amazonaws.com`],
    ),
  );
}

function typePrefixes(services: readonly ServiceFacts[]): ReadonlyMap<string, string> {
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
