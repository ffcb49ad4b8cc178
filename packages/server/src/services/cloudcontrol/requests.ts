import { createHash } from "node:crypto";
import type * as cloudcontrol from "@aws-sdk/client-cloudcontrol";
import { calledThrough } from "../../kernel/call-chain.ts";
import { defineOperations, type OperationTable } from "../../kernel/operations.ts";
import { markOf, pageToken, readPageToken } from "../../kernel/page-token.ts";
import { type RequestContext, requireAccount } from "../../kernel/request-context.ts";
import { CLOUDFORMATION } from "../../kernel/resource-types/resource-calls.ts";
import type { Transaction } from "../../kernel/store.ts";
import { onResources } from "./authorization.ts";
import type { CloudControlDependencies } from "./dependencies.ts";
import { alreadyEnded, invalid, invalidRequest } from "./errors.ts";
import { givenIdentifier, identifierOf, jsonObject, readIdentifier } from "./identifiers.ts";
import { readResource } from "./read-resources.ts";
import { insertRequest, listRequests, requireRequest, updateRequest } from "./request-rows.ts";
import type { RequestWorker } from "./request-worker.ts";
import {
  type KnownType,
  patchedModel,
  requireType,
  type Work,
  wantedModel,
} from "./resource-steps.ts";
import {
  type CloudControlTables,
  PENDING,
  type RequestOperation,
  type RequestRow,
} from "./tables.ts";

/** Source: Cloud Control API reference, ListResourceRequests, MaxResults. */
const PAGE_SIZE = 20;

interface Asked {
  readonly TypeName: string;
  readonly ClientToken?: string | undefined;
  readonly RoleArn?: string | undefined;
}

/** Requests that change resources, and what becomes of them. */
export function requestOperations(
  deps: CloudControlDependencies,
  worker: RequestWorker,
): OperationTable {
  const begin = async (
    input: Asked,
    operation: RequestOperation,
    identifier: string | null,
    work: Work,
    context: RequestContext,
  ) => {
    const row = rowOf(input, operation, identifier, work, context, deps);
    let token = row.request_token;
    await worker.begin(token, async () => {
      token = await context.transaction((tx: Transaction<CloudControlTables>) =>
        insertRequest(row, tx),
      );
      return token === row.request_token;
    });
    return { ProgressEvent: progressOf(await requireRequest(row, token, dbOf(context))) };
  };
  const find = (token: string, context: RequestContext) =>
    requireRequest(placeOf(context), token, dbOf(context));
  return defineOperations<typeof cloudcontrol>()({
    CreateResource: {
      authorize: ({ RoleArn }, context) => onResources(context, RoleArn),
      async handle(input, context) {
        const known = await requireType(input.TypeName, "CREATE", deps.resources);
        const declared = jsonObject(input.DesiredState);
        if (!declared) throw invalidRequest("DesiredState must be a JSON object.");
        const want = wantedModel(known, declared, deps);
        return begin(input, "CREATE", givenIdentifier(known.schema, want), { want }, context);
      },
    },
    UpdateResource: {
      authorize: ({ RoleArn }, context) => onResources(context, RoleArn),
      async handle(input, context) {
        const known = await requireType(input.TypeName, "UPDATE", deps.resources);
        const identifier = canonical(known, input.Identifier);
        const current = await readResource(known, input, context, deps);
        patchedModel(known, current, input.PatchDocument);
        return begin(input, "UPDATE", identifier, { patch: input.PatchDocument }, context);
      },
    },
    DeleteResource: {
      authorize: ({ RoleArn }, context) => onResources(context, RoleArn),
      async handle(input, context) {
        const known = await requireType(input.TypeName, "DELETE", deps.resources);
        const identifier = canonical(known, input.Identifier);
        return begin(input, "DELETE", identifier, {}, context);
      },
    },
    GetResourceRequestStatus: {
      authorize: (_input, context) => onResources(context),
      async handle({ RequestToken }, context) {
        return { ProgressEvent: progressOf(await find(RequestToken, context)) };
      },
    },
    CancelResourceRequest: {
      authorize: (_input, context) => onResources(context),
      async handle({ RequestToken }, context) {
        const row = await context.transaction(async (tx: Transaction<CloudControlTables>) => {
          const found = await requireRequest(placeOf(context), RequestToken, tx.db);
          if (found.status === "CANCEL_COMPLETE") return found;
          if (!PENDING.includes(found.status)) throw alreadyEnded(RequestToken, found.status);
          const ended = { work: null, state: null, caller: null, updated_ms: context.nowMs };
          const changes = { ...ended, status: "CANCEL_COMPLETE" } as const;
          await updateRequest(found, changes, tx.tables());
          return { ...found, ...changes };
        });
        return { ProgressEvent: progressOf(row) };
      },
    },
    ListResourceRequests: {
      authorize: (_input, context) => onResources(context),
      async handle({ MaxResults = PAGE_SIZE, NextToken, ResourceRequestStatusFilter }, context) {
        const { Operations = [], OperationStatuses = [] } = ResourceRequestStatusFilter ?? {};
        const filter = { operations: Operations, statuses: OperationStatuses };
        const place = placeOf(context);
        const mark = markOf([place, filter]);
        const at = NextToken === undefined ? undefined : readPlace(NextToken, mark);
        if (NextToken !== undefined && !at) throw invalid("Invalid NextToken.");
        const before = at && { createdMs: at[0], token: at[1] };
        const rows = await listRequests(place, filter, before, MaxResults + 1, dbOf(context));
        const page = rows.slice(0, MaxResults);
        const last = rows.length > page.length ? page.at(-1) : undefined;
        return {
          ResourceRequestStatusSummaries: page.map(progressOf),
          ...(last && { NextToken: placeToken(mark, last) }),
        };
      },
    },
  });
}

