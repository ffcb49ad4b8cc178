import { readConditionOperator } from "../compile/condition-operator.ts";
import { isTrue } from "../compile/value-test.ts";
import type { PolicySource } from "../request.ts";
import type { ExplainedStatement } from "./explanation.ts";
import type {
  ComparedCondition,
  MissedAction,
  MissedPart,
  MissedPrincipal,
  MissedResource,
  MissingAllow,
  NearMiss,
  Obstacle,
  UnlistedElement,
} from "./obstacle.ts";
import { shortBeside } from "./short-value.ts";

type NameOfPolicy = (policy: PolicySource) => string;

/** The words before a policy's name. */
const KINDS: Readonly<Record<PolicySource["kind"], string>> = {
  identity: "",
  boundary: "the permissions boundary ",
  session: "the session policy ",
  resource: "the policy of ",
  trust: "the trust policy of ",
  key: "the key policy of ",
  scp: "the service control policy ",
  rcp: "the resource control policy ",
  endpoint: "the VPC endpoint policy ",
};

/** Said of a layer without any policy. */
const NONE: Readonly<Record<PolicySource["kind"], string>> = {
  identity: "The caller has no identity-based policies",
  boundary: "The caller's permissions boundary is missing",
  session: "No session policy was passed",
  resource: "The resource has no policy",
  trust: "The role has no trust policy",
  key: "The key has no policy",
  scp: "A level of the organization has no service control policy",
  rcp: "A level of the organization has no resource control policy",
  endpoint: "The VPC endpoint has no policy",
};

/** So much of each is shown: policies and requests may have hundreds of values and conditions. */
const SHOWN_VALUES_MAX = 4;
const SHOWN_PARTS_MAX = 5;

/** An obstacle in sentences, the most useful first; code is between backquotes. */
export function obstacleText(
  obstacle: Obstacle,
  nameOfPolicy: NameOfPolicy = ({ id }) => `\`${id}\``,
): readonly string[] {
  if (obstacle.kind === "deny") {
    const name = statementName(obstacle.statement, nameOfPolicy);
    const reasons = [...obstacle.unlisted.map(unlistedText), ...obstacle.held.map(heldText)];
    const because = reasons.length > 0 ? `, because ${joined(reasons)}` : "";
    return [`Denied: ${name} denies this${because}.`];
  }
  if (obstacle.nearMisses.length === 0) {
    return [nothingNearText(obstacle, nameOfPolicy)];
  }
  return obstacle.nearMisses.map((near) => nearMissText(near, nameOfPolicy));
}

function nothingNearText(
  { layer, policies, proposal }: MissingAllow,
  nameOf: NameOfPolicy,
): string {
  if (policies.length === 0) {
    return `${NONE[layer]}, so nothing allows this.`;
  }
  const named = policies.slice(0, SHOWN_VALUES_MAX).map((policy) => titleOf(policy, nameOf));
  const more = policies.length - named.length;
  const titles = more > 0 ? [...named, `${more} more`] : named;
  const all = listOf(titles);
  return proposal
    ? `No statement of ${all} allows anything similar.`
    : `Besides, no statement of ${all} allows this.`;
}

function unlistedText({ element, actual }: UnlistedElement): string {
  return `its ${element} doesn't list \`${actual}\``;
}

/** A near miss as a sentence. */
export function nearMissText(
  { statement, missed }: NearMiss,
  nameOfPolicy: NameOfPolicy = ({ id }) => `\`${id}\``,
): string {
  const name = statementName(statement, nameOfPolicy);
  const parts = new Set(missed.map(({ part }) => part));
  const action = parts.has("action") ? "another action" : "this action";
  const resource = parts.has("resource") ? "" : " on this resource";
  return `Almost: ${name} allows ${action}${resource}, but ${joined(missed.map(missText))}.`;
}

function statementName({ policy, sid, index }: ExplainedStatement, nameOf: NameOfPolicy): string {
  return `statement ${sid === undefined ? index + 1 : `\`${sid}\``} of ${titleOf(policy, nameOf)}`;
}

function titleOf(policy: PolicySource, nameOf: NameOfPolicy): string {
  return `${KINDS[policy.kind]}${nameOf(policy)}`;
}

/** Says how one part of a statement and the request differ. */
export function missText(miss: MissedPart): string {
  switch (miss.part) {
    case "action":
      return actionText(miss);
    case "resource":
      return resourceText(miss);
    case "principal":
      return principalText(miss);
    case "condition":
      return conditionText(miss);
    default:
      return miss satisfies never;
  }
}

function actionText({ written, actual }: MissedAction): string {
  return `its action is \`${written}\` (did you mean \`${actual}\`?)`;
}

