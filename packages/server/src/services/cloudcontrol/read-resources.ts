import type * as cloudcontrol from "@aws-sdk/client-cloudcontrol";
import { calledThrough } from "../../kernel/call-chain.ts";
import { defineOperations, type OperationTable } from "../../kernel/operations.ts";
import { markOf, pageToken, readPageToken } from "../../kernel/page-token.ts";
import type { RequestContext } from "../../kernel/request-context.ts";
import { CLOUDFORMATION, type StepCalls } from "../../kernel/resource-types/resource-calls.ts";
import { assumeServiceRole } from "../../kernel/resource-types/service-role.ts";
import type { ResourceModel } from "../../kernel/resources.ts";
import { onResources } from "./authorization.ts";
import type { CloudControlDependencies } from "./dependencies.ts";
import { handlerError, invalid, invalidRequest } from "./errors.ts";
import { identifierOf, jsonObject, readIdentifier } from "./identifiers.ts";
import { callsOf, type KnownType, requireType, shownModel } from "./resource-steps.ts";

/** Source: Cloud Control API reference, ListResources, MaxResults. */
const PAGE_SIZE = 20;

interface Asked {
  readonly TypeName: string;
  readonly RoleArn?: string | undefined;
}

/** Runs a handler for the request itself; its failure is the operation's. */
async function asHandler<Result>(
  { TypeName, RoleArn }: Asked,
  context: RequestContext,
  deps: CloudControlDependencies,
  run: (calls: StepCalls) => Promise<Result>,
): Promise<Result> {
  const { region, baseUrl } = context;
  const as =
    RoleArn === undefined
      ? calledThrough(context.caller, CLOUDFORMATION)
      : await assumeServiceRole(RoleArn, { account_id: context.accountId, region }, deps);
  const token = deps.ids.uuid();
  const calls = callsOf(deps, { as, region, token, baseUrl });
  try {
    return await run(calls);
  } catch (error) {
    const failure = calls.failureOf(error);
    throw failure ? handlerError(TypeName, failure, token) : error;
  }
}

/** The resource that `Identifier` names, as it is. Rejects with ResourceNotFoundException. */
export function readResource(
  { type, schema }: KnownType,
  input: Asked & { readonly Identifier: string },
  context: RequestContext,
  deps: CloudControlDependencies,
): Promise<ResourceModel> {
  const id = readIdentifier(schema, input.Identifier);
  return asHandler(input, context, deps, (calls) => type.read(id, calls));
}

/** GetResource and ListResources. */
export function readOperations(deps: CloudControlDependencies): OperationTable {
  return defineOperations<typeof cloudcontrol>()({
    GetResource: {
      authorize: ({ RoleArn }, context) => onResources(context, RoleArn),
      async handle(input, context) {
        const known = await requireType(input.TypeName, "READ", deps.resources);
        const model = await readResource(known, input, context, deps);
        return {
          TypeName: input.TypeName,
          ResourceDescription: {
            Identifier: identifierOf(known.schema, model),
            Properties: shownModel(known.schema, model),
          },
        };
      },
    },
    ListResources: {
      authorize: ({ RoleArn }, context) => onResources(context, RoleArn),
      async handle(input, context) {
        const { TypeName, MaxResults = PAGE_SIZE, NextToken, ResourceModel = "{}" } = input;
        const { type, schema } = await requireType(TypeName, "LIST", deps.resources);
        const given = jsonObject(ResourceModel);
        if (!given) throw invalidRequest("ResourceModel must be a JSON object.");
        const mark = markOf([context.accountId, context.region, TypeName, ResourceModel]);
        const at = NextToken === undefined ? [0] : readPageToken(NextToken, mark, ["number"]);
        if (!at) throw invalid("Invalid NextToken.");
        const [from] = at;
        const found = await asHandler(input, context, deps, (calls) =>
          slice(type.list(given, calls), from, MaxResults + 1),
        );
        const isMore = found.length > MaxResults;
        return {
          TypeName,
          ResourceDescriptions: found.slice(0, MaxResults).map((id) => ({
            Identifier: identifierOf(schema, id),
            Properties: JSON.stringify(id),
          })),
          ...(isMore && { NextToken: pageToken(mark, [from + MaxResults]) }),
        };
      },
    },
  });
}

async function slice<Item>(
  items: AsyncIterable<Item>,
  from: number,
  count: number,
): Promise<readonly Item[]> {
  const taken: Item[] = [];
  let index = 0;
  for await (const item of items) {
    if (index++ >= from) taken.push(item);
    if (taken.length === count) break;
  }
  return taken;
}
