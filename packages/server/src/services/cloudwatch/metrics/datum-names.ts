import type { MetricDatum } from "@aws-sdk/client-cloudwatch";
import { invalidParameterValue, missingParameters } from "../errors.ts";

/** Source: CloudWatch API reference, MetricDatum and Dimension. */
const NAME_MAX = 255;
const VALUE_MAX = 1_024;
const NOT_ASCII = /[^\t\n\r\x20-\x7e]/;

interface Named {
  readonly parameter: string;
  readonly text: string;
  readonly max: number;
  /** A dimension's name doesn't begin with a colon. */
  readonly isDimension?: true;
}

/**
 * Throws MissingParameter for metrics and dimensions whose name or value is missing or blank, and
 * InvalidParameterValue for those of other characters or too long: PutMetricData names all of one
 * kind in one message, a line each.
 */
export function checkNames(data: readonly (readonly [string, MetricDatum])[]): void {
  const names = data.flatMap(([member, datum]) => namesOf(member, datum));
  const missing = names.filter(({ text }) => text.trim() === "");
  if (missing.length > 0) throw missingParameters(missing.map(({ parameter }) => parameter));
  const wrong = names.flatMap(faultsOf);
  if (wrong.length > 0) throw invalidParameterValue(wrong.join("\n"));
}

function namesOf(member: string, { MetricName = "", Dimensions = [] }: MetricDatum): Named[] {
  const dimensions = Dimensions.flatMap(({ Name = "", Value = "" }, index): Named[] => {
    const dimension = `${member}.Dimensions.member.${index + 1}`;
    return [
      { parameter: `${dimension}.Name`, text: Name, max: NAME_MAX, isDimension: true },
      { parameter: `${dimension}.Value`, text: Value, max: VALUE_MAX },
    ];
  });
  return [...dimensions, { parameter: `${member}.MetricName`, text: MetricName, max: NAME_MAX }];
}

function faultsOf({ parameter, text, max, isDimension }: Named): string[] {
  const faults: string[] = [];
  if (NOT_ASCII.test(text))
    faults.push(`The value for parameter ${parameter} contains non-ASCII characters.`);
  if (text.length > max)
    faults.push(`The parameter ${parameter} must be shorter than ${max + 1} characters.`);
  if (isDimension && text.startsWith(":"))
    faults.push(`The value ${text} for parameter ${parameter} is invalid.`);
  return faults;
}
