import { memberOf } from "../../document/json-node.ts";
import { ownValue } from "../../own-value.ts";
import type { Report } from "../finding.ts";
import { placeOfKey } from "../place.ts";
import type { PrincipalSubject, StatementSubject, Subject, Text } from "../subject.ts";

const SAML_PROVIDER = /^arn:[^:]+:iam::[0-9]{12}:saml-provider\/.+$/;
const OIDC_PROVIDER = /^(?:arn:[^:]+:iam::[0-9]{12}:oidc-provider\/.+|[^:/]+\.[^:]+)$/;

/** Elements and principals that the trust policies of roles can't have. */
export function* checkTrustPolicy(statement: StatementSubject, subject: Subject): Iterable<Report> {
  if (!subject.isTrust) return;
  const { object, place, principal, effect } = statement;
  const negated = memberOf(object, "NotPrincipal");
  if (negated) {
    const places = [placeOfKey(place, negated, subject.text)];
    yield { code: "ROLE_TRUST_POLICY_SYNTAX_ERROR_NOTPRINCIPAL", places };
  }
  if (principal?.bare === "*" && !principal.negated && effect === "Allow") {
    const code = "ROLE_TRUST_POLICY_UNSUPPORTED_WILDCARD_IN_PRINCIPAL";
    yield { code, places: [principal.place] };
  }
  const resource = memberOf(object, "Resource") ?? memberOf(object, "NotResource");
  // An empty list is another finding alone, as AWS's answers to its own validators show.
  if (resource && statement.resource?.items.length !== 0) {
    const places = [placeOfKey(place, resource, subject.text)];
    yield { code: "ROLE_TRUST_POLICY_SYNTAX_ERROR_RESOURCE", places };
  }
  if (!principal) return;
  yield* checkFederated(principal);
  if (effect !== "Allow") return;
  yield* checkActions(statement, principal);
  yield* checkSessions(principal);
}

function* checkFederated(principal: PrincipalSubject): Iterable<Report> {
  for (const { value, place } of valuesOf(principal, "Federated")) {
    if (/[*?]/.test(value) || SAML_PROVIDER.test(value) || OIDC_PROVIDER.test(value)) continue;
    yield { code: "INVALID_FEDERATED_PRINCIPAL_SYNTAX_IN_ROLE_TRUST_POLICY", places: [place] };
  }
}

/** For each action that assumes a role, whether a principal may be its caller. */
const CALLERS: Readonly<Record<string, (type: string, value: string) => boolean>> = {
  "sts:assumerole": (type) => type !== "Federated",
  "sts:assumerolewithsaml": (type, value) => type === "Federated" && SAML_PROVIDER.test(value),
  "sts:assumerolewithwebidentity": (type, value) =>
    type === "Federated" && !value.includes(":saml-provider/"),
};
const ROLES_ANYWHERE = "rolesanywhere.amazonaws.com";
const ROLES_ANYWHERE_ACTIONS = ["sts:assumerole", "sts:setsourceidentity", "sts:tagsession"];

function* checkActions(
  { action }: StatementSubject,
  principal: PrincipalSubject,
): Iterable<Report> {
  if (!action || action.negated || principal.negated) return;
  for (const { value, place } of action.items) {
    const mayCall = ownValue(CALLERS, value.toLowerCase());
    if (!mayCall) continue;
    const wrong = principal.entries.flatMap(({ type, values }) =>
      values.filter((each) => !mayCall(type, each.value)),
    );
    if (wrong.length === 0) continue;
    const words = {
      actionName: value,
      principalNames: wrong.map((each) => each.value).join(", "),
    };
    const places = [place, ...wrong.map((each) => each.place)];
    yield { code: "MISMATCHED_ACTION_FOR_PRINCIPAL", places, words };
  }
  const [anywhere] = valuesOf(principal, "Service").filter(({ value }) => value === ROLES_ANYWHERE);
  const written = action.items.map(({ value }) => value.toLowerCase());
  const hasAll = ROLES_ANYWHERE_ACTIONS.every((each) =>
    written.some((value) => value === each || value === "*" || value === "sts:*"),
  );
  if (anywhere && !hasAll) {
    const places = [action.place, anywhere.place];
    yield { code: "MISSING_ACTION_FOR_ROLES_ANYWHERE_TRUST_POLICY", places };
  }
}

const SESSION = /^arn:([^:]+):sts::([0-9]{12}):assumed-role\/([^/]+)\/.+$/;

/** A session beside its role, which stands for all of its sessions. */
function* checkSessions(principal: PrincipalSubject): Iterable<Report> {
  const values = valuesOf(principal, "AWS");
  for (const { value, place } of values) {
    const [, partition, account, name] = SESSION.exec(value) ?? [];
    if (name === undefined) continue;
    const start = `arn:${partition}:iam::${account}:role/`;
    const parent = values.find(
      (each) => each.value.startsWith(start) && each.value.split("/").at(-1) === name,
    );
    if (!parent) continue;
    const words = { redundantPrincipal: value, parentRole: parent.value };
    const places = [place, parent.place];
    yield { code: "REDUNDANT_PRINCIPAL_IN_ROLE_TRUST_POLICY", places, words };
  }
}

function valuesOf(principal: PrincipalSubject, type: string): readonly Text[] {
  return principal.entries.filter((group) => group.type === type).flatMap(({ values }) => values);
}
