import { InvalidArgumentError } from "commander";

const UNITS_MS: Readonly<Record<string, number>> = {
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/** Parses "90m", "12h", "7d" before now, or a date: "2026-11-01", "2026-11-01T08:00:00Z". */
export function sinceTime(text: string): Date {
  const [, count, unit] = /^(\d{1,6})([smhd])$/.exec(text) ?? [];
  const ms = UNITS_MS[unit ?? ""];
  const date =
    ms === undefined
      ? new Date(/^\d{4}-\d\d-\d\d(T.*)?$/.test(text) ? text : Number.NaN)
      : new Date(Date.now() - Number(count) * ms);
  if (Number.isFinite(date.getTime())) return date;
  throw new InvalidArgumentError("a time is 90m, 12h or 7d ago, or a date such as 2026-11-01.");
}
