/** A month of the calendar; `month` counts from 1. */
export interface Month {
  readonly year: number;
  readonly month: number;
}

/** Says whether a day of a month is meant. */
export type DayTest = (day: number, month: Month) => boolean;

const MONTHS = "JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC".split(" ");
const DAYS = "SUN MON TUE WED THU FRI SAT".split(" ");
const SATURDAY = 7;

/** The values of a field: their bounds, and names for them, of which the first is `min`. */
interface Field {
  readonly min: number;
  readonly max: number;
  readonly names?: readonly string[];
  /** `/` isn't known for days of the week. */
  readonly hasSteps?: boolean;
}

const MINUTES: Field = { min: 0, max: 59, hasSteps: true };
const HOURS: Field = { min: 0, max: 23, hasSteps: true };
const DAYS_OF_MONTH: Field = { min: 1, max: 31, hasSteps: true };
const MONTH_FIELD: Field = { min: 1, max: 12, names: MONTHS, hasSteps: true };
const DAYS_OF_WEEK: Field = { min: 1, max: 7, names: DAYS };
const YEARS: Field = { min: 1970, max: 2199, hasSteps: true };

/** A cron expression's six fields. Source: EventBridge user guide, "Cron expressions". */
export interface CronFields {
  readonly minutes: readonly number[];
  readonly hours: readonly number[];
  readonly months: readonly number[];
  readonly years: readonly number[];
  readonly isDay: DayTest;
}

/** Reads the six fields; undefined if they are none. */
export function readCronFields(text: string): CronFields | undefined {
  const parts = text.trim().split(/\s+/);
  const [minute, hour, dayOfMonth, month, dayOfWeek, year] = parts;
  if (parts.length !== 6 || !minute || !hour || !dayOfMonth || !month || !dayOfWeek || !year)
    return undefined;
  const minutes = valuesOf(minute, MINUTES);
  const hours = valuesOf(hour, HOURS);
  const months = valuesOf(month, MONTH_FIELD);
  const years = valuesOf(year, YEARS);
  const isDay = dayTestOf(dayOfMonth, dayOfWeek);
  if (!minutes || !hours || !months || !years || !isDay) return undefined;
  return { minutes, hours, months, years, isDay };
}

/** One of the two fields must be `?`, and only one of them may. */
function dayTestOf(dayOfMonth: string, dayOfWeek: string): DayTest | undefined {
  if ((dayOfMonth === "?") === (dayOfWeek === "?")) return undefined;
  const [text, testOf] =
    dayOfWeek === "?"
      ? ([dayOfMonth, dayOfMonthTest] as const)
      : ([dayOfWeek, dayOfWeekTest] as const);
  const tests = text.split(",").map(testOf);
  if (tests.some((test) => test === undefined)) return undefined;
  return (day, month) => tests.some((test) => test?.(day, month));
}

/** `1`, `1-5`, `1/7`, `*`, `L` (the last day), `15W` (the weekday nearest to it), `LW`. */
function dayOfMonthTest(text: string): DayTest | undefined {
  if (text === "L") return (day, month) => day === daysIn(month);
  if (text === "LW") return (day, month) => day === nearestWeekday(daysIn(month), month);
  const [, near] = /^(\d{1,2})W$/.exec(text) ?? [];
  if (near === undefined) return oneOf(rangeOf(text, DAYS_OF_MONTH));
  const wanted = Number(near);
  if (wanted < 1 || wanted > 31) return undefined;
  return (day, month) => wanted <= daysIn(month) && day === nearestWeekday(wanted, month);
}

/** `2`, `MON-FRI`, `*`, `L` (Saturday), `6L` (the month's last Friday), `3#2` (second Tuesday). */
function dayOfWeekTest(text: string): DayTest | undefined {
  if (text === "L") return (day, month) => weekdayOf(day, month) === SATURDAY;
  const [, last] = /^(\w{1,3})L$/.exec(text) ?? [];
  const lastDay = last === undefined ? undefined : oneValue(last, DAYS_OF_WEEK);
  if (lastDay !== undefined)
    return (day, month) => weekdayOf(day, month) === lastDay && day > daysIn(month) - 7;
  const [, each, count] = /^(\w{1,3})#([1-5])$/.exec(text) ?? [];
  if (each === undefined) {
    const isOne = oneOf(rangeOf(text, DAYS_OF_WEEK));
    return isOne && ((day, month) => isOne(weekdayOf(day, month), month));
  }
  const wanted = oneValue(each, DAYS_OF_WEEK);
  if (wanted === undefined) return undefined;
  return (day, month) => weekdayOf(day, month) === wanted && Math.ceil(day / 7) === Number(count);
}

function oneOf(values: readonly number[] | undefined): DayTest | undefined {
  return values && ((day) => values.includes(day));
}

/** The values of a field that is a list, in their order. */
function valuesOf(text: string, field: Field): readonly number[] | undefined {
  const ranges = text.split(",").map((part) => rangeOf(part, field));
  const all = new Set<number>();
  for (const range of ranges) {
    if (!range) return undefined;
    for (const value of range) all.add(value);
  }
  return [...all].sort((one, other) => one - other);
}

/** `*`, `5`, `1-5`, and each of them with `/` and a step. */
function rangeOf(text: string, field: Field): readonly number[] | undefined {
  const [range = "", step, ...more] = text.split("/");
  if (more.length > 0 || (step !== undefined && !field.hasSteps)) return undefined;
  if (step !== undefined && !/^[1-9]\d{0,3}$/.test(step)) return undefined;
  const [first = "", second, ...others] = range.split("-");
  if (others.length > 0) return undefined;
  const from = range === "*" ? field.min : oneValue(first, field);
  const alone = step === undefined && range !== "*" ? from : field.max;
  const to = second === undefined ? alone : oneValue(second, field);
  if (from === undefined || to === undefined || from > to) return undefined;
  const values: number[] = [];
  for (let value = from; value <= to; value += Number(step ?? 1)) values.push(value);
  return values;
}

function oneValue(text: string, { min, max, names = [] }: Field): number | undefined {
  const named = names.indexOf(text.toUpperCase());
  if (named >= 0) return min + named;
  if (!/^\d{1,4}$/.test(text)) return undefined;
  const value = Number(text);
  return value >= min && value <= max ? value : undefined;
}

export function daysIn({ year, month }: Month): number {
  return new Date(Date.UTC(year, month, 0)).getUTCDate();
}

/** 1 is Sunday. */
function weekdayOf(day: number, { year, month }: Month): number {
  return new Date(Date.UTC(year, month - 1, day)).getUTCDay() + 1;
}

/** The weekday nearest to a day, in the same month. */
function nearestWeekday(day: number, month: Month): number {
  const weekday = weekdayOf(day, month);
  if (weekday === SATURDAY) return day === 1 ? 3 : day - 1;
  if (weekday === 1) return day === daysIn(month) ? day - 2 : day + 1;
  return day;
}
