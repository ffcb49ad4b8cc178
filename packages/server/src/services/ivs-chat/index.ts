import { defineService } from "../../kernel/define-service.ts";
import { OutgoingClient } from "../../kernel/outgoing/outgoing-client.ts";
import type { MetricSink } from "../../kernel/ports/metric-sink.ts";
import type { NodeMessages } from "../../kernel/ports/node-messages.ts";
import type { ReviewFunction } from "../../kernel/ports/review-function.ts";
import { RateWindows } from "../../kernel/rate-windows.ts";
import type { ServiceDependencies } from "../../kernel/service.ts";
import { Periodic } from "../../kernel/work/periodic.ts";
import { denialError } from "./errors.ts";
import { StoredChatLog } from "./logging/chat-log.ts";
import { LogDeliveries } from "./logging/log-deliveries.ts";
import { Broadcasts } from "./messaging/broadcasts.ts";
import { ChatRooms } from "./messaging/chat-rooms.ts";
import { ClientRequests } from "./messaging/client-requests.ts";
import { Handshakes } from "./messaging/handshakes.ts";
import { ChatMetrics } from "./metrics/chat-metrics.ts";
import { ivsChatMigrations } from "./migrations.ts";
import { IVS_CHAT_REGIONS } from "./regions.ts";
import { chatResourceTypes } from "./resources/chat-type-names.ts";
import { ReviewHandlers } from "./review/review-handlers.ts";
import { forgetExpiredTokens } from "./rows/used-tokens.ts";
import type { IvsChatTables } from "./tables.ts";
import { ChatTokens } from "./tokens/chat-token.ts";

/** Rows of tokens that have expired are removed this often. */
const HOUSEKEEPING_MS = 60_000;

interface IvsChatNeeds extends ServiceDependencies {
  readonly metrics: MetricSink;
  readonly nodeMessages: NodeMessages;
  /** Seals chat tokens. */
  readonly sealingKey: Uint8Array;
  readonly node: { readonly id: string };
  readonly settings: {
    readonly rateLimits: boolean;
    readonly chatReviewHandlers: Readonly<Record<string, string | ReviewFunction>>;
    readonly chatReviewTimeoutMs: number;
    readonly chatLogDelayMs: number;
  };
}

/** Amazon IVS Chat: rooms, their tokens and messages, and logging configurations. */
export const ivsChat = defineService({
  title: "IVS Chat",
  definition: {
    name: "ivschat",
    signingName: "ivschat",
    protocol: "restJson1",
    version: "2020-07-14",
  },
  migrations: ivsChatMigrations,
  regions: IVS_CHAT_REGIONS,
  create: createIvsChat,
});

function createIvsChat(needs: IvsChatNeeds) {
  const { store, clock, ids, log, invoke, settings } = needs;
  const tokens = new ChatTokens(needs.sealingKey);
  const metrics = new ChatMetrics(needs.metrics, clock, log);
  const broadcasts = new Broadcasts(needs.nodeMessages);
  const owner = needs.node.id;
  const chatLog = new StoredChatLog(store, clock, owner);
  const deliveries = new LogDeliveries({
    ...{ store, clock, ids, log, invoke, metrics, owner },
    everyMs: settings.chatLogDelayMs,
  });
  const reviews = new ReviewHandlers({
    handlers: settings.chatReviewHandlers,
    timeoutMs: settings.chatReviewTimeoutMs,
    // The operator has named the receivers.
    client: new OutgoingClient(undefined),
    ...{ metrics, log },
  });
  const rooms = new ChatRooms({ store, clock, ids, log, broadcasts, metrics, chatLog });
  const accountRates = settings.rateLimits ? new RateWindows(clock) : undefined;
  const requests = new ClientRequests({ clock, ids, log, rooms, reviews, accountRates });
  const handshakes = new Handshakes({
    ...{ store, clock, tokens, rooms, requests, broadcasts, metrics },
  });
  const housekeeping = new Periodic({
    everyMs: HOUSEKEEPING_MS,
    round: () =>
      store.tables<IvsChatTables>().transaction(({ db }) => forgetExpiredTokens(db, clock.nowMs())),
    failed: (err) => log.error({ err }, "Chat tokens that expired couldn't be removed"),
  });
  return {
    api: async () => {
      const { ivsChatApi } = await import("./api.ts");
      const { rateLimits } = settings;
      return ivsChatApi({ ids, clock, invoke, rooms, tokens, rateLimits });
    },
    accessDenied: denialError,
    contributes: { resourceTypes: [chatResourceTypes] },
    webSocket: handshakes.answer.bind(handshakes),
    async start() {
      rooms.start();
      metrics.start();
      housekeeping.start();
      deliveries.start();
    },
    async drain() {
      // Alone, there is nowhere to connect to instead.
      if (store.shared) rooms.drain();
    },
    async close() {
      await rooms.close();
      await deliveries.close();
      await housekeeping.close();
      await metrics.close();
    },
  };
}
