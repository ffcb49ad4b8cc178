import type * as eventbridge from "@aws-sdk/client-eventbridge";
import type { Checked } from "../../kernel/checked.ts";
import type { Ids } from "../../kernel/ids.ts";
import { defineOperations, type OperationTable } from "../../kernel/operations.ts";
import type { OutgoingClient } from "../../kernel/outgoing/outgoing-client.ts";
import type { RequestContext } from "../../kernel/request-context.ts";
import { arnOf, locationOf } from "./arns.ts";
import { checkReceiver } from "./check-receiver.ts";
import { resourceAlreadyExists, resourceNotFound } from "./errors.ts";
import { namesOf, pageByName } from "./rows/page.ts";
import {
  apiDestinationArn,
  connectionArn,
  connectionNameOf,
  DEFAULT_RATE_LIMIT_PER_SECOND,
} from "./stored-connections.ts";
import type { ApiDestinationRow, EventsTables } from "./tables.ts";

export interface ApiDestinationParts {
  readonly ids: Ids;
  readonly outgoing: OutgoingClient;
}

/** Webhooks: an HTTP endpoint, and the connection that its requests authenticate with. */
export function apiDestinationOperations(parts: ApiDestinationParts): OperationTable {
  return defineOperations<typeof eventbridge>()({
    CreateApiDestination: {
      authorize: (input, context) => onDestination("CreateApiDestination", input.Name, context),
      handle: (input, context) => createApiDestination(input, context, parts),
    },
    UpdateApiDestination: {
      authorize: (input, context) => onDestination("UpdateApiDestination", input.Name, context),
      handle: (input, context) => updateApiDestination(input, context, parts),
    },
    DescribeApiDestination: {
      authorize: (input, context) => onDestination("DescribeApiDestination", input.Name, context),
      async handle(input, context) {
        const row = await requireApiDestination(input.Name, context);
        const description = row.description === null ? {} : { Description: row.description };
        const [view] = await viewsOf([row], context);
        return { ...view, ...description };
      },
    },
    ListApiDestinations: {
      authorize: () => ({ action: "events:ListApiDestinations", resource: "*" }),
      async handle(input, context) {
        const { NamePrefix, ConnectionArn } = input;
        const page = await pageByName(
          (after, limit) => {
            const query = context
              .db<EventsTables>()
              .selectFrom("events_api_destinations")
              .selectAll()
              .where(namesOf(context, NamePrefix, after))
              .orderBy("name")
              .limit(limit);
            if (ConnectionArn === undefined) return query.execute();
            return query.where("connection_arn", "=", ConnectionArn).execute();
          },
          ({ name }) => name,
          input,
        );
        return {
          ApiDestinations: await viewsOf(page.rows, context),
          NextToken: page.NextToken,
        };
      },
    },
    DeleteApiDestination: {
      authorize: (input, context) => onDestination("DeleteApiDestination", input.Name, context),
      async handle(input, context) {
        const row = await requireApiDestination(input.Name, context);
        await context.transaction<EventsTables, unknown>(({ db }) =>
          db
            .deleteFrom("events_api_destinations")
            .where("account_id", "=", row.account_id)
            .where("region", "=", row.region)
            .where("name", "=", row.name)
            .execute(),
        );
        return {};
      },
    },
  });
}

function onDestination(action: string, name: string, context: RequestContext) {
  const resource = arnOf(locationOf(context), `api-destination/${name}`);
  return { action: `events:${action}`, resource };
}

async function viewsOf(rows: readonly ApiDestinationRow[], context: RequestContext) {
  const stateOfRow = await statesOf(rows, context);
  return rows.map((row) => apiDestinationView(row, stateOfRow(row)));
}

type State = eventbridge.ApiDestinationState;

/** Those whose connections aren't authorized are inactive. */
async function statesOf(
  rows: readonly ApiDestinationRow[],
  context: RequestContext,
): Promise<(row: ApiDestinationRow) => State> {
  const { account_id, region } = locationOf(context);
  const names = [...new Set(rows.map((row) => connectionNameOf(row.connection_arn)))];
  if (names.length === 0) return () => "INACTIVE";
  const connections = await context
    .db<EventsTables>()
    .selectFrom("events_connections")
    .selectAll()
    .where("account_id", "=", account_id)
    .where("region", "=", region)
    .where("name", "in", names)
    .where("state", "=", "AUTHORIZED")
    .execute();
  const usable = new Set(connections.map(connectionArn));
  return (row) => (usable.has(row.connection_arn) ? "ACTIVE" : "INACTIVE");
}

