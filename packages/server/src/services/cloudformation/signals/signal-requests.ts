import type { Clock } from "../../../kernel/clock.ts";
import { readPlainBody } from "../../../kernel/plain-body.ts";
import type { PlainRequest, PlainResponse } from "../../../kernel/service.ts";
import type { Store } from "../../../kernel/store.ts";
import { findResource } from "../rows/resources.ts";
import { putSignal } from "../rows/signals.ts";
import type { CloudFormationTables, SignalRow } from "../tables.ts";
import { isHandlePath, signalledBy } from "./handle-address.ts";

/** More than S3 takes of data and reason. */
const BODY_BYTES_MAX = 16_384;

interface Dependencies {
  readonly store: Store;
  readonly clock: Clock;
}

/** Takes the signal that is sent to a wait condition's handle. */
export async function answerSignal(
  request: PlainRequest,
  { store, clock }: Dependencies,
): Promise<PlainResponse> {
  if (request.method !== "PUT" && request.method !== "POST")
    return refused(405, "A handle takes PUT and POST.");
  const signalled = signalledBy(request.path);
  const { db } = store.tables<CloudFormationTables>();
  const row = signalled && (await findResource(signalled.stack_id, signalled.logical_id, db));
  if (!signalled || !isHandlePath(row, request.path))
    return refused(403, "There is no such wait condition handle.");
  const text = await readPlainBody(request, BODY_BYTES_MAX);
  const signal = text === undefined ? undefined : signalOf(text);
  if (!signal)
    return refused(
      400,
      "A signal is JSON with Status SUCCESS or FAILURE, UniqueId, and the texts Reason and Data.",
    );
  const whole: SignalRow = { ...signalled, ...signal, ms: clock.nowMs() };
  const isKept = await store.transaction((tx) =>
    putSignal(whole, tx.tables<CloudFormationTables>().db),
  );
  return isKept
    ? { status: 200, headers: {}, body: undefined }
    : refused(400, "The handle has too many signals.");
}

function signalOf(
  text: string,
): Pick<SignalRow, "unique_id" | "status" | "reason" | "data"> | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  const given = (value ?? {}) as Readonly<Record<string, unknown>>;
  const { Status, UniqueId, Reason = "", Data = "" } = given;
  const isStatus = Status === "SUCCESS" || Status === "FAILURE";
  const texts = [UniqueId, Reason, Data];
  if (!isStatus || !UniqueId || !texts.every((each) => typeof each === "string")) return undefined;
  return {
    ...{ unique_id: String(UniqueId), status: Status },
    ...{ reason: String(Reason), data: String(Data) },
  };
}

function refused(status: number, message: string): PlainResponse {
  const headers = { "content-type": "application/json" };
  return { status, headers, body: JSON.stringify({ message }) };
}
