import type * as eventbridge from "@aws-sdk/client-eventbridge";
import type { Checked } from "../../../kernel/checked.ts";
import { defineOperations, type OperationTable } from "../../../kernel/operations.ts";
import { toShownPolicy } from "../../../kernel/policy-principals.ts";
import type { AccountDirectory, IdentityDirectory } from "../../../kernel/ports/identity.ts";
import type { RequestContext } from "../../../kernel/request-context.ts";
import { withSystemTags } from "../../../kernel/system-tags.ts";
import { type BusPlace, busArn, busPlaceHere, DEFAULT_BUS, locationOf } from "../arns.ts";
import { limitExceeded, resourceAlreadyExists, validation } from "../errors.ts";
import {
  busRowsAfter,
  changeBus,
  findBusRow,
  insertBus,
  newBusRow,
  removeBus,
  requireBusRow,
} from "../rows/buses.ts";
import { pageByName } from "../rows/page.ts";
import { requestTagKeys } from "../rule-authorization.ts";
import { checkedTags } from "../rule-tags.ts";
import type { BusRow, EventsTables } from "../tables.ts";
import { decideOnBus, onBus } from "./bus-authorization.ts";

/** Source: EventBridge quotas, "Event buses"; the default bus is beside them. */
const BUSES_MAX = 100;

export interface EventBusParts {
  readonly accounts: AccountDirectory;
  readonly directory: IdentityDirectory;
}

/** CreateEventBus, UpdateEventBus, DescribeEventBus, ListEventBuses, DeleteEventBus. */
export function eventBusOperations({ accounts, directory }: EventBusParts): OperationTable {
  const shown = async (row: BusRow, context: RequestContext) => {
    const createdMs = row.created_at_ms ?? (await accounts.findCreation(row.account_id, context));
    const modifiedMs = row.modified_at_ms ?? createdMs;
    return {
      Name: row.name,
      Arn: busArn(row),
      ...described(row),
      ...(row.policy !== null && { Policy: await toShownPolicy(row.policy, directory, context) }),
      ...(createdMs !== undefined && { CreationTime: new Date(createdMs) }),
      ...(modifiedMs !== undefined && { LastModifiedTime: new Date(modifiedMs) }),
    };
  };
  return defineOperations<typeof eventbridge>()({
    CreateEventBus: {
      authorize: ({ Name: name, Tags }, context) =>
        onBus("CreateEventBus", own(name, context), undefined, requestTagKeys(Tags)),
      async handle(input, context) {
        const row = await createBus(input, context);
        return { EventBusArn: busArn(row), ...described(row) };
      },
    },
    UpdateEventBus: {
      authorize: ({ Name: name = DEFAULT_BUS }, context) =>
        decideOnBus("UpdateEventBus", own(name, context), context),
      async handle({ Name: name = DEFAULT_BUS, Description: description }, context) {
        const row = await changeBus(own(name, context), context, (before) => ({
          description: description ?? before.description,
          modified_at_ms: context.nowMs,
        }));
        return { Arn: busArn(row), Name: row.name, ...described(row) };
      },
    },
    DescribeEventBus: {
      authorize: ({ Name }, context) =>
        decideOnBus("DescribeEventBus", busPlaceHere(Name, context), context),
      async handle({ Name }, context) {
        const row = await requireBusRow(busPlaceHere(Name, context), context.db<EventsTables>());
        return shown(row, context);
      },
    },
    ListEventBuses: {
      authorize: () => ({ action: "events:ListEventBuses", resource: "*" }),
      async handle(input, context) {
        const { NamePrefix: prefix = "" } = input;
        const { rows, NextToken } = await pageByName(
          (after, limit) => busesAfter({ prefix, after, limit }, context),
          ({ name }) => name,
          input,
        );
        return { EventBuses: await Promise.all(rows.map((row) => shown(row, context))), NextToken };
      },
    },
    DeleteEventBus: {
      authorize: ({ Name }, context) => decideOnBus("DeleteEventBus", own(Name, context), context),
      async handle({ Name: name }, context) {
        if (name === DEFAULT_BUS) throw validation(`Cannot delete event bus ${name}.`);
        await removeBus(own(name, context), context);
        return {};
      },
    },
  });
}

function own(name: string, context: RequestContext): BusPlace {
  return { ...locationOf(context), name };
}

function described({ description }: BusRow) {
  return description ? { Description: description } : {};
}

async function createBus(
  input: Checked<eventbridge.CreateEventBusCommandInput>,
  context: RequestContext,
): Promise<BusRow> {
  const bus = own(input.Name, context);
  if (bus.name.includes("/")) throw validation("Event bus name must not contain '/'.");
  const row: BusRow = {
    ...newBusRow(bus),
    description: input.Description ?? null,
    tags: JSON.stringify(withSystemTags(checkedTags(input.Tags), context)),
    created_at_ms: context.nowMs,
    modified_at_ms: context.nowMs,
  };
  await context.transaction<EventsTables, void>(async ({ db }) => {
    if (bus.name === DEFAULT_BUS || (await findBusRow(bus, db)))
      throw resourceAlreadyExists(`Event bus ${bus.name} already exists.`);
    const isTaken = await insertBus(row, BUSES_MAX, db);
    if (!isTaken) throw limitExceeded("The requested resource exceeds the maximum number allowed.");
  });
  return row;
}

/** The first buses after a name, the default one among them, which may have no row. */
async function busesAfter(
  { prefix, after, limit }: { prefix: string; after: string; limit: number },
  context: RequestContext,
): Promise<BusRow[]> {
  const rows = await busRowsAfter({ prefix, after, limit }, context);
  const isDefaultNext = DEFAULT_BUS.startsWith(prefix) && DEFAULT_BUS > after;
  if (!isDefaultNext || rows.some(({ name }) => name === DEFAULT_BUS)) return rows;
  return [...rows, newBusRow(own(DEFAULT_BUS, context))]
    .sort((one, other) => (one.name < other.name ? -1 : 1))
    .slice(0, limit);
}
