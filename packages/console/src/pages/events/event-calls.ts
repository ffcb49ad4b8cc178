import {
  type Archive,
  EventBridgeClient,
  type EventBus,
  ListArchivesCommand,
  ListEventBusesCommand,
  ListRulesCommand,
  ListTargetsByRuleCommand,
  type Rule,
  type Target,
} from "@aws-sdk/client-eventbridge";
import { placeOf } from "../../routing/hash-route.ts";
import type { AwsClients } from "../../wire/aws-clients.ts";
import { pagesByToken } from "../../wire/read-pages.ts";

type Pages<Item> = AsyncIterable<readonly Item[]>;

export function eventsOf(aws: AwsClients): EventBridgeClient {
  return aws.client("events", (options) => new EventBridgeClient(options));
}

export function busPages(aws: AwsClients): Pages<EventBus> {
  const ask = (NextToken?: string) => eventsOf(aws).send(new ListEventBusesCommand({ NextToken }));
  return pagesByToken(ask, (page) => page.EventBuses);
}

export function rulePages(aws: AwsClients, EventBusName: string): Pages<Rule> {
  const ask = (NextToken?: string) =>
    eventsOf(aws).send(new ListRulesCommand({ EventBusName, NextToken }));
  return pagesByToken(ask, (page) => page.Rules);
}

export function archivePages(aws: AwsClients, EventSourceArn: string): Pages<Archive> {
  const ask = (NextToken?: string) =>
    eventsOf(aws).send(new ListArchivesCommand({ EventSourceArn, NextToken }));
  return pagesByToken(ask, (page) => page.Archives);
}

export function targetPages(aws: AwsClients, EventBusName: string, Rule: string): Pages<Target> {
  const ask = (NextToken?: string) =>
    eventsOf(aws).send(new ListTargetsByRuleCommand({ EventBusName, Rule, NextToken }));
  return pagesByToken(ask, (page) => page.Targets);
}

export function placeOfRule(bus: string, rule: string): string {
  return placeOf("/events/buses/:name/rules/:rule", { name: bus, rule });
}