function apiDestinationView(row: ApiDestinationRow, state: State) {
  return {
    ApiDestinationArn: apiDestinationArn(row),
    Name: row.name,
    ApiDestinationState: state,
    ConnectionArn: row.connection_arn,
    InvocationEndpoint: row.endpoint,
    HttpMethod: row.http_method as eventbridge.ApiDestinationHttpMethod,
    InvocationRateLimitPerSecond: row.rate_limit_per_second ?? DEFAULT_RATE_LIMIT_PER_SECOND,
    CreationTime: new Date(row.created_at_ms),
    LastModifiedTime: new Date(row.modified_at_ms),
  };
}

function find(name: string, context: RequestContext): Promise<ApiDestinationRow | undefined> {
  const { account_id, region } = locationOf(context);
  return context
    .db<EventsTables>()
    .selectFrom("events_api_destinations")
    .selectAll()
    .where("account_id", "=", account_id)
    .where("region", "=", region)
    .where("name", "=", name)
    .executeTakeFirst();
}

async function requireApiDestination(name: string, context: RequestContext) {
  const row = await find(name, context);
  if (row) return row;
  throw resourceNotFound(
    `Failed to describe the api-destination(s). An api-destination '${name}' does not exist.`,
  );
}

async function requireConnectionArn(arn: string, context: RequestContext): Promise<string> {
  const { account_id, region } = locationOf(context);
  const row = await context
    .db<EventsTables>()
    .selectFrom("events_connections")
    .selectAll()
    .where("account_id", "=", account_id)
    .where("region", "=", region)
    .where("name", "=", connectionNameOf(arn))
    .executeTakeFirst();
  if (row && connectionArn(row) === arn) return arn;
  throw resourceNotFound(`Connection '${arn}' does not exist.`);
}

function checkEndpoint(endpoint: string, outgoing: OutgoingClient): string {
  checkReceiver("InvocationEndpoint", endpoint, outgoing);
  return endpoint;
}

async function createApiDestination(
  input: Checked<eventbridge.CreateApiDestinationCommandInput>,
  context: RequestContext,
  { ids, outgoing }: ApiDestinationParts,
) {
  const name = input.Name;
  const row: ApiDestinationRow = {
    ...locationOf(context),
    name,
    unique_id: ids.uuid(),
    description: input.Description ?? null,
    connection_arn: await requireConnectionArn(input.ConnectionArn, context),
    endpoint: checkEndpoint(input.InvocationEndpoint, outgoing),
    http_method: input.HttpMethod,
    rate_limit_per_second: input.InvocationRateLimitPerSecond ?? null,
    created_at_ms: context.nowMs,
    modified_at_ms: context.nowMs,
  };
  if (await find(name, context)) {
    throw resourceAlreadyExists(`An api-destination '${name}' already exists.`);
  }
  await context.transaction<EventsTables, unknown>(({ db }) =>
    db.insertInto("events_api_destinations").values(row).execute(),
  );
  return changed(row, context);
}

async function updateApiDestination(
  input: Checked<eventbridge.UpdateApiDestinationCommandInput>,
  context: RequestContext,
  { outgoing }: ApiDestinationParts,
) {
  const before = await requireApiDestination(input.Name, context);
  const connection = input.ConnectionArn;
  const values = {
    description: input.Description ?? before.description,
    connection_arn:
      connection === undefined
        ? before.connection_arn
        : await requireConnectionArn(connection, context),
    endpoint:
      input.InvocationEndpoint === undefined
        ? before.endpoint
        : checkEndpoint(input.InvocationEndpoint, outgoing),
    http_method: input.HttpMethod ?? before.http_method,
    rate_limit_per_second: input.InvocationRateLimitPerSecond ?? before.rate_limit_per_second,
    modified_at_ms: context.nowMs,
  };
  await context.transaction<EventsTables, unknown>(({ db }) =>
    db
      .updateTable("events_api_destinations")
      .set(values)
      .where("account_id", "=", before.account_id)
      .where("region", "=", before.region)
      .where("name", "=", before.name)
      .execute(),
  );
  return changed({ ...before, ...values }, context);
}

/** The members that the answers to changes have. */
async function changed(row: ApiDestinationRow, context: RequestContext) {
  const { ApiDestinationArn, ApiDestinationState, CreationTime, LastModifiedTime } =
    apiDestinationView(row, (await statesOf([row], context))(row));
  return { ApiDestinationArn, ApiDestinationState, CreationTime, LastModifiedTime };
}
