import type { Clock } from "../../../kernel/clock.ts";
import { errorClass } from "../../../kernel/error-class.ts";
import type { Log } from "../../../kernel/ports/log.ts";
import type { Store } from "../../../kernel/store.ts";
import { inBackground } from "../../../kernel/work/in-background.ts";
import { Periodic } from "../../../kernel/work/periodic.ts";
import { connectionsToAuthorize, noteAuthorization } from "../rows/connections.ts";
import type { ConnectionRow, EventsTables } from "../tables.ts";
import type { OAuthTokens, Token } from "./oauth-tokens.ts";

const AT_ONCE_MAX = 10;
const AGAIN_MS = 10_000;
/** An endpoint that can't be reached may be one that is starting. */
const UNREACHED_FOR_MS = 5_000;
const UNREACHED_AGAIN_MS = 1_000;

export interface ConnectionAuthorizerParts {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  readonly tokens: OAuthTokens;
}

/**
 * Fetches the tokens of connections with OAuth, and keeps the connections' states by what comes of
 * it: of new ones at once, of others when a delivery needs a token.
 */
export class ConnectionAuthorizer {
  readonly #parts: ConnectionAuthorizerParts;
  readonly #store: Store<EventsTables>;
  readonly #rounds: Periodic;

  constructor(parts: ConnectionAuthorizerParts) {
    this.#parts = parts;
    this.#store = parts.store.tables<EventsTables>();
    this.#rounds = new Periodic({
      round: (closing) => this.#round(closing),
      failed: (error) => {
        parts.log.error({ error: errorClass(error) }, "authorization of connections");
        this.#rounds.wakeIn(AGAIN_MS);
      },
    });
  }

  /** Goes on with connections that an earlier process left. */
  start(): void {
    this.#rounds.start();
    this.wake();
  }

  /** A connection was put. */
  wake(): void {
    inBackground(this.#rounds.wake());
  }

  close(): Promise<void> {
    return this.#rounds.close();
  }

  async tokenFor(connection: ConnectionRow): Promise<Token> {
    const token = await this.#parts.tokens.tokenOf(connection);
    await this.#note(connection, token);
    return token;
  }

  async #round(closing: AbortSignal): Promise<void> {
    let last = "";
    for (;;) {
      const rows = await connectionsToAuthorize(last, AT_ONCE_MAX, this.#store.db);
      for (const row of rows) {
        if (closing.aborted) return;
        const token = await this.tokenFor(row);
        if ("reason" in token && !token.isRefusal) await this.#tryAgain(row, token.reason);
        last = row.unique_id;
      }
      if (rows.length < AT_ONCE_MAX) return;
    }
  }

  /** Later a delivery tries again, at a time at which the endpoint may be reached. */
  async #tryAgain(row: ConnectionRow, reason: string): Promise<void> {
    const isOver = this.#parts.clock.nowMs() - row.modified_at_ms >= UNREACHED_FOR_MS;
    if (isOver) await this.#deauthorize(row, reason);
    else this.#rounds.wakeIn(UNREACHED_AGAIN_MS);
  }

  async #note(connection: ConnectionRow, token: Token): Promise<void> {
    if ("reason" in token) {
      if (token.isRefusal) await this.#deauthorize(connection, token.reason);
      return;
    }
    if (connection.state === "AUTHORIZED") return;
    const authorized_at_ms = this.#parts.clock.nowMs();
    const change = { state: "AUTHORIZED", state_reason: null, authorized_at_ms } as const;
    await this.#store.transaction(({ db }) => noteAuthorization(connection, change, db));
  }

  async #deauthorize(connection: ConnectionRow, reason: string): Promise<void> {
    if (connection.state === "DEAUTHORIZED" && connection.state_reason === reason) return;
    const change = { state: "DEAUTHORIZED", state_reason: reason } as const;
    await this.#store.transaction(({ db }) => noteAuthorization(connection, change, db));
    this.#parts.log.warn({ connection: connection.name, reason }, "A connection isn't authorized");
  }
}
