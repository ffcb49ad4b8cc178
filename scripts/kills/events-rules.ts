import { EventBridge } from "@aws-sdk/client-eventbridge";
import type { Chance } from "../fuzz/chance.ts";
import type { Node } from "./node.ts";
import { allPages, byKey, withMember } from "./pages.ts";
import { type Change, remembered } from "./remembered.ts";
import { changeTags, type Tags, tagsOf } from "./tags.ts";

/* Rules by pattern and by schedule, with targets and tags. */

const PREFIX = "kills-";
const ACCOUNT = "000000000000";

interface Rule {
  /** Its pattern or its schedule. */
  readonly when: string;
  readonly state: string;
  readonly targets: Readonly<Record<string, string>>;
  readonly tags: Tags;
}

function change(key: string, rule: Rule | undefined, chance: Chance): Change<Rule> {
  const Name = PREFIX + key;
  const events = (at: Node) => at.client(EventBridge);
  // A rule stays of its kind: even keys have a schedule.
  const isScheduled = Number(key.slice(1)) % 2 === 0;
  if (!rule || chance.rarely(4)) {
    const when = isScheduled
      ? `rate(${2 + chance.below(1_000)} days)`
      : `{"source":["kills-${chance.below(1e6)}"]}`;
    const how = isScheduled ? { ScheduleExpression: when } : { EventPattern: when };
    return {
      says: `PutRule ${key} ${when}`,
      send: (at) => events(at).putRule({ Name, ...how }),
      after: () => ({ targets: {}, tags: {}, ...rule, when, state: "ENABLED" }),
    };
  }
  const ResourceARN = `arn:aws:events:us-east-1:${ACCOUNT}:rule/${Name}`;
  const Id = `target-${chance.below(3)}`;
  const gone = Id in rule.targets;
  const Arn = `arn:aws:logs:us-east-1:${ACCOUNT}:log-group:kills-${chance.below(1e6)}`;
  switch (chance.below(4)) {
    case 0:
      return changeTags(rule, chance, `rule ${key}`, {
        tag: (at, Key, Value) => events(at).tagResource({ ResourceARN, Tags: [{ Key, Value }] }),
        untag: (at, TagKey) => events(at).untagResource({ ResourceARN, TagKeys: [TagKey] }),
      });
    case 1: {
      const isOn = rule.state === "ENABLED";
      return {
        says: `${isOn ? "Disable" : "Enable"}Rule ${key}`,
        send: (at) => (isOn ? events(at).disableRule({ Name }) : events(at).enableRule({ Name })),
        after: () => ({ ...rule, state: isOn ? "DISABLED" : "ENABLED" }),
      };
    }
    case 2:
      if (Object.keys(rule.targets).length === 0)
        return {
          says: `DeleteRule ${key}`,
          send: (at) => events(at).deleteRule({ Name }),
          after: () => undefined,
        };
  }
  return {
    says: `${gone ? "Remove" : "Put"}Targets ${key} ${Id}`,
    send: (at) =>
      gone
        ? events(at).removeTargets({ Rule: Name, Ids: [Id] })
        : events(at).putTargets({ Rule: Name, Targets: [{ Id, Arn }] }),
    after: () => ({ ...rule, targets: withMember(rule.targets, Id, gone ? undefined : Arn) }),
  };
}

async function read(at: Node): Promise<ReadonlyMap<string, Rule>> {
  const events = at.client(EventBridge);
  const listed = await allPages(
    (NextToken) => events.listRules({ NamePrefix: PREFIX, NextToken }),
    ({ Rules }) => Rules,
    ({ NextToken }) => NextToken,
  );
  const named: [string | undefined, Rule][] = [];
  for (const { Name, Arn, State = "", EventPattern, ScheduleExpression } of listed) {
    const { Targets = [] } = await events.listTargetsByRule({ Rule: Name });
    const { Tags } = await events.listTagsForResource({ ResourceARN: Arn });
    const targets = Object.fromEntries(Targets.map(({ Id, Arn: of }) => [Id, of]));
    const when = EventPattern ?? ScheduleExpression ?? "";
    named.push([Name, { when, state: State, targets, tags: tagsOf(Tags) } as Rule]);
  }
  return byKey(PREFIX, named);
}

export const rules = remembered<Rule>({ name: "events-rules", keys: 10, change, read });
