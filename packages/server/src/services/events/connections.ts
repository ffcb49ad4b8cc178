import type * as eventbridge from "@aws-sdk/client-eventbridge";
import type { Checked } from "../../kernel/checked.ts";
import type { SecretBox } from "../../kernel/crypto/secret-box.ts";
import type { Ids } from "../../kernel/ids.ts";
import { defineOperations, type OperationTable } from "../../kernel/operations.ts";
import type { RequestContext } from "../../kernel/request-context.ts";
import { arnOf, locationOf } from "./arns.ts";
import { notImplemented, resourceAlreadyExists, resourceNotFound, validation } from "./errors.ts";
import { checkConnectionParameters } from "./http-parameters.ts";
import { namesOf, pageByName } from "./rows/page.ts";
import { type AuthParameters, connectionArn, readParameters } from "./stored-connections.ts";
import type { ConnectionRow, EventsTables } from "./tables.ts";

export interface ConnectionParts {
  readonly ids: Ids;
  readonly secrets: SecretBox;
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
          AuthParameters: withoutSecrets(readParameters(row, parts.secrets)),
        };
      },
    },
    ListConnections: {
      authorize: () => ({ action: "events:ListConnections", resource: "*" }),
      async handle(input, context) {
        // All of them are in this state.
        if (!["AUTHORIZED", undefined].includes(input.ConnectionState)) return { Connections: [] };
        const page = await pageByName(
          (after, limit) =>
            context
              .db<EventsTables>()
              .selectFrom("events_connections")
              .selectAll()
              .where(namesOf(context, input.NamePrefix, after))
              .orderBy("name")
              .limit(limit)
              .execute(),
          ({ name }) => name,
          input,
        );
        return { Connections: page.rows.map(connectionView), NextToken: page.NextToken };
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
        return { ...connectionView(row), ConnectionState: "DELETING" as const };
      },
    },
  });
}

function onConnection(action: string, name: string, context: RequestContext) {
  const resource = arnOf(locationOf(context), `connection/${name}`);
  return { action: `events:${action}`, resource };
}

function connectionView(row: ConnectionRow) {
  return {
    ConnectionArn: connectionArn(row),
    Name: row.name,
    ConnectionState: "AUTHORIZED" as const,
    AuthorizationType: row.authorization_type as eventbridge.ConnectionAuthorizationType,
    CreationTime: new Date(row.created_at_ms),
    LastModifiedTime: new Date(row.modified_at_ms),
    LastAuthorizedTime: new Date(row.modified_at_ms),
  };
}

/** Drops what DescribeConnection never shows: passwords, API keys' values, secret parameters. */
function withoutSecrets(given: AuthParameters): eventbridge.ConnectionAuthResponseParameters {
  const { ApiKeyAuthParameters, BasicAuthParameters, InvocationHttpParameters } = given;
  const shown = <T extends { IsValueSecret?: boolean | undefined }>(list: T[] | undefined) =>
    list?.map((each) => (each.IsValueSecret ? { ...each, Value: undefined } : each));
  return {
    ...(ApiKeyAuthParameters && {
      ApiKeyAuthParameters: { ApiKeyName: ApiKeyAuthParameters.ApiKeyName },
    }),
    ...(BasicAuthParameters && {
      BasicAuthParameters: { Username: BasicAuthParameters.Username },
    }),
    ...(InvocationHttpParameters && {
      InvocationHttpParameters: {
        HeaderParameters: shown(InvocationHttpParameters.HeaderParameters),
        QueryStringParameters: shown(InvocationHttpParameters.QueryStringParameters),
        BodyParameters: shown(InvocationHttpParameters.BodyParameters),
      },
    }),
  };
}

async function requireConnection(name: string, context: RequestContext): Promise<ConnectionRow> {
  const row = await findConnection(name, context);
  if (!row)
    throw resourceNotFound(
      `Failed to describe the connection(s). Connection '${name}' does not exist.`,
    );
  return row;
}

function findConnection(name: string, context: RequestContext): Promise<ConnectionRow | undefined> {
  const { account_id, region } = locationOf(context);
  return context
    .db<EventsTables>()
    .selectFrom("events_connections")
    .selectAll()
    .where("account_id", "=", account_id)
    .where("region", "=", region)
    .where("name", "=", name)
    .executeTakeFirst();
}

function checkAuth(type: string | undefined, parameters: AuthParameters | undefined): void {
  if (type === "OAUTH_CLIENT_CREDENTIALS" || parameters?.OAuthParameters)
    throw notImplemented("OAuth connections");
  checkConnectionParameters(parameters);
  const isWhole =
    type === "BASIC"
      ? parameters?.BasicAuthParameters !== undefined
      : parameters?.ApiKeyAuthParameters !== undefined;
  if (!isWhole) throw validation(`Missing authorization parameters for AuthorizationType ${type}.`);
  if (parameters?.InvocationHttpParameters?.BodyParameters?.length) {
    throw notImplemented("body parameters of connections");
  }
}

async function createConnection(
  input: Checked<eventbridge.CreateConnectionCommandInput>,
  context: RequestContext,
  { ids, secrets }: ConnectionParts,
) {
  checkAuth(input.AuthorizationType, input.AuthParameters);
  const name = input.Name;
  const uniqueId = ids.uuid();
  const row: ConnectionRow = {
    ...locationOf(context),
    name,
    unique_id: uniqueId,
    description: input.Description ?? null,
    authorization_type: input.AuthorizationType,
    sealed_parameters: secrets.seal(JSON.stringify(input.AuthParameters), uniqueId),
    created_at_ms: context.nowMs,
    modified_at_ms: context.nowMs,
  };
  if (await findConnection(name, context)) {
    throw resourceAlreadyExists(`Connection ${name} already exists.`);
  }
  await context.transaction<EventsTables, unknown>(({ db }) =>
    db.insertInto("events_connections").values(row).execute(),
  );
  const { ConnectionArn, ConnectionState, CreationTime, LastModifiedTime } = connectionView(row);
  return { ConnectionArn, ConnectionState, CreationTime, LastModifiedTime };
}

async function updateConnection(
  input: Checked<eventbridge.UpdateConnectionCommandInput>,
  context: RequestContext,
  { secrets }: ConnectionParts,
) {
  const before = await requireConnection(input.Name, context);
  const parameters = {
    ...readParameters(before, secrets),
    ...input.AuthParameters,
  } as AuthParameters;
  const type = input.AuthorizationType ?? before.authorization_type;
  checkAuth(type, parameters);
  const row: ConnectionRow = {
    ...before,
    description: input.Description ?? before.description,
    authorization_type: type,
    sealed_parameters: secrets.seal(JSON.stringify(parameters), before.unique_id),
    modified_at_ms: context.nowMs,
  };
  await context.transaction<EventsTables, unknown>(({ db }) =>
    db
      .updateTable("events_connections")
      .set({
        description: row.description,
        authorization_type: row.authorization_type,
        sealed_parameters: row.sealed_parameters,
        modified_at_ms: row.modified_at_ms,
      })
      .where("account_id", "=", row.account_id)
      .where("region", "=", row.region)
      .where("name", "=", row.name)
      .execute(),
  );
  return connectionView(row);
}
