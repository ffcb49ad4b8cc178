/** `2026-02-07 18:13:19`, in the browser's own zone; a dash when there is none. */
export function shownDate(date: Date | undefined): string {
  if (!date) return "–";
  const parts = [date.getFullYear(), date.getMonth() + 1, date.getDate()].map(twoDigits).join("-");
  const time = [date.getHours(), date.getMinutes(), date.getSeconds()].map(twoDigits).join(":");
  return `${parts} ${time}`;
}

const RELATIVE = new Intl.RelativeTimeFormat("en", { numeric: "auto" });
const UNITS = [
  ["year", 365 * 86_400_000],
  ["month", 30 * 86_400_000],
  ["day", 86_400_000],
  ["hour", 3_600_000],
  ["minute", 60_000],
] as const;

/** `3 minutes ago`, `tomorrow`; what is less than a minute away is now. */
export function shownAgo(differenceMs: number): string {
  for (const [unit, ms] of UNITS) {
    if (Math.abs(differenceMs) >= ms) return RELATIVE.format(Math.trunc(differenceMs / ms), unit);
  }
  return "just now";
}

/** `1 h 2 min 3 s`; whole hours and minutes without zeros after them. */
export function shownDuration(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1_000));
  const parts = [
    [Math.floor(seconds / 3_600), "h"],
    [Math.floor((seconds % 3_600) / 60), "min"],
    [seconds % 60, "s"],
  ] as const;
  const shown = parts.filter(([value]) => value > 0).map(([value, unit]) => `${value} ${unit}`);
  return shown.length === 0 ? "0 s" : shown.join(" ");
}

/** `1.5 MB`. */
export function shownBytes(bytes: number | undefined): string {
  if (bytes === undefined) return "–";
  const units = ["B", "KB", "MB", "GB", "TB"];
  let value = bytes;
  let unit = 0;
  while (value >= 1_000 && unit < units.length - 1) {
    value /= 1_000;
    unit += 1;
  }
  return `${unit === 0 ? value : value.toFixed(1)} ${units[unit]}`;
}

function twoDigits(value: number): string {
  return String(value).padStart(2, "0");
}
