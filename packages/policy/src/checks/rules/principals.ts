import { PRINCIPAL_TYPES } from "../../document/policy-document.ts";
import type { CheckCode, Report } from "../finding.ts";
import type { PrincipalGroup, StatementSubject, Subject, Text } from "../subject.ts";
import { resourceTypeNamed } from "./resource-types.ts";

const TYPES: readonly string[] = PRINCIPAL_TYPES;
/** `AROA` and `AIDA` begin unique ids. Source: IAM User Guide, "IAM identifiers". */
const UNIQUE_ID = /^A(?:ROA|IDA)[0-9A-Z]{12,124}(?::.*)?$/;

/** Principal and NotPrincipal: their form, and what can't be one. */
export function* checkPrincipals(
  { principal, effect }: StatementSubject,
  subject: Subject,
): Iterable<Report> {
  if (!principal) return;
  const { bare, place, entries } = principal;
  const takesPrincipals =
    subject.policyType === "RESOURCE_POLICY" || subject.policyType === "RESOURCE_CONTROL_POLICY";
  if (!takesPrincipals) return;
  if (principal.negated && effect === "Allow") {
    yield { code: "ALLOW_WITH_NOT_PRINCIPAL", places: [place] };
  }
  const isObject = subject.text[place.start] === "{";
  if (!isObject && bare !== "*") yield { code: "INVALID_PRINCIPAL_FORMAT", places: [place] };
  if (isObject && entries.length === 0) yield { code: "EMPTY_OBJECT_PRINCIPAL", places: [place] };
  for (const group of entries) yield* checkGroup(group, subject);
}

function* checkGroup(group: PrincipalGroup, subject: Subject): Iterable<Report> {
  const { type, keyPlace, place, values } = group;
  if (!TYPES.includes(type)) {
    const words = { principalKey: type };
    yield { code: "INVALID_PRINCIPAL_KEY", places: [keyPlace], words };
    return;
  }
  if (values.length === 0 && subject.text[place.start] === "[") {
    yield { code: "EMPTY_ARRAY_PRINCIPAL", places: [place] };
  }
  if (type === "Federated" && !takesFederated(subject)) {
    yield { code: "FEDERATED_PRINCIPAL_NOT_SUPPORTED", places: [place] };
  }
  for (const value of values) yield* checkValue(type, value);
}

/** Only roles are assumed by identity providers' users. */
function takesFederated({ isTrust, resourceType, policyType }: Subject): boolean {
  return isTrust || (policyType === "RESOURCE_POLICY" && !resourceTypeNamed(resourceType));
}

function* checkValue(type: string, { value, place }: Text): Iterable<Report> {
  const places = [place];
  if (/[*?]/.test(value) && !(type === "AWS" && value === "*")) {
    yield { code: "UNSUPPORTED_WILDCARD_IN_PRINCIPAL", places, words: { principalKey: type } };
    return;
  }
  if (type === "AWS" && UNIQUE_ID.test(value)) {
    const isRole = value.startsWith("AROA");
    const code: CheckCode = isRole ? "INVALID_ROLE_REFERENCE" : "INVALID_USER_REFERENCE";
    yield { code, places, words: isRole ? { roleid: value } : { userid: value } };
  }
  if (type === "Service" && !/^[a-z0-9-]+(?:\.[a-z0-9-]+)+$/i.test(value)) {
    const words = { expectedFormat: "service-name.amazonaws.com" };
    yield { code: "INVALID_SERVICE_PRINCIPAL_FORMAT", places, words };
  }
}
