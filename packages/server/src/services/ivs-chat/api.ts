import type { Clock } from "../../kernel/clock.ts";
import type { Ids } from "../../kernel/ids.ts";
import type { Invoke } from "../../kernel/invoke.ts";
import type { OperationTable } from "../../kernel/operations.ts";
import type { ServiceApi } from "../../kernel/service.ts";
import { limitCallRates } from "../../kernel/tagged-resources/call-rates.ts";
import { chatCallLimits } from "./call-rates.ts";
import { ivsChatConstraints } from "./constraints.ts";
import { loggingConfigurationOperations } from "./logging/logging-configurations.ts";
import type { ChatRooms } from "./messaging/chat-rooms.ts";
import { moderationOperations } from "./messaging/moderation.ts";
import { roomOperations } from "./rooms/rooms.ts";
import { ivsChatSchemas } from "./schema.ts";
import { tagOperations } from "./tags/tags.ts";
import type { ChatTokens } from "./tokens/chat-token.ts";
import { chatTokenOperations } from "./tokens/create-chat-token.ts";

interface IvsChatApiParts {
  readonly ids: Ids;
  readonly clock: Clock;
  readonly invoke: Invoke;
  readonly rooms: ChatRooms;
  readonly tokens: ChatTokens;
  /** Calls are held to AWS's rates. */
  readonly rateLimits: boolean;
}

export function ivsChatApi(parts: IvsChatApiParts): ServiceApi {
  const { ids, clock, invoke, rooms, tokens, rateLimits } = parts;
  const operations: OperationTable = {
    ...roomOperations(rooms, ids),
    ...chatTokenOperations(tokens, ids),
    ...moderationOperations(rooms),
    ...loggingConfigurationOperations(ids, invoke),
    ...tagOperations(),
  };
  return {
    schemas: ivsChatSchemas,
    constraints: ivsChatConstraints,
    operations: rateLimits ? limitCallRates(operations, chatCallLimits, clock) : operations,
  };
}
