import { EventBridge } from "@aws-sdk/client-eventbridge";
import { until } from "../../test/support/until.ts";
import type { Chance } from "../fuzz/chance.ts";
import { endFunctions, functionArn, listen } from "./function-endpoint.ts";
import type { Checked, Model, Outcome } from "./model.ts";
import type { Node } from "./node.ts";
import { outcomeOf } from "./remembered.ts";

/*
 * Rules by schedule: each minute of a rule is one event, also of a minute in which no server ran.
 * A rule that is put as it was goes on in its beat.
 */

const FUNCTION = "kills-schedules";
const RULES = new Map([
  ["kills-every-0", "rate(1 minute)"],
  ["kills-every-1", "rate(1 minute)"],
  ["kills-at-0", "cron(* * * * ? *)"],
  ["kills-at-1", "cron(* * * * ? *)"],
]);
const MINUTE_MS = 60_000;
/** Another node takes a dead one's schedule over after half a minute. */
const ARRIVES_MS_MAX = 120_000;

interface Received {
  readonly id: string;
  readonly time: string;
  readonly resources: readonly string[];
}

/** When a rule was acknowledged first. */
const madeMs = new Map<string, number>();
/** Events that came, by their rules and times: a delivery may come again, with the same id. */
const received = new Map<string, Map<number, Set<string>>>();

function receive(event: unknown): void {
  const { id, time, resources } = event as Received;
  const rule = resources[0]?.split("/")[1] ?? "";
  const times = received.get(rule) ?? new Map<number, Set<string>>();
  received.set(rule, times);
  const ids = times.get(Date.parse(time)) ?? new Set();
  times.set(Date.parse(time), ids.add(id));
}

async function put(at: Node, Name: string): Promise<void> {
  const events = at.client(EventBridge);
  await events.putRule({ Name, ScheduleExpression: RULES.get(Name) });
  await events.putTargets({ Rule: Name, Targets: [{ Id: "f", Arn: functionArn(FUNCTION) }] });
}

async function prepare(at: Node): Promise<void> {
  for (const name of RULES.keys()) {
    await put(at, name);
    madeMs.set(name, Date.now());
  }
}

const step = (at: Node, chance: Chance): Promise<Outcome> =>
  outcomeOf(put(at, chance.one([...RULES.keys()])));

const timesOf = (rule: string) => [...(received.get(rule)?.keys() ?? [])].sort((a, b) => a - b);

/** Whether all events of moments before `nowMs` have come. */
const isUpTo = (rule: string, nowMs: number) =>
  (timesOf(rule).at(-1) ?? madeMs.get(rule) ?? nowMs) + MINUTE_MS >= nowMs;

async function check(_at: Node, isLast: boolean): Promise<Checked> {
  // A campaign may be over before the first minute is.
  const firstMs = Math.max(...madeMs.values()) + MINUTE_MS;
  const nowMs = isLast ? Math.max(Date.now(), firstMs + 1) : Date.now();
  const wrong: string[] = [];
  const arrive = () => [...RULES.keys()].every((rule) => isUpTo(rule, nowMs));
  await until(arrive, "scheduled events", { withinMs: ARRIVES_MS_MAX }).catch((error: Error) =>
    wrong.push(error.message),
  );
  let compared = 0;
  for (const rule of RULES.keys()) {
    const times = timesOf(rule);
    compared += times.length;
    const shown = times.map((ms) => new Date(ms).toISOString()).join(" ");
    if (!isUpTo(rule, nowMs)) wrong.push(`${rule} has no event of the last minute: ${shown}`);
    const beats = times.slice(1).map((ms, at) => ms - (times[at] ?? 0));
    if (beats.some((ms) => ms !== MINUTE_MS)) wrong.push(`${rule} is out of its beat: ${shown}`);
    for (const [ms, ids] of received.get(rule) ?? [])
      if (ids.size > 1)
        wrong.push(`${rule} has ${ids.size} events of ${new Date(ms).toISOString()}`);
  }
  return { compared, unknown: { there: 0, absent: 0 }, wrong };
}

export const schedules: Model = {
  ...{ name: "events-schedules", prepare, step, check, close: endFunctions },
  environment: () => listen(FUNCTION, receive),
};
