import type { SecretBox } from "../../kernel/crypto/secret-box.ts";
import type { OutgoingClient } from "../../kernel/outgoing/outgoing-client.ts";
import type { AccountDirectory } from "../../kernel/ports/identity.ts";
import type { ServiceApi, ServiceDependencies } from "../../kernel/service.ts";
import { apiDestinationOperations } from "./api-destinations.ts";
import { connectionOperations } from "./connections.ts";
import { eventsConstraints } from "./constraints.ts";
import { eventBusOperations } from "./event-buses.ts";
import type { IncomingEvent } from "./put-event.ts";
import { ruleOperations } from "./rules.ts";
import { eventsSchemas } from "./schema.ts";
import { tagOperations } from "./tags.ts";
import { targetOperations } from "./targets.ts";

interface EventsApiParts extends Pick<ServiceDependencies, "ids"> {
  readonly accounts: AccountDirectory;
  readonly outgoing: OutgoingClient;
  readonly secrets: SecretBox;
  /** Resolves with false when too many events wait already. */
  readonly put: (event: IncomingEvent) => Promise<boolean>;
  /** Looks for deliveries that are due. */
  readonly wake: () => void;
}

export function eventsApi(parts: EventsApiParts): ServiceApi {
  return {
    schemas: eventsSchemas,
    constraints: eventsConstraints,
    operations: {
      ...eventBusOperations(parts),
      ...ruleOperations(parts.wake),
      ...targetOperations,
      ...connectionOperations(parts),
      ...apiDestinationOperations(parts),
      ...tagOperations,
    },
  };
}
