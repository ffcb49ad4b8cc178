import type { Ids } from "../../../kernel/ids.ts";

/** 48 bits of milliseconds, the version, random bits. Source: RFC 9562, UUID version 7. */
const TIMED_UUID = /^([0-9a-f]{8})-([0-9a-f]{4})-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const TIME_DIGITS = 12;
const FIRST_DIGITS = 8;
/** The place after a UUID's version at which its random digits begin. */
const BEHIND_VERSION = "xxxxxxxx-xxxx-7".length;

/** An id that holds the event's millisecond, so that LookupEvents finds it without an index. */
export function newEventId(atMs: number, ids: Ids): string {
  const random = ids.uuid().slice(BEHIND_VERSION);
  // Joined, it is one text, and not a tree of pieces that the collector has to copy.
  return [beginAt(Math.floor(atMs)), random].join("");
}

/** Many events of one millisecond begin alike. */
let lastMs = Number.NaN;
let lastBegin = "";

function beginAt(ms: number): string {
  if (ms === lastMs) return lastBegin;
  const time = ms.toString(16).padStart(TIME_DIGITS, "0");
  lastBegin = `${time.slice(0, FIRST_DIGITS)}-${time.slice(FIRST_DIGITS)}-7`;
  lastMs = ms;
  return lastBegin;
}

/** Whether an id is such a one. */
export function holdsTime(eventId: string): boolean {
  return TIMED_UUID.test(eventId);
}

/** The millisecond of such an id; undefined for any other, such as those of earlier versions. */
export function eventTimeMs(eventId: string): number | undefined {
  const [, first, second] = TIMED_UUID.exec(eventId) ?? [];
  return first === undefined ? undefined : Number.parseInt(`${first}${second}`, 16);
}
