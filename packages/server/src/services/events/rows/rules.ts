import type { RequestContext } from "../../../kernel/request-context.ts";
import { rulePath } from "../arns.ts";
import { resourceNotFound } from "../errors.ts";
import type { EventsTables, RuleRow } from "../tables.ts";
import { requireBus } from "./buses.ts";

/** The rule, or ResourceNotFoundException. */
export async function requireRule(
  name: string,
  busName: string | undefined,
  context: RequestContext,
): Promise<RuleRow> {
  const bus = await requireBus(busName, context);
  const row = await context
    .db<EventsTables>()
    .selectFrom("events_rules")
    .selectAll()
    .where("account_id", "=", bus.account_id)
    .where("region", "=", bus.region)
    .where("name", "=", rulePath(bus.name, name))
    .executeTakeFirst();
  if (!row) throw resourceNotFound(`Rule ${name} does not exist on EventBus ${bus.name}.`);
  return row;
}
