import type { Clock } from "../../../kernel/clock.ts";
import { readPlainBody } from "../../../kernel/plain-body.ts";
import type { PlainRequest, PlainResponse } from "../../../kernel/service.ts";
import type { Store } from "../../../kernel/store.ts";
import { findResource } from "../rows/resources.ts";
import { putSignal } from "../rows/signals.ts";
import type { CloudFormationTables, SignalRow } from "../tables.ts";
import { askedBy } from "./response-address.ts";

/** Source: CloudFormation user guide, "Custom resource response objects". */
const BODY_BYTES_MAX = 4_096;

interface Dependencies {
  readonly store: Store;
  readonly clock: Clock;
  readonly sealingKey: Uint8Array;
}

/** The parts of a response that its resource needs, as the row keeps them. */
export interface KeptResponse {
  readonly PhysicalResourceId?: string;
  readonly Data?: Readonly<Record<string, unknown>>;
  readonly NoEcho?: boolean;
}

/** Takes the response that a custom resource's endpoint puts to its ResponseURL. */
export async function answerResponse(
  request: PlainRequest,
  { store, clock, sealingKey }: Dependencies,
): Promise<PlainResponse> {
  if (request.method !== "PUT") return refused(405, "A response is sent by PUT.");
  const asked = askedBy(request.path, sealingKey);
  const { db } = store.tables<CloudFormationTables>();
  const row = asked && (await findResource(asked.stack_id, asked.logical_id, db));
  if (!asked || !row || row.status === "DELETE_COMPLETE")
    return refused(403, "Nothing waits for a response here.");
  const { requestId, ...signalled } = asked;
  const text = await readPlainBody(request, BODY_BYTES_MAX);
  if (text === undefined) return refused(400, "Response object is too long.");
  const response = responseOf(text);
  if (!response)
    return refused(400, "A response is JSON with Status SUCCESS or FAILED, Reason and Data.");
  const kept: SignalRow = {
    ...{ ...signalled, unique_id: requestId, ms: clock.nowMs() },
    ...response,
  };
  await store.transaction((tx) => putSignal(kept, tx.tables<CloudFormationTables>().db));
  return { status: 200, headers: {}, body: undefined };
}

function responseOf(text: string): Pick<SignalRow, "status" | "reason" | "data"> | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // The endpoint is answered that it is none.
    return undefined;
  }
  const given = (value ?? {}) as Readonly<Record<string, unknown>>;
  const { Status, Reason = "", PhysicalResourceId, Data = {}, NoEcho = false } = given;
  if ((Status !== "SUCCESS" && Status !== "FAILED") || typeof Reason !== "string") return undefined;
  if (typeof Data !== "object" || Data === null || Array.isArray(Data)) return undefined;
  return {
    status: Status === "SUCCESS" ? "SUCCESS" : "FAILURE",
    reason: Reason,
    data: JSON.stringify({ PhysicalResourceId, Data, NoEcho }),
  };
}

function refused(status: number, message: string): PlainResponse {
  const headers = { "content-type": "application/json" };
  return { status, headers, body: JSON.stringify({ message }) };
}
