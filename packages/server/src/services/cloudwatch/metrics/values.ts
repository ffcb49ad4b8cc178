import type { MetricDatum } from "@aws-sdk/client-cloudwatch";
import { invalidParameterCombination, invalidParameterValue } from "../errors.ts";
import { type StatisticSet, setOfCounts } from "./statistics.ts";

/** Source: CloudWatch API reference, MetricDatum: values are from -2^360 to 2^360. */
const VALUE_MAX = 2 ** 360;
/** Source: as above, `Values` and `Counts`. */
const VALUES_MAX = 150;

/**
 * Reads a value, values with counts, or a set of statistics, which wins over values: AWS accepts
 * them together. Values that count nothing are left out. Throws InvalidParameterCombination or
 * InvalidParameterValue, which name the datum as `member`.
 */
export function valuesOf(datum: MetricDatum, member: string): readonly StatisticSet[] {
  const { Value, Values, StatisticValues } = datum;
  const others = { Values, StatisticValues };
  const [other] = Object.entries(others).flatMap(([name, given]) => (given ? [name] : []));
  if (Value !== undefined && other !== undefined)
    throw invalidParameterCombination(
      `The parameters ${member}.Value and ${member}.${other} are mutually exclusive and you have specified both.`,
    );
  if (Value === undefined && other === undefined)
    throw invalidParameterCombination(
      "At least one of the parameters Value, Values and StatisticValues must be specified.",
    );
  const sets = StatisticValues
    ? [setOf(StatisticValues, `${member}.StatisticValues`)]
    : countedValues(datum, member);
  return sets.filter(({ sampleCount }) => sampleCount > 0);
}

function setOf(given: NonNullable<MetricDatum["StatisticValues"]>, member: string): StatisticSet {
  const { SampleCount = 0, Sum = 0, Minimum = 0, Maximum = 0 } = given;
  for (const [name, value] of Object.entries({ Sum, Minimum, Maximum }))
    checkValue(value, `${member}.${name}`);
  checkCount(SampleCount, `${member}.SampleCount`);
  return { sampleCount: SampleCount, sum: Sum, minimum: Minimum, maximum: Maximum };
}

function countedValues(datum: MetricDatum, member: string): StatisticSet[] {
  const { Value, Values = [Value ?? 0], Counts } = datum;
  if (Values.length > VALUES_MAX)
    throw invalidParameterValue(
      `The collection ${member}.Values must not have a size greater than ${VALUES_MAX}.`,
    );
  if (Counts && Counts.length !== Values.length)
    throw invalidParameterValue(
      `The parameters ${member}.Values and ${member}.Counts must be of the same size.`,
    );
  const counts = new Map<number, number>();
  for (const [index, value] of Values.entries()) {
    checkValue(
      value,
      Value === undefined ? `${member}.Values.member.${index + 1}` : `${member}.Value`,
    );
    const sampleCount = Counts?.[index] ?? 1;
    checkCount(sampleCount, `${member}.Counts.member.${index + 1}`);
    if (sampleCount > 0) counts.set(value, (counts.get(value) ?? 0) + sampleCount);
  }
  return counts.size === 0 ? [] : [setOfCounts(counts)];
}

function checkValue(value: number, parameter: string): void {
  if (Math.abs(value) <= VALUE_MAX) return;
  throw invalidParameterValue(`The value ${value} for parameter ${parameter} is invalid.`);
}

/** Sums of so many are finite. */
function checkCount(value: number, parameter: string): void {
  if (value >= 0 && value <= VALUE_MAX) return;
  throw invalidParameterValue(`The value ${value} for parameter ${parameter} is invalid.`);
}
