import { parameterKind } from "../declare/parameter-types.ts";
import type { ParameterDeclaration, Template } from "../declare/template.ts";
import { MAX_PARAMETER_VALUE_LENGTH } from "../document/limits.ts";
import { TemplateError } from "../document/template-error.ts";
import { matchesWhole, PatternBudget } from "../pattern/matches-whole.ts";
import { PatternError } from "../pattern/pattern-syntax.ts";
import type { ParameterValue } from "./environment.ts";

/** A parameter as a request gives it. */
export interface GivenParameter {
  readonly name: string;
  readonly value?: string | undefined;
  readonly usePreviousValue?: boolean | undefined;
  /** The value is known only once a resource exists: nothing about it can be checked yet. */
  readonly isUnknown?: boolean | undefined;
}

/** A parameter with its value. */
export interface ResolvedParameter {
  readonly declaration: ParameterDeclaration;
  /** The text that was given, or the default. */
  readonly text: string;
  /** For SSM types, the value of the SSM parameter that the text names. */
  readonly ssmValue: string | undefined;
  /** The result of a Ref to it. */
  readonly value: ParameterValue;
}

/**
 * The names of the SSM parameters whose values `resolveParameters` needs.
 *
 * @throws TemplateError with AWS's text.
 */
export function ssmParametersOf(
  template: Template,
  given: readonly GivenParameter[],
  previous: ReadonlyMap<string, string>,
): readonly string[] {
  const texts = parameterTexts(template, given, previous);
  const unknown = unknownNames(given);
  const names = [...template.parameters.values()]
    .filter(({ name, type }) => parameterKind(type)?.ssm && !unknown.has(name))
    .map(({ name }) => texts.get(name) ?? "");
  return [...new Set(names)];
}

/**
 * Gives the parameters of a template their values, and checks these.
 *
 * @param previous the texts of the stack's parameters, for those that keep theirs.
 * @param ssmValues the values of the SSM parameters that `ssmParametersOf` names.
 * @throws TemplateError with AWS's text.
 */
export function resolveParameters(
  template: Template,
  given: readonly GivenParameter[],
  previous: ReadonlyMap<string, string>,
  ssmValues: ReadonlyMap<string, string>,
): ReadonlyMap<string, ResolvedParameter> {
  const texts = parameterTexts(template, given, previous);
  const unknown = unknownNames(given);
  const budget = new PatternBudget();
  return new Map(
    [...template.parameters.values()].map((declaration) => {
      const { name } = declaration;
      const text = texts.get(name) ?? "";
      const resolved = unknown.has(name)
        ? { declaration, text, ssmValue: undefined, value: listed(declaration, text) }
        : resolveParameter(declaration, text, ssmValues, budget);
      return [name, resolved];
    }),
  );
}

function unknownNames(given: readonly GivenParameter[]): ReadonlySet<string> {
  return new Set(given.filter(({ isUnknown }) => isUnknown).map(({ name }) => name));
}

/** The result of a Ref to a parameter with a text as its value. */
function listed({ type }: ParameterDeclaration, text: string): ParameterValue {
  if (!parameterKind(type)?.list) return text;
  return text === "" ? [] : text.split(",").map((item) => item.trim());
}

function parameterTexts(
  { parameters }: Template,
  given: readonly GivenParameter[],
  previous: ReadonlyMap<string, string>,
): ReadonlyMap<string, string> {
  const unknown = given.map(({ name }) => name).filter((name) => !parameters.has(name));
  if (unknown.length > 0)
    throw new TemplateError(`Parameters: [${unknown.join(", ")}] do not exist in the template`);
  for (const { name, value, usePreviousValue } of given)
    if (usePreviousValue && value !== undefined && value !== "")
      throw new TemplateError(
        `Invalid input for parameter key ${name}. Cannot specify usePreviousValue as true and ` +
          "non empty value for a parameter",
      );
  const byName = new Map(given.map((parameter) => [parameter.name, parameter]));
  const texts = new Map<string, string>();
  const missing: string[] = [];
  for (const { name, defaultValue } of parameters.values()) {
    const own = byName.get(name);
    const text = own?.usePreviousValue ? previous.get(name) : own?.value;
    const value = text ?? defaultValue;
    if (value === undefined) missing.push(name);
    else texts.set(name, value);
  }
  if (missing.length > 0)
    throw new TemplateError(`Parameters: [${missing.join(", ")}] must have values`);
  return texts;
}

