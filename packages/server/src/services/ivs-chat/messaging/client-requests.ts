import type { Clock } from "../../../kernel/clock.ts";
import { errorTrace } from "../../../kernel/error-class.ts";
import type { Ids } from "../../../kernel/ids.ts";
import type { Log } from "../../../kernel/ports/log.ts";
import type { RateWindows } from "../../../kernel/rate-windows.ts";
import {
  CONNECTION_REQUESTS_PER_SECOND,
  DELETIONS_PER_SECOND,
  DISCONNECTIONS_PER_SECOND,
  MESSAGES_PER_SECOND,
} from "../quotas.ts";
import { ID_LENGTH } from "../resource-arn.ts";
import type { ReviewHandlers } from "../review/review-handlers.ts";
import type { ChatRooms } from "./chat-rooms.ts";
import {
  deletionAttributes,
  disconnectionAttributes,
  type ErrorCode,
  messagePayload,
} from "./payloads.ts";
import { type ChatRequest, RequestError, readRequest } from "./requests.ts";
import type { Member } from "./room.ts";

export interface ClientRequestsOptions {
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
  readonly rooms: ChatRooms;
  readonly reviews: ReviewHandlers;
  /** Holds accounts to AWS's quotas over all rooms; undefined where that isn't wanted. */
  readonly accountRates: RateWindows | undefined;
}

const ACCOUNT_RATES = {
  SEND_MESSAGE: MESSAGES_PER_SECOND,
  DELETE_MESSAGE: DELETIONS_PER_SECOND,
  DISCONNECT_USER: DISCONNECTIONS_PER_SECOND,
} as const;

/** Does what members ask for on their connections. A success is the broadcast alone. */
export class ClientRequests {
  readonly #options: ClientRequestsOptions;

  constructor(options: ClientRequestsOptions) {
    this.#options = options;
  }

  /** Never throws: what fails is answered to the member alone. */
  received(text: string, member: Member): void {
    const { clock, ids } = this.#options;
    const nowMs = clock.nowMs();
    try {
      const { capabilities } = member.token;
      const request = readRequest(text, capabilities, member.room.row.message_length);
      this.#requireRates(request, member, nowMs);
      member.inTurn(() => this.#perform(request, member));
    } catch (error) {
      if (!(error instanceof RequestError)) throw error;
      const { code, message, requestId } = error;
      member.refuse({ id: ids.alphanumeric(ID_LENGTH), requestId, code, message }, nowMs);
    }
  }

  #requireRates({ action, requestId }: ChatRequest, member: Member, nowMs: number): void {
    const tooMany = (what: string) =>
      new RequestError(429, `Too many requests: ${what} are allowed a second`, requestId);
    const { row, rate } = member.room;
    if (!member.mayRequest(nowMs))
      throw tooMany(`${CONNECTION_REQUESTS_PER_SECOND} of a connection`);
    const { accountRates } = this.#options;
    const key = `${action} ${row.account_id} ${row.region}`;
    if (accountRates && !accountRates.take(key, ACCOUNT_RATES[action]))
      throw tooMany(`${ACCOUNT_RATES[action]} of an account`);
    if (action === "SEND_MESSAGE" && !rate.take(row.message_rate, nowMs))
      throw tooMany(`${row.message_rate} messages to this room`);
  }

  async #perform(request: ChatRequest, member: Member): Promise<void> {
    const { clock, ids, log } = this.#options;
    const id = ids.alphanumeric(ID_LENGTH);
    const { requestId } = request;
    const refuse = (code: ErrorCode, message: string) =>
      member.refuse({ id, requestId, code, message }, clock.nowMs());
    try {
      if (request.action === "SEND_MESSAGE") await this.#sendMessage(id, request, member, refuse);
      else await this.#sendEvent(id, request, member);
    } catch (error) {
      log.error({ error: errorTrace(error) }, "a chat request failed");
      refuse(500, "Internal error");
    }
  }

  async #sendMessage(
    id: string,
    request: Extract<ChatRequest, { readonly action: "SEND_MESSAGE" }>,
    member: Member,
    refuse: (code: ErrorCode, message: string) => void,
  ): Promise<void> {
    const { clock, rooms, reviews } = this.#options;
    const { userId, attributes } = member.token;
    const { row } = member.room;
    let { content, attributes: given } = request;
    if (row.handler_uri !== "") {
      const sender = { userId, attributes, ip: member.remoteAddress };
      const verdict = await reviews.review(row, { id, content, attributes: given, sender });
      if (!verdict.isAllowed) return refuse(406, verdict.reason);
      ({ content, attributes: given } = verdict);
    }
    const sendTimeMs = clock.nowMs();
    const payload = messagePayload({
      ...{ id, requestId: request.requestId, content, attributes: given, sendTimeMs },
      sender: { userId, attributes },
    });
    await rooms.publish(row, {
      action: "SEND_MESSAGE",
      type: "MESSAGE",
      payload,
      atMs: sendTimeMs,
    });
  }

  async #sendEvent(
    id: string,
    request: Exclude<ChatRequest, { readonly action: "SEND_MESSAGE" }>,
    member: Member,
  ): Promise<void> {
    const { rooms } = this.#options;
    const { action, requestId, reason } = request;
    const isDeletion = action === "DELETE_MESSAGE";
    const attributes = isDeletion
      ? deletionAttributes(request.messageId, reason)
      : disconnectionAttributes(request.userId, reason);
    const event = { id, requestId, eventName: `aws:${action}`, attributes };
    const userId = isDeletion ? "" : request.userId;
    await rooms.sendEvent(member.room.row, action, event, userId);
  }
}
