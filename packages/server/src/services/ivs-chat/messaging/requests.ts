import {
  ATTRIBUTES_BYTES_MAX,
  type Attributes,
  attributesBytes,
  codePoints,
  isAttributes,
} from "../text-limits.ts";
import { CAPABILITIES, type Capability } from "../tokens/chat-token.ts";
import type { ErrorCode } from "./payloads.ts";

/** A request of a client's that can be done as it is. */
export type ChatRequest = { readonly requestId: string } & (
  | {
      readonly action: "SEND_MESSAGE";
      readonly content: string;
      readonly attributes: Attributes | undefined;
    }
  | {
      readonly action: "DELETE_MESSAGE";
      readonly messageId: string;
      readonly reason: string | undefined;
    }
  | {
      readonly action: "DISCONNECT_USER";
      readonly userId: string;
      readonly reason: string | undefined;
    }
);

/** A request that can't be done. */
export class RequestError extends Error {
  readonly code: ErrorCode;
  readonly requestId: string;

  constructor(code: ErrorCode, message: string, requestId: string) {
    super(message);
    this.code = code;
    this.requestId = requestId;
  }
}

/** Source: Messaging API reference, as the control plane's members of the same names. */
const ID = /^[a-zA-Z0-9]{12}$/;
const REASON_MAX = 256;
const USER_ID_MAX = 128;

type Members = Readonly<Record<string, unknown>>;

/**
 * Reads a request in the order in which its faults are looked for: form, action, capability,
 * members. Throws RequestError. Members begin with a capital letter; AWS takes a small one, too.
 */
export function readRequest(
  text: string,
  capabilities: readonly Capability[],
  contentLengthMax: number,
): ChatRequest {
  const members = parse(text);
  const given = member(members, "RequestId");
  if (given !== undefined && typeof given !== "string")
    throw new RequestError(400, "RequestId must be a string", "");
  const requestId = given ?? "";
  const fail = (code: ErrorCode, message: string) => new RequestError(code, message, requestId);
  const action = CAPABILITIES.find((each) => each === member(members, "Action"));
  if (!action) throw fail(400, `Action must be one of ${CAPABILITIES.join(", ")}`);
  if (!capabilities.includes(action)) throw fail(403, `Not allowed to ${action}`);
  const text_ = (name: string) => {
    const value = member(members, name);
    if (value === undefined || typeof value === "string") return value;
    throw fail(400, `${name} must be a string`);
  };
  const required = (name: string) => {
    const value = text_(name);
    if (value === undefined || value === "") throw fail(400, `${name} is required`);
    return value;
  };
  const bounded = (name: string, value: string | undefined, max: number) => {
    if (value !== undefined && codePoints(value) > max)
      throw fail(413, `${name} must have at most ${max} characters`);
    return value;
  };
  switch (action) {
    case "SEND_MESSAGE": {
      const content = required("Content");
      bounded("Content", content, contentLengthMax);
      const attributes = readAttributes(member(members, "Attributes"), fail);
      return { action, requestId, content, attributes };
    }
    case "DELETE_MESSAGE": {
      const messageId = required("Id");
      if (!ID.test(messageId)) throw fail(400, "Id must be the id of a message");
      return {
        action,
        requestId,
        messageId,
        reason: bounded("Reason", text_("Reason"), REASON_MAX),
      };
    }
    case "DISCONNECT_USER": {
      const userId = required("UserId");
      bounded("UserId", userId, USER_ID_MAX);
      return { action, requestId, userId, reason: bounded("Reason", text_("Reason"), REASON_MAX) };
    }
    default:
      return action satisfies never;
  }
}

function parse(text: string): Members {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    throw new RequestError(400, "The request isn't JSON", "");
  }
  if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed))
    throw new RequestError(400, "The request isn't an object", "");
  return parsed as Members;
}

function member(members: Members, name: string): unknown {
  const small = name.charAt(0).toLowerCase() + name.slice(1);
  const key = Object.hasOwn(members, name) ? name : small;
  return Object.hasOwn(members, key) ? (members[key] ?? undefined) : undefined;
}

function readAttributes(
  given: unknown,
  fail: (code: ErrorCode, message: string) => RequestError,
): Attributes | undefined {
  if (given === undefined) return undefined;
  if (!isAttributes(given)) throw fail(400, "Attributes must be an object of strings");
  if (attributesBytes(given) > ATTRIBUTES_BYTES_MAX)
    throw fail(413, `Attributes must have at most ${ATTRIBUTES_BYTES_MAX} bytes`);
  return given;
}
