import type { RequestContext } from "../../../kernel/request-context.ts";
import { locationOf, requireBus } from "../arns.ts";
import { resourceNotFound } from "../errors.ts";
import type { EventsTables, RuleRow } from "../tables.ts";

/** The rule, or ResourceNotFoundException. */
export async function requireRule(
  name: string,
  busName: string | undefined,
  context: RequestContext,
): Promise<RuleRow> {
  requireBus(busName, context);
  const { account_id, region } = locationOf(context);
  const row = await context
    .db<EventsTables>()
    .selectFrom("events_rules")
    .selectAll()
    .where("account_id", "=", account_id)
    .where("region", "=", region)
    .where("name", "=", name)
    .executeTakeFirst();
  if (!row) throw resourceNotFound(`Rule ${name} does not exist on EventBus default.`);
  return row;
}
