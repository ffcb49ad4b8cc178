import { isMap, type Value } from "@rolecast/template";
import { ResourceError } from "../../../kernel/resources.ts";

/** The signals that a resource's CreationPolicy waits for. */
export interface CreationPolicy {
  readonly count: number;
  readonly timeoutMs: number;
}

const DEFAULT_TIMEOUT = "PT5M";
const TIMEOUT_HOURS_MAX = 12;
const DURATION = /^PT(?=\d)(?:(\d{1,4})H)?(?:(\d{1,6})M)?(?:(\d{1,6})S)?$/;

/** Undefined: there is none. Throws ResourceError for one that can't be met. */
export function creationPolicy(declared: Value | undefined): CreationPolicy | undefined {
  if (!isMap(declared)) return undefined;
  const { ResourceSignal: signal, ...others } = declared;
  const [other] = Object.keys(others);
  if (other !== undefined)
    throw invalid(`Rolecast doesn't implement the creation policy's '${other}' here.`);
  if (!isMap(signal)) return undefined;
  const timeout = String(signal.Timeout ?? DEFAULT_TIMEOUT);
  const [whole, hours = 0, minutes = 0, seconds = 0] = DURATION.exec(timeout) ?? [];
  const timeoutMs = (Number(hours) * 3_600 + Number(minutes) * 60 + Number(seconds)) * 1_000;
  if (whole === undefined || timeoutMs > TIMEOUT_HOURS_MAX * 3_600_000)
    throw invalid(`CreationPolicy Timeout ${timeout} is no duration of up to PT12H.`);
  const count = Number(signal.Count ?? 1);
  if (!Number.isInteger(count) || count < 1)
    throw invalid("CreationPolicy Count must be 1 or more.");
  return { count, timeoutMs };
}

function invalid(message: string): ResourceError {
  return new ResourceError("InvalidRequest", message);
}
