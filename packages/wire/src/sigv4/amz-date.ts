const AMZ_DATE = /^(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})Z$/;
/** RFC 9110's longest date has 33 characters. */
const MAX_DATE_CHARS = 40;

/** `YYYYMMDDTHHMMSSZ` */
export function formatAmzDate(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19).replaceAll("-", "").replaceAll(":", "")}Z`;
}

/** `YYYY-MM-DDTHH:MM:SSZ`, as S3's errors write a time. */
export function isoSeconds(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}

/** Most requests of one second say the same. */
let lastText = "";
let lastMs: number | undefined;

/** Milliseconds since 1970, undefined for text of another form. */
export function parseAmzDate(text: string): number | undefined {
  if (text === lastText) return lastMs;
  lastMs = timeOf(text);
  lastText = text;
  return lastMs;
}

function timeOf(text: string): number | undefined {
  const match = AMZ_DATE.exec(text);
  if (match === null) return undefined;
  const [, year, month, day, hour, minute, second] = match;
  const ms = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  return Number.isNaN(ms) ? undefined : ms;
}

/**
 * The time at which a request says it was signed, as `YYYYMMDDTHHMMSSZ`: `x-amz-date` as sent, or
 * the `Date` header in either form. Undefined when neither is there or can be read.
 */
export function headerAmzDate(headers: Readonly<Record<string, string>>): string | undefined {
  const amzDate = headers["x-amz-date"];
  if (amzDate !== undefined) return amzDate;
  const { date } = headers;
  if (date === undefined || date.length > MAX_DATE_CHARS) return undefined;
  if (AMZ_DATE.test(date)) return date;
  const ms = Date.parse(date);
  return Number.isNaN(ms) ? undefined : formatAmzDate(ms);
}
