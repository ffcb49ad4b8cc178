import type { TimestampFormat } from "../schema/shape.ts";

const DATE_TIME =
  /^\d{4}-\d{2}-\d{2}(?:[Tt ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:[Zz]|[+-]\d{2}:?\d{2})?)?$/;
const HTTP_DATE =
  /^[A-Z][a-z]{2,8}, \d{2}[ -][A-Z][a-z]{2}[ -]\d{2,4} \d{2}:\d{2}:\d{2}(?:\.\d{1,9})? GMT$/;
const EPOCH_SECONDS = /^-?\d{1,13}(?:\.\d{1,9})?$/;
const HAS_ZONE = /(?:[Zz]|[+-]\d{2}:?\d{2})$/;
const DATE_ONLY_CHARS = 10;

/** Parses a timestamp; undefined when the text isn't of that format. */
export function parseTimestamp(text: string, format: TimestampFormat): Date | undefined {
  const ms = parseMs(text, format);
  return Number.isNaN(ms) || ms === undefined ? undefined : new Date(ms);
}

function parseMs(text: string, format: TimestampFormat): number | undefined {
  switch (format) {
    case "date-time": {
      if (!DATE_TIME.test(text)) return undefined;
      // A date-time without a zone is UTC to AWS, local time to JavaScript.
      const zoned = text.length <= DATE_ONLY_CHARS || HAS_ZONE.test(text) ? text : `${text}Z`;
      return Date.parse(zoned);
    }
    case "http-date":
      return HTTP_DATE.test(text) ? Date.parse(text) : undefined;
    case "epoch-seconds":
      return EPOCH_SECONDS.test(text) ? Math.round(Number(text) * 1000) : undefined;
    default:
      return format satisfies never;
  }
}

/** Whether ISO timestamps end in whole seconds, or in milliseconds as S3's do. */
export type DateTimePrecision = "seconds" | "milliseconds" | "shortest";

export function formatTimestamp(
  value: Date,
  format: TimestampFormat,
  precision: DateTimePrecision,
): string {
  switch (format) {
    case "date-time": {
      if (precision === "seconds") return wholeSeconds(value.getTime());
      const iso = value.toISOString();
      return precision === "milliseconds" ? iso : iso.replace(".000Z", "Z");
    }
    case "http-date":
      return value.toUTCString();
    case "epoch-seconds":
      return String(value.getTime() / 1000);
    default:
      return format satisfies never;
  }
}

/** Most answers of one second say the same. */
let lastSeconds = Number.NaN;
let lastText = "";

function wholeSeconds(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  if (seconds === lastSeconds) return lastText;
  lastText = `${new Date(seconds * 1000).toISOString().slice(0, -5)}Z`;
  lastSeconds = seconds;
  return lastText;
}
