import type { Attributes } from "../text-limits.ts";

/*
 * The texts that clients get, with AWS's order of members. Source: IVS Chat Messaging API
 * reference, and frames that others have published.
 */

export interface Sender {
  readonly userId: string;
  readonly attributes: Attributes;
}

export interface Message {
  readonly id: string;
  readonly requestId: string;
  readonly attributes: Attributes | undefined;
  readonly content: string;
  readonly sendTimeMs: number;
  readonly sender: Sender;
}

export interface ChatEvent {
  readonly id: string;
  readonly requestId: string;
  readonly eventName: string;
  readonly attributes: Attributes;
  readonly sendTimeMs: number;
}

/** The codes of a failed request. Source: Messaging API reference, "ERROR". */
export type ErrorCode = 400 | 401 | 403 | 404 | 406 | 413 | 429 | 500;

export interface ChatError {
  readonly id: string;
  readonly requestId: string;
  readonly code: ErrorCode;
  readonly message: string;
}

export function messagePayload(message: Message): string {
  return JSON.stringify({
    Type: "MESSAGE",
    Id: message.id,
    RequestId: message.requestId,
    Attributes: message.attributes ?? null,
    Content: message.content,
    SendTime: sendTime(message.sendTimeMs),
    Sender: { UserId: message.sender.userId, Attributes: message.sender.attributes },
  });
}

export function eventPayload(event: ChatEvent): string {
  return JSON.stringify({
    Type: "EVENT",
    Id: event.id,
    RequestId: event.requestId,
    EventName: event.eventName,
    Attributes: event.attributes,
    SendTime: sendTime(event.sendTimeMs),
  });
}

export function errorPayload(error: ChatError): string {
  return JSON.stringify({
    Type: "ERROR",
    Id: error.id,
    RequestId: error.requestId,
    ErrorCode: error.code,
    ErrorMessage: error.message,
  });
}

/** RFC 3339 without trailing zeros, as Go writes it. */
function sendTime(ms: number): string {
  return new Date(ms).toISOString().replace(/\.?0+Z$/, "Z");
}

/** `aws:DELETE_MESSAGE`. Amazon's client reads the deprecated spelling of the id alone. */
export function deletionAttributes(messageId: string, reason: string | undefined): Attributes {
  const ids = { MessageID: messageId, MessageId: messageId };
  return reason === undefined ? ids : { ...ids, Reason: reason };
}

/** `aws:DISCONNECT_USER`. */
export function disconnectionAttributes(userId: string, reason: string | undefined): Attributes {
  return reason === undefined ? { UserId: userId } : { Reason: reason, UserId: userId };
}