/** One spelling for each resource, so that requests about the same one are known as such. */
function canonical({ schema }: KnownType, identifier: string): string {
  return identifierOf(schema, readIdentifier(schema, identifier));
}

function placeOf(context: RequestContext) {
  return { account_id: requireAccount(context), region: context.region };
}

function dbOf(context: RequestContext) {
  return context.db<CloudControlTables>();
}

function rowOf(
  input: Asked,
  operation: RequestOperation,
  identifier: string | null,
  work: Work,
  context: RequestContext,
  { ids, storedCallers, secrets }: CloudControlDependencies,
): RequestRow {
  const { TypeName, ClientToken = null, RoleArn = null, ...rest } = input;
  const token = ids.uuid();
  const asked = JSON.stringify([operation, TypeName, RoleArn, rest]);
  const caller = calledThrough(context.caller, CLOUDFORMATION);
  const { baseUrl } = context;
  const wish: Work = { ...work, ...(baseUrl === undefined ? {} : { baseUrl }) };
  return {
    ...placeOf(context),
    request_token: token,
    client_token: ClientToken,
    fingerprint: createHash("sha256").update(asked).digest("hex"),
    operation,
    type_name: TypeName,
    identifier,
    status: "PENDING",
    work: secrets.seal(JSON.stringify(wish), token),
    state: null,
    caller: RoleArn === null ? storedCallers.seal(caller, token) : null,
    role_arn: RoleArn,
    model: null,
    error_code: null,
    status_message: null,
    created_ms: context.nowMs,
    updated_ms: context.nowMs,
    due_ms: context.nowMs,
    attempts: 0,
    failed_starts: 0,
    lease_owner: null,
    lease_until_ms: null,
  };
}

/** The model's pattern of this list's tokens knows no underscore. */
function placeToken(mark: string, { created_ms, request_token }: RequestRow): string {
  return pageToken(mark, [created_ms, request_token]).replaceAll("_", "+");
}

function readPlace(token: string, mark: string) {
  return readPageToken(token.replaceAll("+", "_"), mark, ["number", "string"]);
}

/** A request as answers have it. */
function progressOf(row: RequestRow): cloudcontrol.ProgressEvent {
  return {
    TypeName: row.type_name,
    RequestToken: row.request_token,
    Operation: row.operation,
    OperationStatus: row.status,
    EventTime: new Date(row.updated_ms),
    ...(row.identifier === null ? {} : { Identifier: row.identifier }),
    ...(row.model === null ? {} : { ResourceModel: row.model }),
    ...(row.status_message === null ? {} : { StatusMessage: row.status_message }),
    ...(row.error_code === null
      ? {}
      : { ErrorCode: row.error_code as cloudcontrol.HandlerErrorCode }),
  };
}
