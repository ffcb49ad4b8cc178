/** The charts show this much, so that all of them have the same time below each other. */
export const CHART_SPAN_MS = 120_000;

/** The next of 1, 2, 5, 10, 20, 50 … above the values: ticks are whole numbers then. */
export function niceMax(values: readonly number[]): number {
  const wanted = Math.max(1, ...values) * 1.05;
  const power = 10 ** Math.floor(Math.log10(wanted));
  const step = [1, 2, 5, 10].find((factor) => factor * power >= wanted) ?? 10;
  return Math.max(2, step * power);
}

/** A value of an axis; nothing where it isn't whole. */
export function wholeTick(value: number): string {
  return Number.isInteger(value) ? value.toLocaleString("en") : "";
}

/** `18:13:19`, as the clock beside it has it. */
export function clockTime(at: Date): string {
  return [at.getHours(), at.getMinutes(), at.getSeconds()]
    .map((value) => String(value).padStart(2, "0"))
    .join(":");
}

/** The stretch of time that ends with the latest of all samples. */
export function commonDomain(
  series: readonly (readonly { readonly at: Date }[])[],
): readonly [Date, Date] | undefined {
  const latest = Math.max(...series.flatMap((samples) => samples.at(-1)?.at.getTime() ?? []));
  if (!Number.isFinite(latest)) return undefined;
  return [new Date(latest - CHART_SPAN_MS), new Date(latest)];
}
