import type { Report } from "../finding.ts";
import type { ConditionSubject, StatementSubject, Subject, Text } from "../subject.ts";

const GITHUB = "token.actions.githubusercontent.com";
const OIDC_ARN = /^arn:[^:]+:iam::[0-9]{12}:oidc-provider\//;

/** Trust in an OpenID Connect provider: for which of its tokens. */
export function* checkOidc(
  { principal, effect, conditions, action }: StatementSubject,
  { isTrust }: Subject,
): Iterable<Report> {
  if (!isTrust || !principal || principal.negated || effect !== "Allow" || !action) return;
  const federated = principal.entries
    .filter(({ type }) => type === "Federated")
    .flatMap(({ values }) => values)
    .filter(({ value }) => !value.includes(":saml-provider/"));
  for (const provider of federated) {
    const name = provider.value.replace(OIDC_ARN, "").toLowerCase();
    const own = conditions.filter((each) => each.name.startsWith(`${name}:`));
    if (name === GITHUB || name.startsWith(`${GITHUB}/`)) yield* checkGitHub(provider, own);
    else if (own.length === 0) {
      yield { code: "MISSING_CONDITION_KEY_FOR_OIDC_PRINCIPAL", places: [provider.place] };
    }
  }
}

/** GitHub signs tokens for everybody's repositories. */
function* checkGitHub(provider: Text, own: readonly ConditionSubject[]): Iterable<Report> {
  const subjects = own.filter(({ name }) => name.endsWith(":sub"));
  if (subjects.length === 0) {
    yield { code: "MISSING_GITHUB_REPO_CONDITION_KEY", places: [provider.place] };
    return;
  }
  const hasRef = own.some(({ name }) => name.endsWith(":ref"));
  for (const { read, values } of subjects) {
    if (read?.family !== "stringLike" || read.negated) continue;
    const places = values.filter(({ value }) => isLoose(value, hasRef)).map(({ place }) => place);
    if (places.length > 0) yield { code: "SPECIFIC_GITHUB_REPO_AND_BRANCH_RECOMMENDED", places };
  }
}

/** Whether owner, repository or branch may be any. The branch may have a condition of its own. */
function isLoose(value: string, hasRef: boolean): boolean {
  const [, repository = "", ...rest] = value.split(":");
  const isOpen = (text: string) => /[*?]/.test(text);
  return isOpen(repository) || repository === "" || (isOpen(rest.join(":")) && !hasRef);
}
