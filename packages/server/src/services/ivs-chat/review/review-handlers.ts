import { errorClass } from "../../../kernel/error-class.ts";
import type { OutgoingClient } from "../../../kernel/outgoing/outgoing-client.ts";
import { OutgoingError } from "../../../kernel/outgoing/outgoing-error.ts";
import { ownValue } from "../../../kernel/own-value.ts";
import type { Log } from "../../../kernel/ports/log.ts";
import type { ReviewFunction } from "../../../kernel/ports/review-function.ts";
import { inBackground } from "../../../kernel/work/in-background.ts";
import { after } from "../../../kernel/work/timers.ts";
import type { ChatMetricName, ChatMetrics } from "../metrics/chat-metrics.ts";
import { arnOfRow } from "../resource-arn.ts";
import type { RoomRow } from "../tables.ts";
import {
  ATTRIBUTES_BYTES_MAX,
  type Attributes,
  attributesBytes,
  codePoints,
  isAttributes,
} from "../text-limits.ts";

/** An answer with the longest content and attributes, however they are escaped, is shorter. */
const ANSWER_BYTES_MAX = 64 * 1024;
const DENIED = "The message was rejected";

/** A message before it is sent to the room. */
export interface ReviewedMessage {
  readonly id: string;
  readonly content: string;
  readonly attributes: Attributes | undefined;
  readonly sender: {
    readonly userId: string;
    readonly attributes: Attributes;
    readonly ip: string;
  };
}

/** The message as it may be sent, or why it may not. */
export type Verdict =
  | {
      readonly isAllowed: true;
      readonly content: string;
      readonly attributes: Attributes | undefined;
    }
  | { readonly isAllowed: false; readonly reason: string };

export interface ReviewHandlersOptions {
  /** The URL, or a function of this process, by the Lambda function's ARN. */
  readonly handlers: Readonly<Record<string, string | ReviewFunction>>;
  readonly timeoutMs: number;
  /** Reaches what the operator has named. */
  readonly client: OutgoingClient;
  readonly metrics: ChatMetrics;
  readonly log: Log;
}

/** A handler that couldn't be asked or didn't answer in time, or whose answer makes no sense. */
class ReviewError extends Error {
  readonly metric: Extract<ChatMetricName, "InvocationErrors" | "ResponseValidationErrors">;

  constructor(metric: ReviewError["metric"], message: string) {
    super(message);
    this.metric = metric;
  }
}

/** Asks the handlers of rooms about messages; where that fails, the room's fallback decides. */
export class ReviewHandlers {
  readonly #options: ReviewHandlersOptions;

  constructor(options: ReviewHandlersOptions) {
    this.#options = options;
  }

  /** Never rejects. */
  async review(room: RoomRow, message: ReviewedMessage): Promise<Verdict> {
    const { metrics, log } = this.#options;
    const { handler_uri: Uri, handler_fallback: fallback } = room;
    try {
      return verdictOf(await this.#ask(room, message), room, message);
    } catch (error) {
      const failure =
        error instanceof ReviewError
          ? error
          : new ReviewError("InvocationErrors", `it failed (${errorClass(error)})`);
      metrics.count({ accountId: room.account_id, region: room.region }, failure.metric, { Uri });
      const about = { function: Uri, fallback, reason: failure.message };
      log.warn(about, "a message review handler failed; the room's fallback decides");
      const { content, attributes } = message;
      return fallback === "ALLOW"
        ? { isAllowed: true, content, attributes }
        : { isAllowed: false, reason: DENIED };
    }
  }

  async #ask(room: RoomRow, { id, content, attributes, sender }: ReviewedMessage) {
    const handler = ownValue(this.#options.handlers, room.handler_uri);
    if (handler === undefined)
      throw new ReviewError(
        "InvocationErrors",
        "the setting chatReviewHandlers has no URL for its ARN",
      );
    // Source: IVS Chat user guide, "Chat Message Review Handler".
    const event = {
      Content: content,
      MessageId: id,
      RoomArn: arnOfRow("room", room),
      Attributes: attributes ?? {},
      Sender: { Attributes: sender.attributes, UserId: sender.userId, Ip: sender.ip },
    };
    return typeof handler === "function" ? this.#call(handler, event) : this.#post(handler, event);
  }

  #call(handler: ReviewFunction, event: object): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const late = new ReviewError("InvocationErrors", "it didn't answer in time");
      const callOff = after(this.#options.timeoutMs, () => reject(late));
      inBackground(
        Promise.resolve()
          .then(() => handler({ ...event }))
          .then(resolve, reject)
          .finally(callOff),
      );
    });
  }

  async #post(url: string, event: object): Promise<unknown> {
    const { client, timeoutMs } = this.#options;
    const headers = { "content-type": "application/json" };
    const body = JSON.stringify(event);
    try {
      const answer = await client.send({
        ...{ url, method: "POST", headers, body, timeoutMs },
        answerBytesMax: ANSWER_BYTES_MAX,
      });
      if (answer.status < 200 || answer.status > 299)
        throw new ReviewError("InvocationErrors", `it answered ${answer.status}`);
      return parse(answer.body.toString());
    } catch (error) {
      if (!(error instanceof OutgoingError)) throw error;
      throw new ReviewError("InvocationErrors", error.reason);
    }
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new ReviewError("ResponseValidationErrors", "its answer isn't JSON");
  }
}

/** Reads an answer: only what is a decision and fits into the room is one. */
function verdictOf(answer: unknown, room: RoomRow, message: ReviewedMessage): Verdict {
  const invalid = (what: string) => new ReviewError("ResponseValidationErrors", what);
  if (typeof answer !== "object" || answer === null) throw invalid("its answer isn't an object");
  const { ReviewResult, Content, Attributes } = answer as Readonly<Record<string, unknown>>;
  const content = Content ?? message.content;
  const attributes = Attributes ?? undefined;
  if (typeof content !== "string") throw invalid("its Content isn't a string");
  if (attributes !== undefined && !isAttributes(attributes))
    throw invalid("its Attributes aren't an object of strings");
  if (ReviewResult === "DENY") return { isAllowed: false, reason: attributes?.Reason ?? DENIED };
  if (ReviewResult !== "ALLOW") throw invalid("its ReviewResult is neither ALLOW nor DENY");
  if (codePoints(content) > room.message_length) throw invalid("its Content is too long");
  if (attributes && attributesBytes(attributes) > ATTRIBUTES_BYTES_MAX)
    throw invalid("its Attributes are too long");
  return { isAllowed: true, content, attributes: attributes ?? message.attributes };
}
