import { Readable } from "node:stream";
import { AwsError } from "../../../kernel/aws-error.ts";
import { readPlainBody } from "../../../kernel/plain-body.ts";
import type { NodePlaces } from "../../../kernel/ports/node-places.ts";
import type { PlainRequest, PlainResponse } from "../../../kernel/service.ts";

const PREFIX = "/_rolecast/node/ivs-realtime/";
/** More than a participant's attributes have. */
const BODY_BYTES_MAX = 256 * 1024;

type Handler = (question: never) => Promise<unknown>;

/** Questions about stages that one node asks another: they go by requests that are handed on. */
export class NodeCalls {
  readonly #nodePlaces: Pick<NodePlaces, "handOn">;
  readonly #handlers = new Map<string, Handler>();

  constructor(nodePlaces: Pick<NodePlaces, "handOn">) {
    this.#nodePlaces = nodePlaces;
  }

  /** Rejects with an AwsError of status 503 where the node isn't reached, or knows no answer. */
  async ask<Answer>(nodeId: string, method: string, question: object): Promise<Answer> {
    const text = JSON.stringify(question);
    const request: PlainRequest = {
      ...{ method: "POST", path: PREFIX + method, query: new URLSearchParams(), headers: {} },
      ...{ remoteAddress: "", isSigned: false, scheme: "https", body: Readable.from([]) },
    };
    const { status, body } = await this.#nodePlaces.handOn(nodeId, request, text);
    // A node of an earlier release knows no such question.
    if (status !== 200) throw unanswered(method);
    return JSON.parse(String(body));
  }

  /** Answers what `ask` asks here. */
  handle<Question>(method: string, handler: (question: Question) => Promise<unknown>): void {
    this.#handlers.set(method, handler);
  }

  /** Answers requests that were handed on, and only these: their signatures were verified. */
  answer(request: PlainRequest): Promise<PlainResponse> | undefined {
    const { method, path } = request;
    const handler = path.startsWith(PREFIX) && this.#handlers.get(path.slice(PREFIX.length));
    return method === "POST" && handler ? answered(request, handler) : undefined;
  }
}

function unanswered(method: string): AwsError {
  const message = `The stage's node doesn't know ${method}: it is of an earlier release`;
  return new AwsError("ServiceUnavailable", message, { status: 503 });
}

async function answered(request: PlainRequest, handler: Handler): Promise<PlainResponse> {
  const text = await readPlainBody(request, BODY_BYTES_MAX);
  if (text === undefined) return { status: 413, headers: {}, body: "{}" };
  const answer = await handler(JSON.parse(text) as never);
  return { status: 200, headers: {}, body: JSON.stringify(answer) };
}
