import { readConditionOperator } from "../compile/condition-operator.ts";
import { type JsonObject, memberOf } from "../document/json-node.ts";
import type { Problem } from "./policy-finding.ts";
import { conditionsOf, itemsOf, statementsOf } from "./statement-node.ts";

const COGNITO = "cognito-identity.amazonaws.com";

/**
 * OpenID Connect providers that many tenants share, and the claim that a trust policy must narrow
 * so as not to trust all of them. IAM User Guide, "Identity-provider controls for shared OIDC
 * providers".
 */
const SHARED_PROVIDERS: ReadonlyMap<string, string> = new Map([
  ["token.actions.githubusercontent.com", "sub"],
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

/** An Allow for a shared provider must narrow its claim to something but wildcards. */
export function* checkSharedProviders(root: JsonObject): Iterable<Problem> {
  for (const statement of statementsOf(root)) {
    for (const { provider, start, end } of federatedOf(statement)) {
      const message = problemOf(statement, provider);
      if (message !== undefined) {
        yield { message, start, end };
      }
    }
  }
}

function problemOf(statement: JsonObject, provider: string): string | undefined {
  if (provider === COGNITO) {
    return narrows(statement, `${COGNITO}:aud`)
      ? undefined
      : "A condition block must be present for the Cognito provider";
  }
  const url = provider.slice(provider.indexOf(":oidc-provider/") + ":oidc-provider/".length);
  const claim = provider.includes(":oidc-provider/") ? SHARED_PROVIDERS.get(url) : undefined;
  return claim === undefined || narrows(statement, `${url}:${claim}`)
    ? undefined
    : `The trust policy must narrow ${url}:${claim}, because many tenants share the provider`;
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

/** Whether a positive string condition on the key has only values with literal characters. */
function narrows(statement: JsonObject, key: string): boolean {
  return conditionsOf(statement).some((condition) => {
    const operator = readConditionOperator(condition.operator.key);
    const values = itemsOf(condition.key.value);
    return (
      condition.key.key.toLowerCase() === key.toLowerCase() &&
      operator?.family.startsWith("string") === true &&
      !operator.negated &&
      !operator.ifExists &&
      values.length > 0 &&
      values.every((value) => value.type === "string" && /[^*?]/.test(value.value))
    );
  });
}
