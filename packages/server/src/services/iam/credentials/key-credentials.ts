import type {
  Credential,
  CredentialSource,
  FoundCredential,
} from "../../../kernel/ports/identity.ts";
import { accountOf, type Caller, type ContextValue } from "../../../kernel/principal.ts";
import type { Store } from "../../../kernel/store.ts";
import { GenerationCache } from "../changes/generation-cache.ts";
import type { IamParts } from "../parts.ts";
import { findKeyWithUser } from "../rows/access-keys.ts";
import { type StoredTag, tagsOf } from "../rows/tags.ts";
import { type User, userArn } from "../rows/users.ts";
import type { IamTables } from "../tables.ts";

/** Keys kept ready; the oldest goes first. A key is a few hundred bytes. */
const CACHED_KEYS_MAX = 10_000;

/** Source: IAM User Guide, "Unique identifiers". */
const TEMPORARY_KEY_PREFIX = "ASIA";

/**
 * Long-term access keys: users' and the accounts' root keys. Every signed request asks for
 * one, so an answer is kept until its account changes.
 */
export class KeyCredentials implements CredentialSource {
  readonly #parts: Pick<IamParts, "generations" | "secrets" | "lastUsed">;
  readonly #store: Store<IamTables>;
  readonly #cache: GenerationCache<Credential>;

  constructor(parts: Pick<IamParts, "store" | "generations" | "secrets" | "lastUsed">) {
    this.#parts = parts;
    this.#store = parts.store.tables<IamTables>();
    this.#cache = new GenerationCache(parts.generations, CACHED_KEYS_MAX);
  }

  findCredential(
    accessKeyId: string,
    sessionToken: string | undefined,
  ): FoundCredential | Promise<FoundCredential> {
    // Spares the database a question on every request with temporary credentials.
    if (accessKeyId.startsWith(TEMPORARY_KEY_PREFIX)) return undefined;
    // Only temporary credentials come with a token.
    const withoutToken = (credential: Credential | undefined) =>
      credential && sessionToken !== undefined ? "invalid-token" : credential;
    const knownAccount = this.#cache.accountOf(accessKeyId);
    const refreshed =
      knownAccount === undefined ? undefined : this.#parts.generations.refresh(knownAccount);
    const known = refreshed ? undefined : this.#cache.find(accessKeyId);
    if (known) return withoutToken(known);
    return this.#find(accessKeyId, knownAccount, refreshed).then(withoutToken);
  }

  noteUsed(accessKeyId: string, service: string, region: string, atMs: number): void {
    const kind = this.#cache.find(accessKeyId)?.caller.principal.kind;
    if (kind !== "user" && kind !== "root") return;
    this.#parts.lastUsed.noteKey(accessKeyId, { service, region, atMs });
  }

  clear(): void {
    this.#cache.clear();
  }

  async #find(
    accessKeyId: string,
    knownAccount: string | undefined,
    refreshed: Promise<void> | undefined,
  ): Promise<Credential | undefined> {
    await refreshed;
    const known = this.#cache.find(accessKeyId);
    if (known) return known;
    const readAt = this.#parts.generations.current();
    const credential = await this.#read(accessKeyId);
    if (!credential) return undefined;
    const accountId = accountOf(credential.caller.principal);
    if (accountId !== knownAccount) await this.#parts.generations.refresh(accountId);
    this.#cache.put(accessKeyId, accountId, readAt, credential);
    return credential;
  }

  async #read(accessKeyId: string): Promise<Credential | undefined> {
    const { db } = this.#store;
    const row = await findKeyWithUser(db, accessKeyId);
    if (!row) return undefined;
    const { account_id, user_id, user_name, path, status } = row;
    const secretAccessKey = this.#parts.secrets.open(row.secret_sealed, accessKeyId);
    if (user_id === account_id)
      return { secretAccessKey, caller: rootCaller(account_id, accessKeyId), status };
    if (user_name === null || path === null) return undefined;
    const user = { account_id, user_id, user_name, path };
    const caller = userCaller(user, await tagsOf(db, user_id), accessKeyId);
    return { secretAccessKey, caller, status };
  }
}

function rootCaller(accountId: string, accessKeyId: string): Caller {
  const arn = `arn:aws:iam::${accountId}:root`;
  return { principal: { kind: "root", accountId, arn }, accessKeyId };
}

function userCaller(
  user: Pick<User, "account_id" | "user_id" | "user_name" | "path">,
  tags: readonly StoredTag[],
  accessKeyId: string,
): Caller {
  const sessionContext = new Map<string, ContextValue>();
  for (const tag of tags)
    sessionContext.set(`aws:principaltag/${tag.Key.toLowerCase()}`, tag.Value);
  return {
    principal: {
      kind: "user",
      accountId: user.account_id,
      arn: userArn(user),
      id: user.user_id,
      userName: user.user_name,
    },
    accessKeyId,
    sessionContext,
  };
}
