import { declareType } from "../../../kernel/resource-types/declare-type.ts";
import {
  documentOf,
  documentText,
  listed,
  listOf,
  pick,
} from "../../../kernel/resource-types/members.ts";
import { unlessGone } from "../../../kernel/resource-types/parts.ts";
import {
  type ResourceCall,
  ResourceError,
  type ResourceModel,
  type ResourceType,
} from "../../../kernel/resources.ts";
import { archiveType } from "./archive-type.ts";
import { eventBusPolicyType, eventBusType } from "./event-bus-types.ts";
import { events, eventsItems } from "./events-calls.ts";
import { eventsTags } from "./events-tags.ts";

interface Target {
  readonly Id: string;
}

interface Rule {
  readonly Name: string;
  readonly Arn: string;
  readonly EventPattern?: string;
}

interface Failures {
  readonly FailedEntries?: readonly {
    readonly ErrorCode?: string;
    readonly ErrorMessage?: string;
  }[];
}

/** Targets are refused one by one, in an answer that is no error. */
function refuseFailures({ FailedEntries = [] }: Failures): void {
  const [first] = FailedEntries;
  if (first)
    throw new ResourceError(
      "GeneralServiceException",
      first.ErrorMessage ?? first.ErrorCode ?? "A target wasn't put.",
    );
}

const RULE = ["Description", "EventBusName", "RoleArn", "ScheduleExpression", "State"];

/**
 * `arn:aws:events:us-east-1:123456789012:rule/nightly`, or `…:rule/bus/nightly`. The CDK's hotswap
 * names a rule by what `Ref` gives: `nightly`, or `bus|nightly`.
 */
