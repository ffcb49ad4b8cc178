import type { SecretBox } from "../../kernel/crypto/secret-box.ts";
import type { OutgoingClient } from "../../kernel/outgoing/outgoing-client.ts";
import type { AccountDirectory, IdentityDirectory } from "../../kernel/ports/identity.ts";
import type { ServiceApi, ServiceDependencies } from "../../kernel/service.ts";
import { apiDestinationOperations } from "./api-destinations.ts";
import { archiveOperations } from "./archives/archives.ts";
import { replayOperations } from "./archives/replays.ts";
import { eventBusOperations } from "./buses/event-buses.ts";
import { permissionOperations } from "./buses/permissions.ts";
import { connectionOperations } from "./connections.ts";
import { eventsConstraints } from "./constraints.ts";
import { customEventOperations } from "./custom-events.ts";
import type { LongMatches } from "./pattern/long-matches.ts";
import type { IncomingEvent } from "./put-event.ts";
import { ruleOperations } from "./rules.ts";
import { eventsSchemas } from "./schema.ts";
import { tagOperations } from "./tags.ts";
import { type TargetParts, targetOperations } from "./targets.ts";

interface EventsApiParts extends Pick<ServiceDependencies, "ids">, TargetParts {
  readonly accounts: AccountDirectory;
  readonly directory: IdentityDirectory;
  readonly outgoing: OutgoingClient;
  readonly secrets: SecretBox;
  /** Resolves with false when too many events wait already. */
  readonly put: (event: IncomingEvent) => Promise<boolean>;
  readonly matcher: LongMatches;
  /** There may be a token to fetch for a connection. */
  readonly toAuthorize: () => void;
  /** A schedule may have begun or ended. */
  readonly rulesChanged: () => void;
  /** There is a replay to begin or to end. */
  readonly wakeReplays: () => void;
}

export function eventsApi(parts: EventsApiParts): ServiceApi {
  return {
    schemas: eventsSchemas,
    constraints: eventsConstraints,
    operations: {
      ...eventBusOperations(parts),
      ...permissionOperations(parts.directory),
      ...customEventOperations(parts),
      ...ruleOperations(parts),
      ...archiveOperations(parts),
      ...replayOperations(parts),
      ...targetOperations(parts),
      ...connectionOperations(parts),
      ...apiDestinationOperations(parts),
      ...tagOperations,
    },
  };
}
