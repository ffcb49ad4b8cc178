import type * as eventbridge from "@aws-sdk/client-eventbridge";
import type { Checked } from "../../kernel/checked.ts";
import type { SecretBox } from "../../kernel/crypto/secret-box.ts";
import type { Ids } from "../../kernel/ids.ts";
import { defineOperations, type OperationTable } from "../../kernel/operations.ts";
import type { OutgoingClient } from "../../kernel/outgoing/outgoing-client.ts";
import type { RequestContext } from "../../kernel/request-context.ts";
import { arnOf, locationOf } from "./arns.ts";
import {
  checkAuth,
  inUpperCase,
  mergedParameters,
  withoutSecrets,
} from "./connection-parameters.ts";
import { resourceAlreadyExists, resourceNotFound } from "./errors.ts";
import { findConnection, noteAuthorization } from "./rows/connections.ts";
import { namesOf, pageByName } from "./rows/page.ts";
import { connectionArn, connectionSecretArn, readParameters } from "./stored-connections.ts";
import type { ConnectionRow, EventsTables } from "./tables.ts";

export interface ConnectionParts {
  readonly ids: Ids;
  readonly secrets: SecretBox;
  readonly outgoing: OutgoingClient;
  /** There may be a token to fetch. */
  readonly toAuthorize: () => void;
}

/** The ways in which an API destination's requests authenticate. */
export function connectionOperations(parts: ConnectionParts): OperationTable {
  return defineOperations<typeof eventbridge>()({
    CreateConnection: {
      authorize: (input, context) => onConnection("CreateConnection", input.Name, context),
      handle: (input, context) => createConnection(input, context, parts),
    },
    UpdateConnection: {
      authorize: (input, context) => onConnection("UpdateConnection", input.Name, context),
      handle: (input, context) => updateConnection(input, context, parts),
    },
    DescribeConnection: {
      authorize: (input, context) => onConnection("DescribeConnection", input.Name, context),
      async handle(input, context) {
        const row = await requireConnection(input.Name, context);
        return {
          ...connectionView(row),
          ...(row.description === null ? {} : { Description: row.description }),
          ...(row.state_reason === null ? {} : { StateReason: row.state_reason }),
          SecretArn: connectionSecretArn(row),
          AuthParameters: withoutSecrets(readParameters(row, parts.secrets)),
        };
      },
    },
    ListConnections: {
      authorize: () => ({ action: "events:ListConnections", resource: "*" }),
      async handle(input, context) {
        const state = input.ConnectionState;
        // Connections are never in the other states here.
        if (state !== undefined && !isKept(state)) return { Connections: [] };
        const page = await pageByName(
          (after, limit) =>
            context
              .db<EventsTables>()
              .selectFrom("events_connections")
              .selectAll()
              .where(namesOf(context, input.NamePrefix, after))
              .$if(state !== undefined, (query) => query.where("state", "=", state as State))
              .orderBy("name")
              .limit(limit)
              .execute(),
          ({ name }) => name,
          input,
        );
        return { Connections: page.rows.map(connectionView), NextToken: page.NextToken };
      },
    },
    DeauthorizeConnection: {
      authorize: (input, context) => onConnection("DeauthorizeConnection", input.Name, context),
      async handle(input, context) {
        const row = await requireConnection(input.Name, context);
        const change = {
          ...({
            state: "DEAUTHORIZED",
            state_reason: null,
            modified_at_ms: context.nowMs,
          } as const),
          sealed_parameters: parts.secrets.seal("{}", row.unique_id),
        };
        await context.transaction<EventsTables, void>(({ db }) =>
          noteAuthorization(row, change, db),
        );
        const view = connectionView({ ...row, ...change });
        return { ...changed(view), ConnectionState: "DEAUTHORIZING" as const };
      },
    },
    DeleteConnection: {
      authorize: (input, context) => onConnection("DeleteConnection", input.Name, context),
      async handle(input, context) {
        const row = await requireConnection(input.Name, context);
        await context.transaction<EventsTables, unknown>(({ db }) =>
          db
            .deleteFrom("events_connections")
            .where("account_id", "=", row.account_id)
            .where("region", "=", row.region)
            .where("name", "=", row.name)
            .execute(),
        );
        return { ...changed(connectionView(row)), ConnectionState: "DELETING" as const };
      },
    },
  });
}

function onConnection(action: string, name: string, context: RequestContext) {
  const resource = arnOf(locationOf(context), `connection/${name}`);
  return { action: `events:${action}`, resource };
}

type State = ConnectionRow["state"];

