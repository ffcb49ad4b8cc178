import type * as ivschat from "@aws-sdk/client-ivschat";
import { defineOperations, type OperationTable } from "../../../kernel/operations.ts";
import { decisions } from "../authorization.ts";
import { requireSmallAttributes } from "../text-limits.ts";
import type { ChatRooms } from "./chat-rooms.ts";
import { deletionAttributes, disconnectionAttributes } from "./payloads.ts";

/** A backend's messages to a room's members. None of them looks whether its object exists. */
export function moderationOperations(rooms: ChatRooms): OperationTable {
  return defineOperations<typeof ivschat>()({
    SendEvent: decisions.operation(
      "room",
      ({ roomIdentifier }) => roomIdentifier,
      async (row, { eventName, attributes = {} }) => {
        requireSmallAttributes(attributes);
        return { id: await rooms.sendEvent(row, "SEND_EVENT", { eventName, attributes }) };
      },
    ),
    DeleteMessage: decisions.operation(
      "room",
      ({ roomIdentifier }) => roomIdentifier,
      async (row, { id: messageId, reason }) => {
        const attributes = deletionAttributes(messageId, reason);
        const event = { eventName: "aws:DELETE_MESSAGE", attributes };
        return { id: await rooms.sendEvent(row, "DELETE_MESSAGE", event) };
      },
    ),
    DisconnectUser: decisions.operation(
      "room",
      ({ roomIdentifier }) => roomIdentifier,
      async (row, { userId, reason }) => {
        const attributes = disconnectionAttributes(userId, reason);
        const event = { eventName: "aws:DISCONNECT_USER", attributes };
        await rooms.sendEvent(row, "DISCONNECT_USER", event, userId);
        return {};
      },
    ),
  });
}
