import type { Invoke } from "../../kernel/invoke.ts";
import type { ServiceApi } from "../../kernel/service.ts";
import { cloudTrailConstraints } from "./constraints.ts";
import type { EventStore } from "./events/event-store.ts";
import { lookupOperations } from "./events/lookup-events.ts";
import { cloudTrailSchemas } from "./schema.ts";
import type { Deliveries } from "./trails/deliveries.ts";
import { eventSelectorOperations } from "./trails/event-selectors.ts";
import { loggingOperations } from "./trails/logging.ts";
import { trailTagOperations } from "./trails/trail-tags.ts";
import { trailOperations } from "./trails/trails.ts";

interface CloudTrailApiParts {
  readonly invoke: Invoke;
  readonly events: EventStore;
  readonly deliveries: Deliveries;
}

export function cloudTrailApi({ invoke, events, deliveries }: CloudTrailApiParts): ServiceApi {
  return {
    schemas: cloudTrailSchemas,
    constraints: cloudTrailConstraints,
    operations: {
      ...lookupOperations(events),
      ...trailOperations(invoke),
      ...loggingOperations(events, deliveries),
      ...eventSelectorOperations(),
      ...trailTagOperations(),
    },
  };
}
