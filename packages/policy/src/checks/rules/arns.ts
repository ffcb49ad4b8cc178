import { globMatches } from "../../compile/glob.ts";
import { isPartition, PARTITIONS } from "../../validate/partitions.ts";
import { isRegion } from "../aws-regions.ts";
import type { ArnTemplate } from "../data-index.ts";
import type { Report } from "../finding.ts";
import type { StatementSubject, Subject, Text } from "../subject.ts";
import { isEmpty } from "./actions.ts";
import { resourceTypeNamed } from "./resource-types.ts";

const ARN_FIELDS = 6;
/** Services none of whose resources are AWS's own, which would have no account. */
const ACCOUNT_OWNED = new Set(["dynamodb", "iam", "kms", "lambda", "secretsmanager", "sns", "sqs"]);
const ACCOUNT = /^(?:[0-9]{12}|aws)$/;

/** The ARNs of resources: their form, and whether AWS has such resources. */
export function* checkArns({ resource }: StatementSubject, subject: Subject): Iterable<Report> {
  for (const item of resource?.items ?? []) {
    const report = item.value === "*" ? undefined : arnProblem(item, subject);
    if (report) yield { ...report, places: [item.place] };
  }
  if (resource && isEmpty(resource))
    yield { code: "EMPTY_ARRAY_RESOURCE", places: [resource.place] };
}

interface WrittenArn {
  readonly region: string;
  readonly account: string;
  readonly resource: string;
}

type Problem = Omit<Report, "places"> | undefined;

function arnProblem({ value }: Text, { data }: Subject): Problem {
  const parts = value.split(":");
  const [prefix, partition = "", service = "", region = "", account = ""] = parts;
  if (prefix !== "arn") return isOpen(prefix ?? "") ? undefined : { code: "INVALID_ARN_PREFIX" };
  if (parts.length < ARN_FIELDS) {
    const isPattern = (parts.at(-1) ?? "").includes("*");
    return isPattern ? undefined : { code: "MISSING_ARN_FIELD", words: { fields: ARN_FIELDS } };
  }
  if (!isOpen(partition) && !isPartition(partition)) {
    const partitions = [...PARTITIONS].join(", ");
    return { code: "INVALID_PARTITION", words: { service, partition, partitions } };
  }
  if (isOpen(service)) return undefined;
  const templates = data.templates(service);
  if (!templates) {
    const lowerCased = service.toLowerCase();
    if (service !== lowerCased && (data.templates(lowerCased) || data.service(lowerCased))) {
      return { code: "INVALID_ARN_SERVICE_CASE", words: { service } };
    }
    return data.service(service) ? undefined : { code: "INVALID_SERVICE", words: { service } };
  }
  const written = { region, account, resource: parts.slice(ARN_FIELDS - 1).join(":") };
  return templateProblem(service, written, templates);
}

function templateProblem(
  service: string,
  { region, account, resource }: WrittenArn,
  templates: readonly ArnTemplate[],
): Problem {
  const lowerCased = resource.toLowerCase();
  const fitting = templates.filter((each) => fits(lowerCased, each));
  const some = fitting.length > 0 ? fitting : templates;
  if (region !== "" && !isOpen(region)) {
    if (some.every((each) => each.region === "")) {
      return { code: "ARN_REGION_NOT_ALLOWED", words: { service } };
    }
    if (!isRegion(region) && !some.some((each) => each.region === region)) {
      return { code: "INVALID_ARN_REGION", words: { region } };
    }
  }
  if (account !== "" && !isOpen(account)) {
    if (some.every((each) => each.account === "")) {
      return { code: "ARN_ACCOUNT_NOT_ALLOWED", words: { service } };
    }
    if (!ACCOUNT.test(account) && !some.some((each) => each.account === account)) {
      return { code: "INVALID_ARN_ACCOUNT", words: { account } };
    }
  }
  if (fitting.length === 0) return { code: "INVALID_ARN_RESOURCE" };
  if (region === "" && fitting.every((each) => each.region !== "" && each.region !== "*")) {
    return { code: "MISSING_ARN_REGION", words: { service } };
  }
  const needsAccount = ACCOUNT_OWNED.has(service) && fitting.every((each) => each.account !== "");
  if (account === "" && needsAccount) {
    const resourceName = resource.replace(/[/:].*$/s, "");
    return { code: "MISSING_ARN_ACCOUNT", words: { resourceName } };
  }
  return undefined;
}

/** Whether a resource is one of a type. Of a pattern, AWS compares the type's name alone. */
function fits(resource: string, template: ArnTemplate): boolean {
  if (!isOpen(resource)) return globMatches(template.resource, resource);
  const [written = ""] = resource.split(/[/:*?$]/, 1);
  return written.startsWith(template.start) || template.start.startsWith(written);
}

/** Whether a part of an ARN may be several things: it has a wildcard or a variable. */
function isOpen(part: string): boolean {
  return /[*?]|\$\{/.test(part);
}

/** Resources that a resource's own policy can't be about. */
export function* checkResourcesOfType(
  { resource }: StatementSubject,
  { resourceType }: Subject,
): Iterable<Report> {
  const known = resourceTypeNamed(resourceType);
  if (!known || !resource || resource.negated) return;
  for (const { value, place } of resource.items) {
    if (known.arn.test(value)) continue;
    const words = { resourceType: known.title };
    yield { code: "UNSUPPORTED_RESOURCE_ARN_IN_POLICY", places: [place], words };
  }
}
