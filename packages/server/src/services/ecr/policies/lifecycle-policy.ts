import { invalidLifecyclePolicy } from "../errors.ts";
import { RULES_PER_LIFECYCLE_POLICY } from "../quotas.ts";

/*
 * Lifecycle policies: read, kept and shown. There are no images here that they could end. Source:
 * ECR user guide, "Lifecycle policy properties in Amazon ECR"; sentences as users report them.
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
const STORAGE_CLASSES = ["archive", "standard"] as const;
const VALUES: Readonly<Record<string, readonly string[]>> = {
  tagStatus: ["any", "tagged", "untagged"],
  countUnit: ["days"],
  storageClass: STORAGE_CLASSES,
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
  const read = rules.map(readRule);
  if (new Set(read.map(({ priority }) => priority)).size < read.length)
    throw invalidLifecyclePolicy("rule priorities must be unique");
  for (const storageClass of STORAGE_CLASSES)
    checkOrder(read.filter((rule) => rule.storageClass === storageClass));
}

interface Rule {
  readonly priority: number;
  readonly tagStatus: string;
  readonly storageClass: string;
}

/** The rules for one storage class: what they select must not be taken from others. */
function checkOrder(rules: readonly Rule[]): void {
  if (rules.filter(({ tagStatus }) => tagStatus === "untagged").length > 1)
    throw invalidLifecyclePolicy("Only one rule can select Untagged images per storage class");
  const last = Math.max(...rules.map(({ priority }) => priority));
  if (rules.some(({ tagStatus, priority }) => tagStatus === "any" && priority < last))
    throw invalidLifecyclePolicy(
      "Rule for tagStatus=ANY must have the lowest priority per storage class",
    );
}

function readRule(rule: unknown): Rule {
  const { rulePriority, selection, action } = checkShape(rule, RULE);
  checkAction(checkShape(action, ACTION));
  const selected = checkShape(selection, SELECTION);
  checkSelection(selected);
  const { tagStatus, storageClass = "standard" } = selected;
  const priority = atLeastOne(rulePriority);
  return { priority, tagStatus: String(tagStatus), storageClass: String(storageClass) };
}

function checkAction({ type, targetStorageClass }: Members): void {
  if ((type === "transition") !== (targetStorageClass !== undefined)) throw noSchemaMatches();
}

function checkSelection(selection: Members): void {
  const { tagStatus, countType, countUnit, countNumber } = selection;
  if (!COUNT_TYPES.includes(String(countType))) throw noSchemaMatches();
  if ((countType === "imageCountMoreThan") !== (countUnit === undefined)) throw noSchemaMatches();
  const lists = [selection.tagPatternList, selection.tagPrefixList].filter(
    (one) => one !== undefined,
  );
  if (!lists.every(isTextList)) throw invalidLifecyclePolicy("tags must be lists of strings");
  if (tagStatus === "tagged" && lists.length === 0)
    throw invalidLifecyclePolicy(
      "Must specify tagPrefixList or tagPatternList when tagStatus=TAGGED.",
    );
  if (lists.length > (tagStatus === "tagged" ? 1 : 0))
    throw invalidLifecyclePolicy(
      "tagStatus=tagged needs either a tagPatternList or a tagPrefixList, and no other has one",
    );
  atLeastOne(countNumber);
}

/** The schema has two kinds of selections, by count and by age, and two kinds of actions. */
function noSchemaMatches() {
  return invalidLifecyclePolicy("instance failed to match exactly one schema (matched 0 out of 2)");
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
    if (given === null) throw noSchemaMatches();
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
