import type * as ivschat from "@aws-sdk/client-ivschat";
import type { Ids } from "../../../kernel/ids.ts";
import { defineOperations, type OperationTable } from "../../../kernel/operations.ts";
import { decisions } from "../authorization.ts";
import { requireSmallAttributes } from "../text-limits.ts";
import type { ChatTokens } from "./chat-token.ts";

/** Source: AWS CLI reference, create-chat-token: "valid for one minute". */
const TOKEN_MS = 60_000;
const SESSION_DEFAULT_MINUTES = 60;
const MINUTE_MS = 60_000;
const TOKEN_ID_LENGTH = 22;

export function chatTokenOperations(tokens: ChatTokens, ids: Ids): OperationTable {
  return defineOperations<typeof ivschat>()({
    CreateChatToken: decisions.operation(
      "room",
      ({ roomIdentifier }) => roomIdentifier,
      (_row, input, { nowMs }) => {
        const { roomIdentifier: roomArn, userId, attributes = {} } = input;
        requireSmallAttributes(attributes);
        const minutes = input.sessionDurationInMinutes ?? SESSION_DEFAULT_MINUTES;
        const expiresAtMs = nowMs + TOKEN_MS;
        const sessionEndsAtMs = nowMs + minutes * MINUTE_MS;
        const token = tokens.seal({
          id: ids.alphanumeric(TOKEN_ID_LENGTH),
          roomArn,
          userId,
          capabilities: [...new Set(input.capabilities)],
          attributes,
          expiresAtMs,
          sessionEndsAtMs,
        });
        return {
          token,
          tokenExpirationTime: new Date(expiresAtMs),
          sessionExpirationTime: new Date(sessionEndsAtMs),
        };
      },
    ),
  });
}