function isKept(state: string): state is State {
  return ["AUTHORIZED", "AUTHORIZING", "DEAUTHORIZED"].includes(state);
}

function connectionView(row: ConnectionRow) {
  return {
    ConnectionArn: connectionArn(row),
    Name: row.name,
    ConnectionState: row.state,
    AuthorizationType: row.authorization_type as eventbridge.ConnectionAuthorizationType,
    CreationTime: new Date(row.created_at_ms),
    LastModifiedTime: new Date(row.modified_at_ms),
    ...(row.authorized_at_ms === null
      ? {}
      : { LastAuthorizedTime: new Date(row.authorized_at_ms) }),
  };
}

/** The members that the answers to changes have. */
function changed({
  ConnectionArn,
  ConnectionState,
  CreationTime,
  LastModifiedTime,
  LastAuthorizedTime,
}: ReturnType<typeof connectionView>) {
  const authorized = LastAuthorizedTime === undefined ? {} : { LastAuthorizedTime };
  return { ConnectionArn, ConnectionState, CreationTime, LastModifiedTime, ...authorized };
}

/**
 * Keys and passwords authorize at once; a first token has to be fetched. Either is a time of
 * authorization, as on AWS.
 */
function stateOf(type: string, nowMs: number): Pick<ConnectionRow, "state" | "authorized_at_ms"> {
  const state = type === "OAUTH_CLIENT_CREDENTIALS" ? "AUTHORIZING" : "AUTHORIZED";
  return { state, authorized_at_ms: nowMs };
}

async function requireConnection(name: string, context: RequestContext): Promise<ConnectionRow> {
  const row = await findConnection(locationOf(context), name, context.db<EventsTables>());
  if (!row)
    throw resourceNotFound(
      `Failed to describe the connection(s). Connection '${name}' does not exist.`,
    );
  return row;
}

async function createConnection(
  input: Checked<eventbridge.CreateConnectionCommandInput>,
  context: RequestContext,
  { ids, secrets, outgoing, toAuthorize }: ConnectionParts,
) {
  const parameters = inUpperCase(input.AuthParameters);
  checkAuth(input.AuthorizationType, parameters, outgoing);
  const name = input.Name;
  const uniqueId = ids.uuid();
  const row: ConnectionRow = {
    ...locationOf(context),
    name,
    unique_id: uniqueId,
    description: input.Description ?? null,
    authorization_type: input.AuthorizationType,
    sealed_parameters: secrets.seal(JSON.stringify(parameters), uniqueId),
    ...stateOf(input.AuthorizationType, context.nowMs),
    state_reason: null,
    created_at_ms: context.nowMs,
    modified_at_ms: context.nowMs,
  };
  if (await findConnection(row, name, context.db<EventsTables>())) {
    throw resourceAlreadyExists(`Connection ${name} already exists.`);
  }
  await context.transaction<EventsTables, unknown>(({ db }) =>
    db.insertInto("events_connections").values(row).execute(),
  );
  context.afterCommit(toAuthorize);
  const { LastAuthorizedTime: _, ...answer } = changed(connectionView(row));
  return answer;
}

async function updateConnection(
  input: Checked<eventbridge.UpdateConnectionCommandInput>,
  context: RequestContext,
  { secrets, outgoing, toAuthorize }: ConnectionParts,
) {
  const before = await requireConnection(input.Name, context);
  const type = input.AuthorizationType ?? before.authorization_type;
  const kept = readParameters(before, secrets);
  const parameters = inUpperCase(mergedParameters(type, kept, input.AuthParameters));
  checkAuth(type, parameters, outgoing);
  const row: ConnectionRow = {
    ...before,
    description: input.Description ?? before.description,
    authorization_type: type,
    sealed_parameters: secrets.seal(JSON.stringify(parameters), before.unique_id),
    ...stateOf(type, context.nowMs),
    state_reason: null,
    modified_at_ms: context.nowMs,
  };
  await context.transaction<EventsTables, unknown>(({ db }) =>
    db
      .updateTable("events_connections")
      .set({
        description: row.description,
        authorization_type: row.authorization_type,
        sealed_parameters: row.sealed_parameters,
        state: row.state,
        state_reason: row.state_reason,
        authorized_at_ms: row.authorized_at_ms,
        modified_at_ms: row.modified_at_ms,
      })
      .where("account_id", "=", row.account_id)
      .where("region", "=", row.region)
      .where("name", "=", row.name)
      .execute(),
  );
  context.afterCommit(toAuthorize);
  return changed(connectionView(row));
}