function resolveParameter(
  declaration: ParameterDeclaration,
  text: string,
  ssmValues: ReadonlyMap<string, string>,
  budget: PatternBudget,
): ResolvedParameter {
  const { name, type } = declaration;
  const kind = parameterKind(type);
  if (text.length > MAX_PARAMETER_VALUE_LENGTH)
    throw new TemplateError(
      `Parameter '${name}' must contain at most ${MAX_PARAMETER_VALUE_LENGTH} characters`,
    );
  const ssmValue = kind?.ssm ? ssmValues.get(text) : undefined;
  if (kind?.ssm && ssmValue === undefined) throw new MissingSsmParameter(name, text);
  const effective = ssmValue ?? text;
  const items = kind?.list ? effective.split(",").map((item) => item.trim()) : [effective];
  // CommaDelimitedList is checked as the one text that it is.
  const checked = type === "CommaDelimitedList" ? [text] : kind?.ssm ? [text] : items;
  for (const item of checked)
    checkConstraints(declaration, item, kind?.element === "Number", budget);
  return { declaration, text, ssmValue, value: listed(declaration, effective) };
}

/** The text of a parameter with an SSM type names nothing in the Parameter Store. */
export class MissingSsmParameter extends TemplateError {
  /** The template's parameter. */
  readonly parameter: string;

  constructor(parameter: string, text: string) {
    super(`Unable to fetch parameters [${text}] from parameter store for this account.`);
    this.parameter = parameter;
  }
}

function checkConstraints(
  of: ParameterDeclaration,
  text: string,
  numeric: boolean,
  budget: PatternBudget,
): void {
  const broken = brokenConstraint(of, text, numeric, budget);
  if (broken === undefined) return;
  const { name, constraintDescription } = of;
  throw new TemplateError(
    constraintDescription === undefined
      ? `Parameter '${name}' ${broken}`
      : `Parameter '${name}' failed to satisfy constraint: ${constraintDescription}`,
  );
}

function brokenConstraint(
  of: ParameterDeclaration,
  text: string,
  numeric: boolean,
  budget: PatternBudget,
): string | undefined {
  const { allowedValues, minLength, maxLength, minValue, maxValue, allowedPattern } = of;
  if (allowedValues && !allowedValues.includes(text)) return "must be one of AllowedValues";
  if (numeric) {
    const number = Number(text);
    if (text.trim() === "" || !Number.isFinite(number)) return "must be a number.";
    if (minValue !== undefined && number < minValue)
      return `must be a number not less than ${minValue}`;
    if (maxValue !== undefined && number > maxValue)
      return `must be a number not greater than ${maxValue}`;
  }
  if (minLength !== undefined && text.length < minLength)
    return `must contain at least ${minLength} characters`;
  if (maxLength !== undefined && text.length > maxLength)
    return `must contain at most ${maxLength} characters`;
  if (allowedPattern !== undefined && !matches(of.name, allowedPattern, text, budget))
    return `must match pattern ${allowedPattern}`;
  return undefined;
}

function matches(name: string, pattern: string, text: string, budget: PatternBudget): boolean {
  try {
    return matchesWhole(pattern, text, budget);
  } catch (error) {
    if (!(error instanceof PatternError)) throw error;
    throw new TemplateError(
      `Parameter '${name}' AllowedPattern must be a valid regular expression.`,
    );
  }
}
