import { isoSeconds } from "../../kernel/clock.ts";
import type { Ids } from "../../kernel/ids.ts";
import type { Log } from "../../kernel/ports/log.ts";
import type { ServiceEvent, ServiceEventRecorder } from "../../kernel/ports/service-events.ts";
import type { Transaction } from "../../kernel/store.ts";
import type { EventStore } from "./events/event-store.ts";
import { findableOf } from "./record/event-attributes.ts";
import { newEventId } from "./record/event-ids.ts";
import type { EventRecord } from "./record/event-record.ts";
import { EVENT_VERSION } from "./record/record-text.ts";

interface ServiceEventRecorderOptions {
  readonly events: EventStore;
  /** Now; no two times are the same. */
  readonly nextMs: () => number;
  readonly ids: Ids;
  readonly log: Log;
}

/** Source: CloudTrail user guide, "Non-API events captured by CloudTrail". */
const INTERNAL = "AWS Internal";

/** Makes CloudTrail's records of what services do by themselves. */
export class CloudTrailServiceEvents implements ServiceEventRecorder {
  readonly #options: ServiceEventRecorderOptions;

  constructor(options: ServiceEventRecorderOptions) {
    this.#options = options;
  }

  async record(event: ServiceEvent, tx: Transaction): Promise<void> {
    const { events, log } = this.#options;
    const record = this.#recordOf(event);
    await events.intend([record], tx);
    tx.afterCommit(() => {
      // A record that can't be written now is found by the next start.
      events.append([record]).catch((err: unknown) => {
        log.error({ err }, "A service's event waits for the next start.");
      });
    });
  }

  #recordOf({ accountId, region, source, name, details }: ServiceEvent): EventRecord {
    const { nextMs, ids } = this.#options;
    const atMs = nextMs();
    const eventId = newEventId(atMs, ids);
    const record = {
      eventVersion: EVENT_VERSION,
      userIdentity: { accountId, invokedBy: INTERNAL },
      eventTime: isoSeconds(atMs),
      eventSource: source,
      eventName: name,
      awsRegion: region,
      sourceIPAddress: INTERNAL,
      userAgent: INTERNAL,
      requestParameters: null,
      responseElements: null,
      eventID: eventId,
      readOnly: false,
      eventType: "AwsServiceEvent",
      managementEvent: true,
      recipientAccountId: accountId,
      serviceEventDetails: details,
      eventCategory: "Management",
    };
    return {
      ...{ eventId, accountId, region, kind: "change", readOnly: false, atMs },
      // Nobody has called: no user and no key finds it.
      findable: findableOf({ ...record, userIdentity: {} }),
      text: JSON.stringify(record),
    };
  }
}
