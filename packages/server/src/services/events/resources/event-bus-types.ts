import { declareType } from "../../../kernel/resource-types/declare-type.ts";
import { documentOf, documentText, listOf, pick } from "../../../kernel/resource-types/members.ts";
import { type ResourceCall, ResourceError, type ResourceModel } from "../../../kernel/resources.ts";
import { events, eventsItems } from "./events-calls.ts";
import { eventsTags } from "./events-tags.ts";

interface Bus {
  readonly Name: string;
  readonly Arn: string;
  readonly Description?: string;
  readonly Policy?: string;
}

type Statement = Readonly<Record<string, unknown>> & { readonly Sid?: string };

function arnOfBus(name: unknown, { partition, region, accountId }: ResourceCall): string {
  return `arn:${partition}:events:${region}:${accountId}:event-bus/${name}`;
}

function describeBus(Name: unknown, call: ResourceCall): Promise<Bus> {
  return events<Bus>(call, "DescribeEventBus", { Name });
}

export const eventBusType = declareType({
  typeName: "AWS::Events::EventBus",
  fixed: ["Name"],
  parts: [
    {
      properties: ["Description"],
      isCreated: true,
      async write({ id: { Name }, want: { Description = "" } }, call) {
        await events(call, "UpdateEventBus", { Name, Description });
      },
    },
    {
      properties: ["Policy"],
      async write({ id: { Name: EventBusName }, want }, call) {
        const Policy = documentText(want.Policy);
        if (Policy !== undefined) await events(call, "PutPermission", { EventBusName, Policy });
        else await events(call, "RemovePermission", { EventBusName, RemoveAllPermissions: true });
      },
    },
    eventsTags({ isCreated: true, arnOf: ({ Name }, call) => arnOfBus(Name, call) }),
  ],
  async create(want, call) {
    await events(call, "CreateEventBus", pick(want, ["Name", "Description", "Tags"]));
    return { Name: want.Name, Arn: arnOfBus(want.Name, call) };
  },
  async read({ Name }, call) {
    const bus = await describeBus(Name, call);
    return { ...pick({ ...bus }, ["Name", "Arn", "Description"]), Policy: documentOf(bus.Policy) };
  },
  async delete({ Name }, call) {
    await describeBus(Name, call);
    await events(call, "DeleteEventBus", { Name });
    return undefined;
  },
  async *list(_model, call) {
    for await (const { Name } of eventsItems<Bus>(call, "ListEventBuses", {}, "EventBuses"))
      if (Name !== "default") yield { Name };
  },
});

function statementsOf({ Policy }: Bus): readonly Statement[] {
  const document = documentOf(Policy) as { readonly Statement?: unknown } | undefined;
  return listOf<Statement>([document?.Statement ?? []].flat());
}

async function findStatement(
  { EventBusName, StatementId }: ResourceModel,
  call: ResourceCall,
): Promise<Statement> {
  const found = statementsOf(await describeBus(EventBusName, call));
  const statement = found.find(({ Sid }) => Sid === StatementId);
  if (statement) return statement;
  throw new ResourceError("NotFound", `The bus ${EventBusName} has no statement ${StatementId}.`);
}

/** Puts one statement: by its parts, or whole into the policy that the bus has. */
async function putStatement(
  { EventBusName, StatementId }: ResourceModel,
  want: ResourceModel,
  call: ResourceCall,
): Promise<void> {
  const { Statement, ...parts } = pick(want, ["Action", "Condition", "Principal", "Statement"]);
  if (Statement === undefined) {
    await events(call, "PutPermission", { EventBusName, StatementId, ...parts });
    return;
  }
  if (Object.keys(parts).length > 0)
    throw new ResourceError(
      "InvalidRequest",
      "Statement takes the place of Action, Condition and Principal.",
    );
  const before = statementsOf(await describeBus(EventBusName, call));
  const others = before.filter(({ Sid }) => Sid !== StatementId);
  const statement = { Sid: StatementId, ...(documentOf(documentText(Statement)) as object) };
  const Policy = JSON.stringify({ Version: "2012-10-17", Statement: [...others, statement] });
  await events(call, "PutPermission", { EventBusName, Policy });
}

export const eventBusPolicyType = declareType({
  typeName: "AWS::Events::EventBusPolicy",
  fixed: ["EventBusName", "StatementId"],
  parts: [
    {
      properties: ["Action", "Condition", "Principal", "Statement"],
      isCreated: true,
      write: ({ id, want }, call) => putStatement(id, want, call),
    },
  ],
  async create(want, call) {
    const { EventBusName = "default", StatementId } = want;
    const id = { EventBusName, StatementId };
    await putStatement(id, want, call);
    return id;
  },
  async read(id, call) {
    const { Sid: _sid, ...Statement } = await findStatement(id, call);
    return { ...pick(id, ["EventBusName", "StatementId"]), Statement };
  },
  async delete(id, call) {
    await findStatement(id, call);
    await events(call, "RemovePermission", pick(id, ["EventBusName", "StatementId"]));
    return undefined;
  },
  async *list(_model, call) {
    for await (const bus of eventsItems<Bus>(call, "ListEventBuses", {}, "EventBuses"))
      for (const { Sid } of statementsOf(bus))
        if (Sid !== undefined) yield { EventBusName: bus.Name, StatementId: Sid };
  },
});
