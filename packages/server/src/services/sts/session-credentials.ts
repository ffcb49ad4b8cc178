import assert from "node:assert/strict";
import type { Clock } from "../../kernel/clock.ts";
import type { Ids } from "../../kernel/ids.ts";
import { LruMap } from "../../kernel/lru-map.ts";
import type {
  Credential,
  CredentialSource,
  FoundCredential,
  IdentityDirectory,
} from "../../kernel/ports/identity.ts";
import type { Principal, SessionPolicy } from "../../kernel/principal.ts";
import { type Reader, readerOf, type Store } from "../../kernel/store.ts";
import { newUniqueId } from "../../kernel/unique-ids.ts";
import { decodeSession, encodeSession, type Session, type SessionTag } from "./session.ts";
import { sessionContext } from "./session-context.ts";
import { overriddenBy } from "./session-tags.ts";
import { type SealedToken, TokenSealer } from "./token-sealer.ts";

/** The prefix of temporary access key ids. Source: IAM User Guide, unique identifiers. */
const TEMPORARY_KEY_PREFIX = "ASIA";
/** RoleLastUsed shows seconds, so a session's use is noted no more often. */
const NOTE_INTERVAL_MS = 1000;
/** IAM's API: closed to sessions made without MFA, and always to federated users. */
const IAM_ONLY: ReadonlySet<string> = new Set(["iam"]);
/** The most opened tokens in memory, a few KiB each. Others are opened again at each use. */
const OPENED_TOKENS_MAX = 2048;

export interface SessionCredentialsDependencies {
  readonly store: Store;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly directory: IdentityDirectory;
  readonly sealingKey: Uint8Array;
}

export interface IssuedCredentials extends SealedToken {
  readonly accessKeyId: string;
}

interface OpenedSession {
  readonly accessKeyId: string;
  readonly sessionToken: string;
  readonly session: Session;
  readonly secretAccessKey: string;
  /** The directory's answer about the session's identity, and the generation of that answer. */
  readonly resolved: { readonly credential: Credential; readonly generation: number } | undefined;
  /** The time at which its use was last noted. */
  readonly notedMs: number;
}

/** Issues temporary credentials and finds them again, without a table of sessions. */
export class SessionCredentials implements CredentialSource {
  readonly #deps: SessionCredentialsDependencies;
  readonly #sealer: TokenSealer;
  readonly #reader: Reader;
  /** By access key id. */
  readonly #opened = new LruMap<string, OpenedSession>(OPENED_TOKENS_MAX);

  constructor(deps: SessionCredentialsDependencies) {
    this.#deps = deps;
    this.#sealer = new TokenSealer(deps.sealingKey, deps.ids);
    this.#reader = readerOf(deps.store);
  }

  issue(session: Session, minimumTokenBytes: number): IssuedCredentials {
    const { accountId } = session.identity;
    const accessKeyId = newUniqueId(TEMPORARY_KEY_PREFIX, accountId, this.#deps.ids);
    const sealed = this.#sealer.seal(accessKeyId, encodeSession(session), minimumTokenBytes);
    return { accessKeyId, ...sealed };
  }

  findCredential(
    accessKeyId: string,
    sessionToken: string | undefined,
  ): FoundCredential | Promise<FoundCredential> {
    if (!accessKeyId.startsWith(TEMPORARY_KEY_PREFIX)) return undefined;
    if (sessionToken === undefined) return "invalid-token";
    const known = this.#opened.get(accessKeyId);
    const opened =
      known?.sessionToken === sessionToken ? known : this.#open(accessKeyId, sessionToken);
    if (!opened) return "invalid-token";
    const { session } = opened;
    if (session.expiresAtMs <= this.#deps.clock.nowMs()) return "expired-token";
    const refreshed = this.#deps.directory.refresh(session.identity.accountId);
    return refreshed ? refreshed.then(() => this.#current(opened)) : this.#current(opened);
  }

  #current(opened: OpenedSession): Credential | Promise<FoundCredential> {
    // Read before the directory is asked: a change meanwhile makes the answer stale, never fresh.
    const generation = this.#deps.directory.generation(opened.session.identity.accountId);
    if (opened.resolved?.generation === generation) return opened.resolved.credential;
    return this.#resolveAt(generation, opened);
  }

  async #resolveAt(generation: number, opened: OpenedSession): Promise<FoundCredential> {
    const credential = await this.#resolve(opened);
    if (!credential) return "invalid-token";
    this.#opened.set(opened.accessKeyId, { ...opened, resolved: { credential, generation } });
    return credential;
  }

  /** For RoleLastUsed. A session that just authenticated is among the opened ones. */
  noteUsed(accessKeyId: string, _service: string, region: string, atMs: number): void {
    const opened = this.#opened.get(accessKeyId);
    if (opened?.session.identity.kind !== "role") return;
    if (atMs - opened.notedMs < NOTE_INTERVAL_MS) return;
    this.#opened.set(accessKeyId, { ...opened, notedMs: atMs });
    this.#deps.directory.noteRoleUsed(opened.session.identity.roleArn, region, atMs);
  }

  forgetAll(): void {
    this.#opened.clear();
  }

  #open(accessKeyId: string, sessionToken: string): OpenedSession | undefined {
    const opened = this.#sealer.open(accessKeyId, sessionToken);
    if (!opened) return undefined;
    const { secretAccessKey, text } = opened;
    const session = decodeSession(text);
    const resolved = undefined;
    return { accessKeyId, sessionToken, session, secretAccessKey, resolved, notedMs: 0 };
  }