function resourceText(miss: MissedResource): string {
  const { written, actual, negated, differsIn, unresolved } = miss;
  const short = shortBeside([written, actual]);
  const [pattern, resource] = [short(written), short(actual)];
  if (unresolved.length > 0) {
    const variables = unresolved.map((key) => `\`\${${key}}\``);
    return `its resource \`${pattern}\` needs ${listOf(variables)}, which the request doesn't have`;
  }
  if (negated) {
    return `its NotResource \`${pattern}\` excludes \`${resource}\``;
  }
  const bucket = /^(arn:[^:]*:s3:::[^/*?]+)(\/.*)?$/.exec(written);
  if (bucket?.[2] === undefined && bucket?.[1] && actual.startsWith(`${bucket[1]}/`)) {
    return [
      `its resource \`${pattern}\` is the bucket itself and not its objects`,
      `(\`${written}/*\`)`,
    ].join(" ");
  }
  if (bucket?.[1] === actual) {
    return [
      `its resource \`${pattern}\` is what is in the bucket and not the bucket itself`,
      `(\`${actual}\`)`,
    ].join(" ");
  }
  const [only, ...others] = differsIn;
  const where = differsInCase(written, actual)
    ? " (upper and lower case differ)"
    : others.length === 0 && only !== "resource" && only
      ? ` (another ${only})`
      : "";
  return `its resource is \`${pattern}\` and the request's is \`${resource}\`${where}`;
}

/** Whether a pattern's text before its first wildcard begins the value but for its case. */
function differsInCase(written: string, actual: string): boolean {
  const start = /^[^*?$]*/.exec(written)?.[0] ?? "";
  return !actual.startsWith(start) && actual.toLowerCase().startsWith(start.toLowerCase());
}

function principalText({ written, negated, actual, delegates }: MissedPrincipal): string {
  const names = listOf(shown(written));
  if (negated) {
    return "its NotPrincipal allows nobody";
  }
  return delegates
    ? `it names the account alone (${names}), which leaves the decision to the caller's own policies`
    : `it names ${names} and the caller is \`${actual}\``;
}

function conditionText(condition: ComparedCondition): string {
  const { operator, key, written, actual, single } = condition;
  const read = readConditionOperator(operator);
  if (read?.family === "null") {
    return nullText(condition);
  }
  const wants = read?.negated ? "excludes" : "wants";
  const isOtherCase = written.some((value) =>
    (actual ?? []).some((each) => isSameBut(value, each)),
  );
  const hint =
    !single && read?.set === undefined
      ? "; a key of several values needs ForAnyValue or ForAllValues"
      : !read?.negated && isOtherCase
        ? " (upper and lower case differ)"
        : "";
  const [wanted, has] = besideRequest(condition);
  return `\`${operator} ${key}\` ${wants} ${wanted} and ${has}${hint}`;
}

function isSameBut(written: string, actual: string): boolean {
  return written !== actual && written.toLowerCase() === actual.toLowerCase();
}

function nullText(condition: ComparedCondition): string {
  const { key, written } = condition;
  const wanted = written.some(isTrue) ? "absent" : "present";
  const [, has] = besideRequest(condition);
  return `\`Null\` wants \`${key}\` to be ${wanted} and ${has}`;
}

/** A condition of a Deny, and the value of the request with which it holds. */
export function heldText(condition: ComparedCondition): string {
  const [written, has] = besideRequest(condition);
  return `\`${condition.operator} ${condition.key}\` ${written} holds: ${has}`;
}

/** The condition's values, and what the request has. */
function besideRequest({ key, written, actual = [] }: ComparedCondition): [string, string] {
  const short = shortBeside([...firstOf(written), ...firstOf(actual)]);
  const has = actual.length === 0 ? `no \`${key}\`` : listOf(shown(actual, short));
  return [shown(written, short).join(" or "), `the request has ${has}`];
}

function firstOf(values: readonly string[]): readonly string[] {
  return values.slice(0, SHOWN_VALUES_MAX);
}

function shown(
  values: readonly string[],
  short: (value: string) => string = shortBeside(firstOf(values)),
): readonly string[] {
  const first = firstOf(values).map((value) =>
    value === "" ? "an empty text" : `\`${short(value)}\``,
  );
  const more = values.length - first.length;
  return more > 0 ? [...first, `${more} more`] : first;
}

function joined(parts: readonly string[]): string {
  const more = parts.length - SHOWN_PARTS_MAX;
  const first = parts.slice(0, SHOWN_PARTS_MAX);
  return (more > 0 ? [...first, `${more} more conditions`] : first).join("; and ");
}

function listOf(parts: readonly string[]): string {
  return parts.length < 2
    ? (parts[0] ?? "")
    : `${parts.slice(0, -1).join(", ")} and ${parts.at(-1)}`;
}
