import type { Contributions } from "../../kernel/contributions.ts";
import { SecretBox } from "../../kernel/crypto/secret-box.ts";
import { defineService } from "../../kernel/define-service.ts";
import { pathBelow } from "../../kernel/files/path-below.ts";
import { OutgoingClient } from "../../kernel/outgoing/outgoing-client.ts";
import type {
  AccountDirectory,
  CredentialSource,
  IdentityDirectory,
} from "../../kernel/ports/identity.ts";
import type { ServiceDependencies } from "../../kernel/service.ts";
import { archiveRetention } from "./delivery/archive-retention.ts";
import { ConnectionAuthorizer } from "./delivery/connection-authorizer.ts";
import { DeliveryWorker } from "./delivery/delivery-worker.ts";
import { EventMatcher } from "./delivery/event-matcher.ts";
import type { EventPlan } from "./delivery/event-plan.ts";
import { EventRouter } from "./delivery/event-router.ts";
import type { FunctionTargetParts } from "./delivery/function-targets.ts";
import { OAuthTokens } from "./delivery/oauth-tokens.ts";
import { PatientRouting } from "./delivery/patient-routing.ts";
import { ReplayWorker } from "./delivery/replay-worker.ts";
import { RuleMetrics } from "./delivery/rule-metrics.ts";
import { ScheduleWorker } from "./delivery/schedule-worker.ts";
import { type WebhookSettings, webhookOf } from "./delivery/webhook.ts";
import { accessDenied } from "./errors.ts";
import { eventsMigrations } from "./migrations.ts";
import type { IncomingEvent } from "./put-event.ts";
import { eventsResourceTypes } from "./resources/events-type-names.ts";
import type { EventsTables } from "./tables.ts";

interface EventsNeeds extends ServiceDependencies {
  /** A default bus is as old as its account. */
  readonly accounts: AccountDirectory;
  /** Knows the users and roles that policies of buses name. */
  readonly directory: IdentityDirectory;
  /** Finds the sessions of targets' roles. */
  readonly sessions: CredentialSource;
  readonly sealingKey: Uint8Array;
  readonly contributed: Pick<Contributions, "nodeAbilities" | "metricSinks">;
  readonly settings: FunctionTargetParts["settings"] & {
    readonly webhooks: readonly WebhookSettings[];
  };
  /** Sends what callers ask for. */
  readonly outgoing: OutgoingClient;
}

/** Amazon EventBridge: buses, rules, and targets: other buses, hooks, functions and files. */
export const events = defineService({
  title: "EventBridge",
  definition: {
    name: "events",
    signingName: "events",
    protocol: "awsJson1_1",
    targetPrefix: "AWSEvents",
    version: "2015-10-07",
  },
  migrations: eventsMigrations,
  // Source: EventBridge user guide, "Logging API calls using CloudTrail", data events.
  audit: { dataOperations: ["PutEvents"], readOnly: ["TestEventPattern"] },
  create: createEvents,
});

function createEvents(deps: EventsNeeds) {
  const secrets = new SecretBox(deps.sealingKey, "rolecast events connections");
  const webhooks = deps.settings.webhooks.map(webhookOf);
  const metrics = new RuleMetrics(deps);
  const matcher = new EventMatcher(deps.log);
  const router = new EventRouter({ ...deps, webhooks, matcher, metrics });
  const logDir = pathBelow(deps.dataDir, "events");
  const trusted = new OutgoingClient(undefined);
  const tokens = new OAuthTokens(deps.outgoing, deps.clock, secrets);
  const authorizer = new ConnectionAuthorizer({ ...deps, tokens });
  const worker = new DeliveryWorker({
    ...{ ...deps, secrets, webhooks, logDir, trusted, tokens, authorizer, metrics },
    forward: (event) => route(event),
  });
  const route = async (event: IncomingEvent) => {
    const outcome = await router.route(event);
    if (outcome === "waiting") worker.wake();
    return outcome !== "too-many";
  };
  const delivered = (plans: readonly EventPlan[]) => {
    for (const { deliveries } of plans) metrics.matched(deliveries);
    worker.wake();
  };
  const timely = { ...deps, router, delivered };
  const replays = new ReplayWorker(timely);
  const schedules = new ScheduleWorker(timely);
  const retention = archiveRetention(deps);
  let unsubscribe: (() => void) | undefined;
  const routing = new PatientRouting({ ...deps, route });
  return {
    api: async () => {
      const { eventsApi } = await import("./api.ts");
      const put = async (event: IncomingEvent) => {
        if (!(await route(event))) return false;
        deps.events.remember(event);
        return true;
      };
      return eventsApi({
        ...{ ...deps, secrets, put, matcher },
        toAuthorize: () => authorizer.wake(),
        rulesChanged: () => schedules.wake(),
        wakeReplays: () => replays.wake(),
      });
    },
    accessDenied,
    contributes: { resourceTypes: [eventsResourceTypes] },
    async start() {
      unsubscribe = deps.events.subscribe((event) => routing.take(event));
      worker.start();
      authorizer.start();
      replays.start();
      schedules.start();
      retention.start();
    },
    drain: () => worker.drain(),
    async close() {
      unsubscribe?.();
      await routing.close();
      await Promise.all([replays.close(), schedules.close(), retention.close()]);
      await worker.close();
      await authorizer.close();
      await matcher.close();
    },
    health: async () => {
      const { count } = await deps.store
        .tables<EventsTables>()
        .db.selectFrom("events_deliveries")
        .select((select) => select.fn.countAll<number>().as("count"))
        .executeTakeFirstOrThrow();
      return { waiting: Number(count) };
    },
  };
}
