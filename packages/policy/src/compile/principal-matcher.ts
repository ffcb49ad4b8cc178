import type { PrincipalElement, PrincipalEntry } from "../document/policy-document.ts";
import type { Principal } from "../principal.ts";

/**
 * How directly a Principal element names the caller. It decides which implicit denies can still
 * block: IAM User Guide, "Policy evaluation logic" and "Session policies".
 */
export const NAMED = {
  not: 0,
  /** Through its account: delegation, which grants nothing by itself in the same account. */
  byAccount: 1,
  /** The role or the user behind the session that calls. */
  behindSession: 2,
  /** The user, the session, the service, or everyone. */
  directly: 3,
} as const;
export type Named = (typeof NAMED)[keyof typeof NAMED];

/** Principal or NotPrincipal of one statement. */
export interface PrincipalMatcher {
  negated: boolean;
  everyone: boolean;
  accounts: ReadonlySet<string>;
  /** Users, sessions and federated users. */
  arns: ReadonlySet<string>;
  /** Unique ids of users and roles, into which saved policies turn their ARNs. */
  ids: ReadonlySet<string>;
  /** Role name to accounts: a session's ARN lacks the role's path, so the path doesn't count. */
  roles: ReadonlyMap<string, ReadonlySet<string>>;
  services: ReadonlySet<string>;
  providers: ReadonlySet<string>;
}

const ACCOUNT_ID = /^[0-9]{12}$/;

/** Compiles a statement's Principal or NotPrincipal. */
export function compilePrincipal(element: PrincipalElement): PrincipalMatcher {
  const accounts = new Set<string>();
  const arns = new Set<string>();
  const ids = new Set<string>();
  const roles = new Map<string, Set<string>>();
  const named = (type: PrincipalEntry["type"]): ReadonlySet<string> =>
    new Set(element.entries.filter((entry) => entry.type === type).map((entry) => entry.value));
  for (const entry of element.entries.filter(({ type }) => type === "AWS")) {
    const form = awsPrincipalForm(entry.value);
    switch (form.kind) {
      case "account":
        accounts.add(form.accountId);
        break;
      case "role":
        roles.set(form.roleName, (roles.get(form.roleName) ?? new Set()).add(form.accountId));
        break;
      case "arn":
        arns.add(entry.value);
        break;
      case "id":
        ids.add(entry.value);
        break;
      case "everyone":
        break;
      default:
        form satisfies never;
    }
  }
  return {
    negated: element.negated,
    everyone: element.entries.some(({ type, value }) => type === "AWS" && value === "*"),
    accounts,
    arns,
    ids,
    roles,
    services: named("Service"),
    providers: named("Federated"),
  };
}

export type AwsPrincipalForm =
  | { kind: "everyone" }
  | { kind: "account"; accountId: string }
  | { kind: "role"; accountId: string; roleName: string }
  | { kind: "arn" }
  | { kind: "id" };

/**
 * The principal that a value of {"AWS": …} names. A root ARN means the account, not only its root.
 */
function awsPrincipalForm(value: string): AwsPrincipalForm {
  if (value === "*") {
    return { kind: "everyone" };
  }
  if (ACCOUNT_ID.test(value)) {
    return { kind: "account", accountId: value };
  }
  const [arn, , service, , accountId = "", ...rest] = value.split(":");
  if (arn !== "arn") {
    return { kind: "id" };
  }
  const resource = rest.join(":");
  if (service === "iam" && resource === "root") {
    return { kind: "account", accountId };
  }
  if (service === "iam" && resource.startsWith("role/")) {
    return { kind: "role", accountId, roleName: resource.slice(resource.lastIndexOf("/") + 1) };
  }
  return { kind: "arn" };
}

/** How directly the list names the caller, in Principal or in NotPrincipal. */
function namedBy(matcher: PrincipalMatcher, principal: Principal): Named {
  if (matcher.everyone) {
    return NAMED.directly;
  }
  switch (principal.kind) {
    case "root":
      return inAccount(matcher, principal.accountId);
    case "user":
      return matcher.arns.has(principal.arn) || matcher.ids.has(principal.id)
        ? NAMED.directly
        : inAccount(matcher, principal.accountId);
    case "role-session":
      if (matcher.arns.has(principal.arn)) {
        return NAMED.directly;
      }
      return matcher.ids.has(principal.roleId) ||
        matcher.roles.get(principal.roleName)?.has(principal.accountId) === true
        ? NAMED.behindSession
        : inAccount(matcher, principal.accountId);
    case "federated-user":
      if (matcher.arns.has(principal.arn)) {
        return NAMED.directly;
      }
      return principal.userArn !== undefined && matcher.arns.has(principal.userArn)
        ? NAMED.behindSession
        : inAccount(matcher, principal.accountId);
    case "federated-provider":
      return matcher.providers.has(principal.provider) ? NAMED.directly : NAMED.not;
    case "service":
      return matcher.services.has(principal.serviceName) ? NAMED.directly : NAMED.not;
    case "anonymous":
      return NAMED.not;
    default:
      return principal satisfies never;
  }
}

function inAccount(matcher: PrincipalMatcher, accountId: string): Named {
  return matcher.accounts.has(accountId) ? NAMED.byAccount : NAMED.not;
}

/**
 * How an Allow names the caller. AWS doesn't support Allow with NotPrincipal: it grants nothing.
 */
export function allowedBy(matcher: PrincipalMatcher, principal: Principal): Named {
  return matcher.negated ? NAMED.not : namedBy(matcher, principal);
}

/**
 * Whether a Deny reaches the caller. A Deny with NotPrincipal denies everyone who has a permissions
 * boundary, whatever its list says: IAM User Guide, "NotPrincipal".
 */
export function deniedBy(
  matcher: PrincipalMatcher,
  principal: Principal,
  hasBoundary: boolean,
): boolean {
  const named = namedBy(matcher, principal) !== NAMED.not;
  return matcher.negated ? hasBoundary || !named : named;
}
