import { ActionMatcher } from "../compile/action-matcher.ts";
import { type ConditionOperator, readConditionOperator } from "../compile/condition-operator.ts";
import { type JsonMember, type JsonObject, memberOf } from "../document/json-node.ts";
import type { Problem } from "./policy-finding.ts";
import { conditionsOf, itemsOf, statementsOf, stringsOf, textOf } from "./statement-node.ts";

const COGNITO = "cognito-identity.amazonaws.com";
/** Its issuers have paths for enterprises. */
const GITHUB = "token.actions.githubusercontent.com";

/**
 * A condition that a trust policy needs for a provider whose tokens would otherwise be taken from
 * everybody.
 */
interface Control {
  /** One of these condition keys must be tested. */
  readonly keys: readonly string[];
  readonly isKey: (written: string, key: string) => boolean;
  readonly families: readonly ConditionOperator["family"][];
  readonly isNarrow: (value: string) => boolean;
  readonly message: string;
}

const anyCase = (written: string, key: string) => written.toLowerCase() === key.toLowerCase();
const exactly = (written: string, key: string) => written === key;
const STRINGS = ["stringEquals", "stringLike", "stringEqualsIgnoreCase"] as const;
const EQUALS = ["stringEquals", "stringEqualsIgnoreCase"] as const;

/** Identity providers that IAM knows without an ARN, with the keys of which one must be tested. */
const BUILT_IN: ReadonlyMap<string, { readonly name: string; readonly claims: readonly string[] }> =
  new Map([
    ["accounts.google.com", { name: "Google", claims: ["aud", "oaud", "sub"] }],
    ["www.amazon.com", { name: "Amazon", claims: ["app_id", "sub"] }],
    ["graph.facebook.com", { name: "Facebook", claims: ["app_id", "sub"] }],
  ]);

/**
 * OpenID Connect providers that many tenants share, and the claim that a trust policy must narrow
 * so as not to trust all of them. IAM User Guide, "Identity-provider controls for shared OIDC
 * providers".
 */
const SHARED_PROVIDERS: ReadonlyMap<string, string> = new Map([
  ["vstoken.actions.githubusercontent.com", "sub"],
  ["oidc-configuration.audit-log.githubusercontent.com", "sub"],
  ["gitlab.com", "sub"],
  ["agent.buildkite.com", "sub"],
  ["app.terraform.io", "sub"],
  ["oidc.codefresh.io", "sub"],
  ["studio.datachain.ai/api", "sub"],
  ["scalr.io", "sub"],
  ["tokens.cloud.shisho.dev", "sub"],
  ["proidc.upbound.io", "sub"],
  ["api.pulumi.com/oidc", "aud"],
  ["sandboxes.cloud", "aud"],
  ["oidc.vercel.com", "aud"],
]);

/** An Allow of web identities must narrow whom it trusts of a provider that many tenants share. */
export function* checkSharedProviders(root: JsonObject): Iterable<Problem> {
  for (const statement of statementsOf(root).filter(trustsWebIdentities)) {
    for (const { provider, start, end } of federatedOf(statement)) {
      const control = controlOf(provider);
      if (control !== undefined && !fulfils(statement, control)) {
        yield { message: control.message, start, end };
      }
    }
  }
}

function trustsWebIdentities(statement: JsonObject): boolean {
  const values = stringsOf(statement, ["Action"]).map(({ value }) => value);
  const matcher = new ActionMatcher({ negated: false, values });
  return (
    textOf(statement, "Effect") === "Allow" && matcher.matches("sts:AssumeRoleWithWebIdentity")
  );
}

function controlOf(provider: string): Control | undefined {
  const known = BUILT_IN.get(provider);
  if (known !== undefined) {
    const message = `A condition block must be present for the ${known.name} provider`;
    const keys = known.claims.map((claim) => `${provider}:${claim}`);
    return { keys, isKey: exactly, families: EQUALS, isNarrow: () => true, message };
  }
  const shared = { isKey: anyCase, families: STRINGS, isNarrow: (value: string) => value !== "*" };
  if (provider === COGNITO) {
    const message = "A condition block must be present for the Cognito provider";
    return { ...shared, keys: [`${COGNITO}:aud`], message };
  }
  const [, url] = provider.split(":oidc-provider/");
  if (url?.startsWith(GITHUB)) {
    const isNarrow = (value: string) => value.trim() !== "" && !value.startsWith("*");
    const keys = [`${url}:sub`, `${url}:job_workflow_ref`];
    return { ...shared, keys, isNarrow, message: mustNarrow(`${url}:sub`) };
  }
  const claim = url && SHARED_PROVIDERS.get(url);
  return claim
    ? { ...shared, keys: [`${url}:${claim}`], message: mustNarrow(`${url}:${claim}`) }
    : undefined;
}

function mustNarrow(key: string): string {
  return `The trust policy must narrow ${key}, because many tenants share the provider`;
}

function federatedOf(
  statement: JsonObject,
): readonly { provider: string; start: number; end: number }[] {
  const principal = memberOf(statement, "Principal")?.value;
  if (principal?.type !== "object") {
    return [];
  }
  const federated = memberOf(principal, "Federated")?.value;
  return (federated === undefined ? [] : itemsOf(federated)).flatMap((item) =>
    item.type === "string" ? [{ provider: item.value, start: item.start, end: item.end }] : [],
  );
}

/** Whether one operator tests at least one of the keys, and all of them that it tests narrowly. */
function fulfils(statement: JsonObject, { keys, isKey, families, isNarrow }: Control): boolean {
  const tested = new Map<JsonMember, JsonMember[]>();
  for (const { operator, key } of conditionsOf(statement)) {
    const read = readConditionOperator(operator.key);
    const positive = read && families.includes(read.family) && !read.negated && !read.ifExists;
    if (positive && keys.some((name) => isKey(key.key, name))) {
      tested.set(operator, [...(tested.get(operator) ?? []), key]);
    }
  }
  return [...tested.values()].some((members) =>
    members
      .flatMap(({ value }) => itemsOf(value))
      .every((value) => value.type === "string" && isNarrow(value.value)),
  );
}