  async #resolve(opened: OpenedSession): Promise<Credential | undefined> {
    const { accessKeyId, session, secretAccessKey } = opened;
    const identity = await this.#identify(session);
    if (!identity) return undefined;
    const sessionPolicies = await this.#sessionPolicies(session);
    return {
      secretAccessKey,
      status: "Active",
      ...(mayCallIam(session) ? {} : { refusedBy: IAM_ONLY }),
      caller: {
        principal: identity.principal,
        accessKeyId,
        expiresAtMs: session.expiresAtMs,
        sessionContext: sessionContext(session, identity.tags),
        ...(session.multiFactorAuth ? { multiFactorAuthAtMs: session.issuedAtMs } : {}),
        ...(sessionPolicies === undefined ? {} : { sessionPolicies }),
      },
    };
  }

  /** Undefined when the user or role is gone: a namesake with another id is somebody else. */
  async #identify(
    session: Session,
  ): Promise<{ principal: Principal; tags: readonly SessionTag[] } | undefined> {
    const { identity, tags } = session;
    if (identity.kind === "root") {
      const arn = `arn:aws:iam::${identity.accountId}:root`;
      return { principal: { kind: "root", accountId: identity.accountId, arn }, tags };
    }
    if (identity.kind === "federated-user") return this.#identifyFederatedUser(session);
    if (identity.kind === "user") {
      // By id: a user who was renamed meanwhile is the same one under another ARN.
      const arn = await this.#deps.directory.findPrincipalArn(identity.id, this.#reader);
      if (arn === undefined) return undefined;
      const userName = arn.slice(arn.lastIndexOf("/") + 1);
      const own = await this.#deps.directory.principalTags(identity.id, this.#reader);
      return { principal: { ...identity, arn, userName }, tags: overriddenBy(own, tags) };
    }
    const { accountId, roleName, roleId, sessionName } = identity;
    const role = await this.#deps.directory.findRole(accountId, roleName, this.#reader);
    if (role?.roleId !== roleId) return undefined;
    return {
      principal: {
        ...identity,
        kind: "role-session",
        arn: assumedRoleArn(accountId, roleName, sessionName),
        serviceLinked: role.linkedService !== undefined,
      },
      tags: overriddenBy(role.tags, tags),
    };
  }

  /** Ends with the user that vouches for it; its own tags override the user's. */
  async #identifyFederatedUser({
    identity,
    tags,
  }: Session): Promise<{ principal: Principal; tags: readonly SessionTag[] } | undefined> {
    assert(identity.kind === "federated-user");
    const { accountId, userId, name } = identity;
    const arn = federatedUserArn(accountId, name);
    const principal = { kind: "federated-user", accountId, arn, userArn: undefined, name } as const;
    if (userId === undefined) return { principal, tags };
    const userArn = await this.#deps.directory.findPrincipalArn(userId, this.#reader);
    if (userArn === undefined) return undefined;
    const own = await this.#deps.directory.principalTags(userId, this.#reader);
    return { principal: { ...principal, userArn }, tags: overriddenBy(own, tags) };
  }

  /** A managed policy that was deleted since allows nothing; the others still do. */
  async #sessionPolicies(session: Session): Promise<readonly SessionPolicy[] | undefined> {
    if (session.policy === undefined && session.policyArns.length === 0) return undefined;
    const policies: SessionPolicy[] = [];
    if (session.policy !== undefined) policies.push({ id: "inline", text: session.policy });
    for (const arn of session.policyArns) {
      const policy = await this.#deps.directory.findManagedPolicy(arn, this.#reader);
      if (policy) policies.push({ id: policy.id, text: policy.text });
    }
    return policies;
  }
}

/** The session's ARN: without the role's path. Source: IAM User Guide, IAM ARNs. */
export function assumedRoleArn(accountId: string, roleName: string, sessionName: string): string {
  return `arn:aws:sts::${accountId}:assumed-role/${roleName}/${sessionName}`;
}

/** Source: API reference, GetFederationToken, Response Elements. */
export function federatedUserArn(accountId: string, name: string): string {
  return `arn:aws:sts::${accountId}:federated-user/${name}`;
}

/**
 * The sessions of GetFederationToken may never call IAM, those of GetSessionToken only with MFA.
 * Those of AssumeRoot, which have a task policy, may.
 * Source: IAM User Guide, "Compare AWS STS credentials".
 */
function mayCallIam({ identity, multiFactorAuth, policyArns }: Session): boolean {
  if (identity.kind === "role") return true;
  if (identity.kind === "federated-user") return false;
  return multiFactorAuth || policyArns.length > 0;
}
