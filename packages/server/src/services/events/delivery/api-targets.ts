import type { Target } from "@aws-sdk/client-eventbridge";
import type { Clock } from "../../../kernel/clock.ts";
import type { SecretBox } from "../../../kernel/crypto/secret-box.ts";
import type { OutgoingClient } from "../../../kernel/outgoing/outgoing-client.ts";
import type { Store } from "../../../kernel/store.ts";
import { findConnection } from "../rows/connections.ts";
import {
  apiDestinationArn,
  connectionArn,
  connectionNameOf,
  DEFAULT_RATE_LIMIT_PER_SECOND,
  readParameters,
} from "../stored-connections.ts";
import type { ApiDestinationRow, ConnectionRow, DeliveryRow, EventsTables } from "../tables.ts";
import type { ConnectionAuthorizer } from "./connection-authorizer.ts";
import { DestinationRates } from "./destination-rates.ts";
import type { OAuthTokens } from "./oauth-tokens.ts";
import {
  type ApiRequest,
  apiDestinationRequest,
  type Delivered,
  sendRequest,
} from "./send-request.ts";
import { assumeTargetRole, type TargetRoleParts } from "./target-role.ts";

export interface ApiTargetParts extends TargetRoleParts {
  readonly store: Store;
  readonly clock: Clock;
  readonly secrets: SecretBox;
  readonly outgoing: OutgoingClient;
  readonly tokens: OAuthTokens;
  readonly authorizer: ConnectionAuthorizer;
}

/** Sends events to API destinations, authenticated as their connections say. */
export class ApiTargets {
  readonly #parts: ApiTargetParts;
  readonly #store: Store<EventsTables>;
  readonly #rates = new DestinationRates();

  constructor(parts: ApiTargetParts) {
    this.#parts = parts;
    this.#store = parts.store.tables<EventsTables>();
  }

  async deliver(row: DeliveryRow, target: Target, input: string): Promise<Delivered> {
    const destination = await this.#destinationOf(row, target);
    if (!destination)
      return { delivered: false, retry: false, reason: "the API destination was deleted" };
    const { connection_arn: arn } = destination;
    const connection = await findConnection(row, connectionNameOf(arn), this.#store.db);
    if (!connection || connectionArn(connection) !== arn)
      return { delivered: false, retry: false, reason: "the connection was deleted" };
    const nowMs = this.#parts.clock.nowMs();
    const perSecond = destination.rate_limit_per_second ?? DEFAULT_RATE_LIMIT_PER_SECOND;
    const slotMs = this.#rates.slot(row.id, target.Arn ?? "", perSecond, nowMs);
    if (slotMs > nowMs) {
      const reason = "its API destination's rate";
      return { delivered: false, retry: true, reason, notBeforeMs: slotMs };
    }
    const session = await assumeTargetRole(row, target.RoleArn ?? "", this.#parts);
    if ("delivered" in session) return session;
    return this.#send({ destination, target, input }, connection);
  }

  async #send(request: ApiRequest, connection: ConnectionRow): Promise<Delivered> {
    const auth = readParameters(connection, this.#parts.secrets);
    if (Object.keys(auth).length === 0)
      return { delivered: false, retry: true, reason: "its connection was deauthorized" };
    const token = auth.OAuthParameters && (await this.#parts.authorizer.tokenFor(connection));
    if (token && "reason" in token) return { delivered: false, retry: true, reason: token.reason };
    const made = apiDestinationRequest(request, auth, token?.authorization);
    if (typeof made === "string") return { delivered: false, retry: false, reason: made };
    const outcome = await sendRequest(this.#parts.outgoing, made);
    const isRefused = !outcome.delivered && (outcome.status === 401 || outcome.status === 407);
    if (token && isRefused) this.#parts.tokens.forget(connection);
    return outcome;
  }

  async #destinationOf(
    row: DeliveryRow,
    { Arn = "" }: Target,
  ): Promise<ApiDestinationRow | undefined> {
    const found = await this.#store.db
      .selectFrom("events_api_destinations")
      .selectAll()
      .where("account_id", "=", row.account_id)
      .where("region", "=", row.region)
      .where("name", "=", Arn.split("/")[1] ?? "")
      .executeTakeFirst();
    return found && apiDestinationArn(found) === Arn ? found : undefined;
  }
}
