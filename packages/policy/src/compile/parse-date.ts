const EPOCH_SECONDS = /^-?[0-9]+(?:\.[0-9]+)?$/;
/** Java's long, in which AWS reads epoch seconds: larger numbers are no dates. */
const EPOCH_SECONDS_LIMIT = 2 ** 63;
const YEAR = /^[0-9]{4}$/;
const ISO =
  /^([0-9]{4})-([0-9]{2})(?:-([0-9]{2})(?:T([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:\.([0-9]{1,9}))?)?(Z|[+-][0-9]{2}:?[0-9]{2})?)?)?$/;
const MINUTE_MS = 60_000;

/**
 * Milliseconds since 1970 of a W3C date (W3C NOTE-datetime) or of epoch seconds; undefined when it
 * is neither. Four digits are a year; a time without zone is UTC.
 */
export function parseDate(text: string): number | undefined {
  if (YEAR.test(text)) {
    return Date.UTC(Number(text), 0);
  }
  if (EPOCH_SECONDS.test(text)) {
    const seconds = Number(text);
    return Math.abs(seconds) < EPOCH_SECONDS_LIMIT ? seconds * 1000 : undefined;
  }
  const match = ISO.exec(text);
  if (match === null) {
    return undefined;
  }
  const [, year = "", month = "", day = "01", hour = "0", minute = "0", second = "0"] = match;
  const [fraction = "0", zone = "Z"] = match.slice(7);
  const inRange =
    between(month, 1, 12) &&
    between(day, 1, daysOf(Number(year), Number(month))) &&
    between(hour, 0, 23) &&
    between(minute, 0, 59) &&
    between(second, 0, 59);
  if (!inRange) {
    return undefined;
  }
  const utc = Date.UTC(
    Number(year),
    Number(month) - 1,
    Number(day),
    Number(hour),
    Number(minute),
    Number(second),
  );
  return utc + Number(`0.${fraction}`) * 1000 - zoneMs(zone);
}

function between(digits: string, least: number, most: number): boolean {
  const value = Number(digits);
  return value >= least && value <= most;
}

function daysOf(year: number, month: number): number {
  return new Date(Date.UTC(year, month, 0)).getUTCDate();
}

function zoneMs(zone: string): number {
  if (zone === "Z") {
    return 0;
  }
  const sign = zone.startsWith("-") ? -1 : 1;
  const digits = zone.slice(1).replace(":", "");
  return sign * (Number(digits.slice(0, 2)) * 60 + Number(digits.slice(2))) * MINUTE_MS;
}
