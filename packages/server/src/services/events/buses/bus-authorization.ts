import type { Authorization, ContextEntries } from "../../../kernel/authorization.ts";
import type { RequestContext } from "../../../kernel/request-context.ts";
import { type BusPlace, busArn } from "../arns.ts";
import { findBusRow } from "../rows/buses.ts";
import type { BusRow, EventsTables } from "../tables.ts";

/** One pair of an action and a bus with its own policy, whether there is such a bus or not. */
export function onBus(
  action: string,
  bus: BusPlace,
  row: BusRow | undefined,
  context: ContextEntries = {},
): Authorization {
  const resource = busArn(bus);
  const policy = row?.policy ?? null;
  return {
    action: `events:${action}`,
    resource,
    resourceAccountId: bus.account_id,
    context,
    ...(policy !== null && {
      resourcePolicy: { id: resource, text: policy, kind: "resource" as const },
    }),
  };
}

/** The same of a bus whose row is still to be read. */
export async function decideOnBus(
  action: string,
  bus: BusPlace,
  context: RequestContext,
): Promise<Authorization> {
  return onBus(action, bus, await findBusRow(bus, context.db<EventsTables>()));
}