function ruleNamed(Arn: unknown): { Name: string; EventBusName?: string } {
  const path = String(Arn).replace(/^arn:[^/]*\//, "");
  const [first = "", second] = path.split(/[/|]/);
  return second === undefined ? { Name: first } : { Name: second, EventBusName: first };
}

function arnOfRule(Arn: unknown, { partition, region, accountId }: ResourceCall): string {
  const { Name, EventBusName } = ruleNamed(Arn);
  const path = EventBusName === undefined ? Name : `${EventBusName}/${Name}`;
  return `arn:${partition}:events:${region}:${accountId}:rule/${path}`;
}

function onBus({ Name, EventBusName }: ReturnType<typeof ruleNamed>) {
  return { Rule: Name, ...(EventBusName === undefined ? {} : { EventBusName }) };
}

async function putRule(model: ResourceModel, call: ResourceCall): Promise<string> {
  const EventPattern = documentText(model.EventPattern);
  const { RuleArn } = await events<{ RuleArn: string }>(call, "PutRule", {
    ...pick(model, ["Name", ...RULE]),
    ...(EventPattern === undefined ? {} : { EventPattern }),
  });
  return RuleArn;
}

const ruleType = declareType({
  typeName: "AWS::Events::Rule",
  naming: { property: "Name", lengthMax: 64 },
  fixed: ["Name", "EventBusName"],
  parts: [
    {
      properties: ["Description", "EventPattern", "RoleArn", "ScheduleExpression", "State"],
      isCreated: true,
      async write({ id, want }, call) {
        await putRule({ ...want, ...ruleNamed(id.Arn) }, call);
      },
    },
    {
      properties: ["Targets"],
      async write({ id, was, want }, call) {
        const rule = onBus(ruleNamed(id.Arn));
        const now = listOf<Target>(want.Targets);
        const gone = listOf<Target>(was.Targets)
          .map(({ Id }) => Id)
          .filter((Id) => now.every((target) => target.Id !== Id));
        if (gone.length > 0) await events(call, "RemoveTargets", { ...rule, Ids: gone });
        if (now.length > 0)
          refuseFailures(await events<Failures>(call, "PutTargets", { ...rule, Targets: now }));
      },
      async read({ Arn }, call) {
        const rule = onBus(ruleNamed(Arn));
        const targets: Target[] = [];
        for await (const target of eventsItems<Target>(call, "ListTargetsByRule", rule, "Targets"))
          targets.push(target);
        return { Targets: listed(targets) };
      },
      async clear({ Arn, Targets }, call) {
        const Ids = listOf<Target>(Targets).map(({ Id }) => Id);
        const rule = onBus(ruleNamed(Arn));
        if (Ids.length > 0) await unlessGone(events(call, "RemoveTargets", { ...rule, Ids }));
      },
    },
    eventsTags({ isCreated: false, arnOf: ({ Arn }, call) => arnOfRule(Arn, call) }),
  ],
  async create(want, call) {
    const Arn = await putRule(want, call);
    return { Arn, RuleName: want.Name };
  },
  async read({ Arn }, call) {
    const rule = await events<Rule>(call, "DescribeRule", ruleNamed(Arn));
    return {
      ...pick({ ...rule }, ["Name", "Arn", ...RULE]),
      RuleName: rule.Name,
      EventPattern: documentOf(rule.EventPattern),
    };
  },
  async delete({ Arn }, call) {
    await events(call, "DescribeRule", ruleNamed(Arn));
    await events(call, "DeleteRule", ruleNamed(Arn));
    return undefined;
  },
  async *list(_model, call) {
    for await (const { Arn } of eventsItems<Rule>(call, "ListRules", {}, "Rules")) yield { Arn };
  },
});

/** Two types whose operations name the resource by `Name` and differ in little else. */
function namedType(
  noun: "Connection" | "ApiDestination",
  options: {
    readonly properties: readonly string[];
    /** Not whole in what Describe answers. */
    readonly unread: readonly string[];
    readonly attributes: readonly string[];
    readonly member: string;
  },
): ResourceType {
  const { properties, unread, attributes, member } = options;
  const arnMember = `${noun}Arn`;
  const read = async (Name: unknown, call: ResourceCall): Promise<ResourceModel> => {
    const found = await events<ResourceModel>(call, `Describe${noun}`, { Name });
    const Arn = String(found[arnMember]);
    const readable = properties.filter((property) => !unread.includes(property));
    return {
      ...pick(found, ["Name", ...readable, ...attributes]),
      Arn,
      // Without the id that ends it: the policy holds for a namesake that comes later too.
      ArnForPolicy: Arn.replace(/\/[^/]*$/, ""),
    };
  };
  return declareType({
    typeName: `AWS::Events::${noun}`,
    naming: { property: "Name", lengthMax: 64 },
    fixed: ["Name"],
    parts: [
      {
        properties,
        isCreated: true,
        async write({ id: { Name }, want }, call) {
          await events(call, `Update${noun}`, { Name, ...pick(want, properties) });
        },
        // Without their secrets: what was just written keeps those that it was given.
        ...(unread.length > 0 && {
          read: async ({ Name }, call) =>
            pick(await events<ResourceModel>(call, `Describe${noun}`, { Name }), unread),
        }),
      },
    ],
    async create(want, call) {
      await events(call, `Create${noun}`, want);
      return read(want.Name, call);
    },
    isReadAfterwards: true,
    read: ({ Name }, call) => read(Name, call),
    async delete({ Name }, call) {
      await events(call, `Delete${noun}`, { Name });
      return undefined;
    },
    async *list(_model, call) {
      const items = eventsItems<{ Name: string }>(call, `List${noun}s`, {}, member);
      for await (const { Name } of items) yield { Name };
    },
  });
}

export const eventsResources: readonly ResourceType[] = [
  namedType("ApiDestination", {
    properties: [
      ...["ConnectionArn", "Description", "HttpMethod", "InvocationEndpoint"],
      "InvocationRateLimitPerSecond",
    ],
    unread: [],
    attributes: [],
    member: "ApiDestinations",
  }),
  namedType("Connection", {
    properties: ["AuthParameters", "AuthorizationType", "Description"],
    unread: ["AuthParameters"],
    attributes: ["SecretArn"],
    member: "Connections",
  }),
  archiveType,
  eventBusType,
  eventBusPolicyType,
  ruleType,
];
