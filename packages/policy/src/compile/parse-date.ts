const EPOCH_SECONDS = /^[+-]?[0-9]+(?:\.[0-9]+)?$/;
/** Java's long, in which AWS reads epoch seconds: larger numbers are no dates. */
const EPOCH_SECONDS_LIMIT = 2 ** 63;
const YEAR = /^[0-9]{4}$/;
/**
 * What AWS's parser takes for a date: more than W3C's format. Parts may be short and end early, a
 * fraction has nine digits at most, an offset two for its hours.
 */
const ISO =
  /^(-?[0-9]{1,9})(?:-([0-9]{1,2})(?:-([0-9]{1,2}))?)?(?:T(?:([0-9]{1,2})(?::([0-9]{1,2})(?::([0-9]{1,2})(?:[.,]([0-9]{1,9}))?)?)?)?(Z|[+-][0-9]{2}(?::?[0-9]{2})?)?)?$/i;
const MINUTE_MS = 60_000;
const DAY_MS = 1440 * MINUTE_MS;

/**
 * Milliseconds since 1970 of a W3C date (W3C NOTE-datetime) or of epoch seconds; undefined when it
 * is neither. Four digits are a year; a time without zone is UTC; what is below a millisecond
 * doesn't count.
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
  const [, year = "", month = "1", day = "1", hour = "0", minute = "0", second = "0"] = match;
  const [fraction = "0", zone = "Z"] = match.slice(7);
  const inRange =
    between(month, 1, 12) &&
    between(day, 1, daysOf(Number(year), Number(month))) &&
    between(hour, 0, 23) &&
    between(minute, 0, 59) &&
    between(second, 0, 59) &&
    Math.abs(zoneMs(zone)) < DAY_MS;
  if (!inRange) {
    return undefined;
  }
  const date = new Date(0);
  // Not Date.UTC, which takes years below 100 for those of the last century.
  date.setUTCFullYear(Number(year), Number(month) - 1, Number(day));
  date.setUTCHours(Number(hour), Number(minute), Number(second));
  const time = date.getTime() + Number(fraction.slice(0, 3).padEnd(3, "0")) - zoneMs(zone);
  return Number.isNaN(time) ? undefined : time;
}

function between(digits: string, least: number, most: number): boolean {
  const value = Number(digits);
  return value >= least && value <= most;
}

function daysOf(year: number, month: number): number {
  // The calendar repeats every 400 years, and there Date.UTC takes any year as it is.
  return new Date(Date.UTC(2000 + (year % 400), month, 0)).getUTCDate();
}

function zoneMs(zone: string): number {
  if (zone === "Z" || zone === "z") {
    return 0;
  }
  const sign = zone.startsWith("-") ? -1 : 1;
  const digits = zone.slice(1).replace(":", "");
  return sign * (Number(digits.slice(0, 2)) * 60 + Number(digits.slice(2))) * MINUTE_MS;
}
