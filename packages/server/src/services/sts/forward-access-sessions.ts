import assert from "node:assert/strict";
import type { Clock } from "../../kernel/clock.ts";
import type { Ids } from "../../kernel/ids.ts";
import type { CredentialSource, FoundCredential } from "../../kernel/ports/identity.ts";
import type {
  ForwardAccessSessions,
  ForwardedCredentials,
} from "../../kernel/ports/linked-services.ts";
import type { CallChain } from "../../kernel/principal.ts";
import { accountOf, type Caller } from "../../kernel/principal.ts";
import { newUniqueId } from "../../kernel/unique-ids.ts";
import { TokenSealer } from "./token-sealer.ts";

/** A "context-specific credential": no other signing key has this prefix. */
const KEY_PREFIX = "ACCA";
/** The longest that the request behind it may take. Ours: AWS doesn't document its own. */
const LIFETIME_MS = 5 * 60 * 1000;

/** A token's content: whose credentials these are, who passes them on, and for which operations. */
type SealedAccess = readonly [
  accessKeyId: string,
  sessionToken: string | 0,
  chain: CallChain,
  forwardedOperations: readonly string[],
  expiresAtMs: number,
];

/**
 * Credentials with which a linked service passes on those of its caller. A token names the caller's
 * key and is valid for as long as that key is: revoking the key revokes the token.
 */
export class ForwardedSessionCredentials implements CredentialSource, ForwardAccessSessions {
  readonly #deps: { readonly clock: Clock; readonly ids: Ids };
  readonly #sealer: TokenSealer;
  readonly #callers: CredentialSource;

  /** `callers` finds the credentials that are passed on. */
  constructor(
    deps: { readonly clock: Clock; readonly ids: Ids; readonly sealingKey: Uint8Array },
    callers: CredentialSource,
  ) {
    this.#deps = deps;
    this.#sealer = new TokenSealer(deps.sealingKey, deps.ids);
    this.#callers = callers;
  }

  issue(
    caller: Caller,
    sessionToken: string | undefined,
    notAfterMs: number,
  ): ForwardedCredentials {
    const { chain, forwardedOperations } = caller;
    assert(caller.accessKeyId !== undefined, "only who signed a request can be acted for");
    assert(chain && forwardedOperations, "a service passes on the caller's credentials");
    const accountId = accountOf(caller.principal);
    const accessKeyId = newUniqueId(KEY_PREFIX, accountId, this.#deps.ids);
    const endsMs = this.#deps.clock.nowMs() + LIFETIME_MS;
    const expiresAtMs = Math.min(endsMs, caller.expiresAtMs ?? endsMs, notAfterMs);
    const sealed: SealedAccess = [
      caller.accessKeyId,
      sessionToken ?? 0,
      chain,
      forwardedOperations,
      expiresAtMs,
    ];
    const token = this.#sealer.seal(accessKeyId, JSON.stringify(sealed), 0);
    return { accessKeyId, ...token, expiresAtMs };
  }

  findCredential(
    accessKeyId: string,
    sessionToken: string | undefined,
  ): FoundCredential | Promise<FoundCredential> {
    return accessKeyId.startsWith(KEY_PREFIX) ? this.#find(accessKeyId, sessionToken) : undefined;
  }

  async #find(accessKeyId: string, sessionToken: string | undefined): Promise<FoundCredential> {
    const opened =
      sessionToken === undefined ? undefined : this.#sealer.open(accessKeyId, sessionToken);
    if (!opened) return "invalid-token";
    const [key, token, chain, forwardedOperations, expiresAtMs] = JSON.parse(
      opened.text,
    ) as SealedAccess;
    // Tokens of an earlier release, minutes old, name one service.
    if (!Array.isArray(chain)) return "invalid-token";
    if (expiresAtMs <= this.#deps.clock.nowMs()) return "expired-token";
    const found = await this.#callers.findCredential(key, token === 0 ? undefined : token);
    if (found === undefined) return "invalid-token";
    if (typeof found === "string") return found;
    return {
      ...found,
      secretAccessKey: opened.secretAccessKey,
      caller: { ...found.caller, accessKeyId, expiresAtMs, chain, forwardedOperations },
    };
  }
}
