import { invalidLifecyclePolicy } from "../errors.ts";
import { RULES_PER_LIFECYCLE_POLICY } from "../quotas.ts";

/*
 * Lifecycle policies: read, kept and shown. There are no images here that they could end. Source:
 * ECR user guide, "Lifecycle policy properties in Amazon ECR".
 */

type Members = Readonly<Record<string, unknown>>;

interface Shape {
  readonly required: readonly string[];
  readonly optional: readonly string[];
}

const RULE: Shape = {
  required: ["action", "rulePriority", "selection"],
  optional: ["description"],
};
const SELECTION: Shape = {
  required: ["countNumber", "countType", "tagStatus"],
  optional: ["countUnit", "storageClass", "tagPatternList", "tagPrefixList"],
};
const ACTION: Shape = { required: ["type"], optional: ["targetStorageClass"] };
const VALUES: Readonly<Record<string, readonly string[]>> = {
  tagStatus: ["any", "tagged", "untagged"],
  countUnit: ["days"],
  storageClass: ["archive", "standard"],
  targetStorageClass: ["archive"],
  type: ["expire", "transition"],
};
const COUNT_TYPES = [
  ...["imageCountMoreThan", "sinceImagePushed", "sinceImagePulled"],
  "sinceImageTransitioned",
];

/** Throws InvalidParameterException for a text that is no lifecycle policy. */
export function checkLifecyclePolicy(text: string): void {
  const { rules } = parsed(text);
  if (!Array.isArray(rules)) throw missing(["rules"]);
  if (rules.length > RULES_PER_LIFECYCLE_POLICY)
    throw invalidLifecyclePolicy(`more than ${RULES_PER_LIFECYCLE_POLICY} rules`);
  const priorities = rules.map(checkRule);
  if (new Set(priorities).size < priorities.length)
    throw invalidLifecyclePolicy("rule priorities must be unique");
}

/** The rule's priority. */
function checkRule(rule: unknown): number {
  const { rulePriority, selection, action } = checkShape(rule, RULE);
  checkShape(action, ACTION);
  checkSelection(checkShape(selection, SELECTION));
  return atLeastOne(rulePriority);
}

function checkSelection(selection: Members): void {
  const { tagStatus, countType, countUnit, countNumber } = selection;
  if (!COUNT_TYPES.includes(String(countType)))
    throw invalidLifecyclePolicy(
      "instance failed to match exactly one schema (matched 0 out of 2)",
    );
  if ((countType === "imageCountMoreThan") !== (countUnit === undefined))
    throw invalidLifecyclePolicy("countUnit is for countTypes of time, which need it");
  const lists = [selection.tagPatternList, selection.tagPrefixList].filter(
    (one) => one !== undefined,
  );
  if (!lists.every(isTextList)) throw invalidLifecyclePolicy("tags must be lists of strings");
  if (lists.length !== (tagStatus === "tagged" ? 1 : 0))
    throw invalidLifecyclePolicy(
      "tagStatus=tagged needs either a tagPatternList or a tagPrefixList, and no other has one",
    );
  atLeastOne(countNumber);
}

function checkShape(value: unknown, { required, optional }: Shape): Members {
  if (!isObject(value))
    throw invalidLifecyclePolicy(
      `instance type (${typeof value}) does not match any allowed primitive type ` +
        '(allowed: ["object"])',
    );
  const lacking = required.filter((name) => !Object.hasOwn(value, name));
  if (lacking.length > 0) throw missing(lacking);
  for (const [name, given] of Object.entries(value)) {
    if (!required.includes(name) && !optional.includes(name))
      throw invalidLifecyclePolicy(
        `object instance has properties which are not allowed by the schema: (["${name}"])`,
      );
    const values = Object.hasOwn(VALUES, name) ? VALUES[name] : undefined;
    if (values && !values.includes(String(given)))
      throw invalidLifecyclePolicy(
        `instance value (${String(given)}) not found in enum :` +
          `(possible values: ${JSON.stringify(values)})`,
      );
  }
  return value;
}

function atLeastOne(value: unknown): number {
  if (typeof value === "number" && Number.isSafeInteger(value) && value >= 1) return value;
  throw invalidLifecyclePolicy(
    `numeric instance is lower than the required minimum (minimum: 1, found: ${String(value)})`,
  );
}

function missing(names: readonly string[]) {
  const list = JSON.stringify(names);
  return invalidLifecyclePolicy(`object has missing required properties (${list})`);
}

function parsed(text: string): Members {
  try {
    const document: unknown = JSON.parse(text);
    if (isObject(document)) return document;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw invalidLifecyclePolicy("Could not map policyString into LifecyclePolicy.");
}

function isTextList(value: unknown): boolean {
  return Array.isArray(value) && value.length > 0 && value.every((one) => typeof one === "string");
}

function isObject(value: unknown): value is Members {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
