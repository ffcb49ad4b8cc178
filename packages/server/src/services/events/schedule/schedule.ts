import { ownValue } from "../../../kernel/own-value.ts";
import { validation } from "../errors.ts";
import { type CronFields, daysIn, readCronFields } from "./cron-fields.ts";

/** The moments at which a rule sends its targets an event. */
export interface Schedule {
  /**
   * The first moment after `afterMs`; undefined if there is none. Rates count from `startMs`,
   * when the rule was enabled.
   */
  next(afterMs: number, startMs: number): number | undefined;
}

const UNIT_MS: Readonly<Record<string, number>> = {
  minute: 60_000,
  hour: 3_600_000,
  day: 86_400_000,
};

/**
 * Reads `rate(5 minutes)` or `cron(0 12 * * ? *)`, which is in UTC. Throws ValidationException.
 * Source: EventBridge user guide, "Setting a schedule pattern for scheduled rules".
 */
export function readSchedule(text: string): Schedule {
  const schedule = rateOf(text) ?? cronOf(text);
  if (schedule) return schedule;
  throw validation("Parameter ScheduleExpression is not valid.");
}

/** The unit is in the singular for one alone. */
function rateOf(text: string): Schedule | undefined {
  const [, count = "", unit = "", plural] =
    /^rate\(([1-9]\d{0,9}) (minute|hour|day)(s?)\)$/.exec(text) ?? [];
  const everyMs = Number(count) * (ownValue(UNIT_MS, unit) ?? 0);
  if (everyMs === 0 || (count === "1") !== (plural === "")) return undefined;
  return {
    next: (afterMs, startMs) =>
      startMs + (Math.floor(Math.max(0, afterMs - startMs) / everyMs) + 1) * everyMs,
  };
}

function cronOf(text: string): Schedule | undefined {
  const [, inner] = /^cron\((.{1,250})\)$/.exec(text) ?? [];
  const fields = inner === undefined ? undefined : readCronFields(inner);
  return fields && { next: (afterMs) => nextMoment(fields, afterMs) };
}

/** Looks through the years' days that are meant, which end with the year 2199. */
function nextMoment(fields: CronFields, afterMs: number): number | undefined {
  const { years, months, isDay } = fields;
  const after = new Date(afterMs);
  for (const year of years) {
    if (year < after.getUTCFullYear()) continue;
    for (const month of months) {
      const days = daysIn({ year, month });
      if (Date.UTC(year, month - 1, days + 1) <= afterMs) continue;
      for (let day = 1; day <= days; day++) {
        if (!isDay(day, { year, month })) continue;
        const dayMs = Date.UTC(year, month - 1, day);
        const found = nextInDay(fields, dayMs, afterMs);
        if (found !== undefined) return found;
      }
    }
  }
  return undefined;
}

function nextInDay(
  { hours, minutes }: CronFields,
  dayMs: number,
  afterMs: number,
): number | undefined {
  if (dayMs + 86_400_000 <= afterMs) return undefined;
  for (const hour of hours)
    for (const minute of minutes) {
      const ms = dayMs + (hour * 60 + minute) * 60_000;
      if (ms > afterMs) return ms;
    }
  return undefined;
}
