import { quoted } from "../../kernel/json-text.ts";
import type { ContextValue } from "../../kernel/principal.ts";

/**
 * A session token's content, before it is sealed. Everything that can change while the session
 * lives (the role's tags, the text of a managed policy) is looked up at each use instead.
 */
export interface Session {
  readonly identity: SessionIdentity;
  readonly issuedAtMs: number;
  readonly expiresAtMs: number;
  /** The inline session policy. */
  readonly policy: string | undefined;
  /** The managed session policies. */
  readonly policyArns: readonly string[];
  /** The tags of this session: passed, and inherited from the calling session. */
  readonly tags: readonly SessionTag[];
  readonly transitiveTagKeys: readonly string[];
  readonly sourceIdentity: string | undefined;
  /** Whether a code of an MFA device was given when the session was made. */
  readonly multiFactorAuth: boolean;
  /** Condition keys that the session fixes beside those, lower-cased: an identity provider's. */
  readonly context: readonly (readonly [key: string, value: ContextValue])[];
}

export interface SessionTag {
  readonly key: string;
  readonly value: string;
}

export type SessionIdentity =
  | {
      readonly kind: "role";
      readonly accountId: string;
      readonly roleArn: string;
      readonly roleId: string;
      readonly roleName: string;
      readonly sessionName: string;
    }
  | {
      readonly kind: "user";
      readonly accountId: string;
      readonly arn: string;
      readonly id: string;
      readonly userName: string;
    }
  | {
      readonly kind: "federated-user";
      readonly accountId: string;
      /** The unique id of the user who called GetFederationToken; undefined for root. */
      readonly userId: string | undefined;
      readonly name: string;
    }
  | { readonly kind: "root"; readonly accountId: string };

/** Nothing optional, and lists instead of names: the token's size counts against its limit. */
type CompactSession = readonly [
  identity: readonly string[],
  issuedAtMs: number,
  lifetimeMs: number,
  policy: string | 0,
  policyArns: readonly string[],
  tags: readonly (readonly [key: string, value: string])[],
  transitiveTagKeys: readonly string[],
  sourceIdentity: string | 0,
  multiFactorAuth: 0 | 1,
  context: readonly (readonly [key: string, value: ContextValue])[],
];

/** The JSON of a `CompactSession`, member by member: a list costs more to make and stringify. */
export function encodeSession(session: Session): string {
  const { issuedAtMs, expiresAtMs, policy, tags, sourceIdentity } = session;
  const members = [
    `[${encodeIdentity(session.identity).map(quoted).join(",")}]`,
    issuedAtMs,
    expiresAtMs - issuedAtMs,
    policy === undefined ? 0 : quoted(policy),
    listText(session.policyArns),
    listText(tags.map(({ key, value }) => [key, value])),
    listText(session.transitiveTagKeys),
    sourceIdentity === undefined ? 0 : quoted(sourceIdentity),
    session.multiFactorAuth ? 1 : 0,
    listText(session.context),
  ];
  return `[${members.join(",")}]`;
}

function listText(list: readonly unknown[]): string {
  return list.length === 0 ? "[]" : JSON.stringify(list);
}

/** Decodes text that came out of a sealed token, and is trusted therefore. */
export function decodeSession(text: string): Session {
  const compact = JSON.parse(text) as CompactSession;
  const [identity, issuedAtMs, lifetimeMs, policy, policyArns, tags, transitive, source] = compact;
  // Tokens of earlier versions end before these two.
  const [, , , , , , , , multiFactorAuth = 0, context = []] = compact;
  return {
    identity: decodeIdentity(identity),
    issuedAtMs,
    expiresAtMs: issuedAtMs + lifetimeMs,
    policy: policy === 0 ? undefined : policy,
    policyArns,
    tags: tags.map(([key, value]) => ({ key, value })),
    transitiveTagKeys: transitive,
    sourceIdentity: source === 0 ? undefined : source,
    multiFactorAuth: multiFactorAuth === 1,
    context,
  };
}

function encodeIdentity(identity: SessionIdentity): readonly string[] {
  switch (identity.kind) {
    case "role": {
      const { accountId, roleArn, roleId, roleName, sessionName } = identity;
      return ["role", accountId, roleArn, roleId, roleName, sessionName];
    }
    case "user":
      return ["user", identity.accountId, identity.arn, identity.id, identity.userName];
    case "federated-user":
      return ["federated-user", identity.accountId, "", identity.userId ?? "", identity.name];
    case "root":
      return ["root", identity.accountId];
    default:
      return identity satisfies never;
  }
}

function decodeIdentity(parts: readonly string[]): SessionIdentity {
  const [kind, accountId = "", arn = "", id = "", name = "", sessionName = ""] = parts;
  if (kind === "role")
    return { kind, accountId, roleArn: arn, roleId: id, roleName: name, sessionName };
  if (kind === "user") return { kind, accountId, arn, id, userName: name };
  if (kind === "federated-user")
    return { kind, accountId, userId: id === "" ? undefined : id, name };
  return { kind: "root", accountId };
}
