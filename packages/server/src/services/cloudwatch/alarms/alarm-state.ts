import { floatText } from "@rolecast/wire";
import type { AlarmState } from "../tables.ts";
import { breaches, comparisonOf, type Threshold } from "./thresholds.ts";

/*
 * Source: CloudWatch user guide, "Evaluating an alarm" and "Configuring how CloudWatch alarms treat
 * missing data". Sentences: recorded reasons of AWS's alarms.
 */

/** A period of the metric that has values. */
export interface Datapoint {
  readonly atMs: number;
  readonly value: number;
  /** The values of a metric's period; an expression has none. */
  readonly sampleCount?: number;
}

export interface Evaluated extends Threshold {
  readonly evaluationPeriods: number;
  readonly datapointsToAlarm: number | undefined;
  readonly treatMissingData: TreatMissing;
}

export type TreatMissing = "breaching" | "notBreaching" | "ignore" | "missing";

export interface Verdict {
  readonly state: AlarmState;
  readonly reason: string;
  /** The real datapoints that were looked at, newest first. */
  readonly looked: readonly Datapoint[];
}

/** Periods before those that are evaluated, in which late or sparse datapoints are found. */
export const FURTHER_PERIODS = 2;

/**
 * Decides an alarm's state by the periods of its evaluation range, the newest first; undefined is a
 * period without values. Undefined: the state stays as it is.
 */
export function verdictOf(
  alarm: Evaluated,
  range: readonly (Datapoint | undefined)[],
): Verdict | undefined {
  const { evaluationPeriods: all, treatMissingData: treat } = alarm;
  const looked = range.filter((each) => each !== undefined).slice(0, all);
  const needed = alarm.datapointsToAlarm ?? all;
  const bad = looked.filter(({ value }) => breaches(value, alarm));
  const good = looked.filter(({ value }) => !breaches(value, alarm));
  const missing = all - looked.length;
  const verdict = (state: AlarmState, reason: string): Verdict => ({ state, reason, looked });
  if (looked.length === 0) return withoutData(alarm, verdict);
  const filled = treat === "breaching" ? missing : 0;
  const isAlarm =
    bad.length + filled >= needed ||
    (treat === "missing" && good.length === 0 && isOld(range.slice(0, all), needed));
  if (isAlarm) return verdict("ALARM", crossed(alarm, bad, "ALARM", filled));
  // The next datapoint may be within the threshold: all that there are breach it, but too few.
  if (good.length === 0 && (treat === "ignore" || treat === "missing")) return undefined;
  const within = treat === "notBreaching" ? missing : 0;
  return verdict("OK", crossed(alarm, good, "OK", within));
}

function withoutData(
  { evaluationPeriods: all, treatMissingData: treat }: Evaluated,
  verdict: (state: AlarmState, reason: string) => Verdict,
): Verdict | undefined {
  const none = `Threshold Crossed: no datapoints were received for ${counted(all, "period")} and`;
  switch (treat) {
    case "ignore":
      return undefined;
    case "missing":
      return verdict("INSUFFICIENT_DATA", `Insufficient Data: ${unknown(all)}.`);
    case "breaching":
      return verdict("ALARM", `${none} ${treated(all, "Breaching")}.`);
    case "notBreaching":
      return verdict("OK", `${none} ${treated(all, "NonBreaching")}.`);
  }
}

/**
 * The oldest of the evaluated periods that has values is at least as old as the alarm needs
 * datapoints. If all that there are breach, too few of them keep nobody from being alarmed.
 */
function isOld(periods: readonly (Datapoint | undefined)[], needed: number): boolean {
  return periods.findLastIndex((each) => each !== undefined) + 1 >= needed;
}

function crossed(
  alarm: Evaluated,
  points: readonly Datapoint[],
  to: "ALARM" | "OK",
  filled: number,
): string {
  const { evaluationPeriods: all, datapointsToAlarm: needed } = alarm;
  const shown = `[${points.map(shownPoint).join(", ")}]`;
  const verb = points.length === 1 ? "was" : "were";
  const comparison = `${verb}${to === "OK" ? " not" : ""} ${comparisonOf(alarm)}`;
  const also =
    filled > 0 ? ` and ${treated(filled, to === "OK" ? "NonBreaching" : "Breaching")}` : "";
  if (needed === undefined) {
    const many = counted(points.length, "datapoint");
    return `Threshold Crossed: ${many} ${shown} ${comparison}${also}.`;
  }
  const least = to === "ALARM" ? needed : all - needed + 1;
  const change = to === "ALARM" ? "OK -> ALARM" : "ALARM -> OK";
  const minimum = `(minimum ${counted(least, "datapoint")} for ${change} transition)`;
  const many = `${points.length} out of the last ${all} datapoints`;
  return `Threshold Crossed: ${many} ${shown} ${comparison}${also} ${minimum}.`;
}

/** `21.5 (26/10/23 16:42:00)`. */
function shownPoint({ atMs, value }: Datapoint): string {
  const iso = new Date(atMs).toISOString();
  const [year, month, day] = iso.slice(2, 10).split("-");
  return `${floatText(value)} (${day}/${month}/${year} ${iso.slice(11, 19)})`;
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

function unknown(count: number): string {
  return `${counted(count, "datapoint")} ${count === 1 ? "was" : "were"} unknown`;
}

function treated(count: number, as: string): string {
  const verb = count === 1 ? "was" : "were";
  return `${counted(count, "missing datapoint")} ${verb} treated as [${as}]`;
}
