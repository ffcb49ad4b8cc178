import { EventBridge } from "@aws-sdk/client-eventbridge";
import { until } from "../../test/support/until.ts";
import type { Chance } from "../fuzz/chance.ts";
import { endFunctions, functionArn, listen } from "./function-endpoint.ts";
import type { Checked, Model, Outcome } from "./model.ts";
import type { Node } from "./node.ts";
import { pause } from "./pause.ts";
import { outcomeOf } from "./remembered.ts";

/*
 * Events, their deliveries and their replays. An event that was acknowledged reaches the rule's
 * function at least once, and the archive, so that each replay brings it again; replays end.
 */

const ACCOUNT = "000000000000";
const FUNCTION = "kills-deliveries";
const BUS = "kills-bus";
const BUS_ARN = `arn:aws:events:us-east-1:${ACCOUNT}:event-bus/${BUS}`;
const ARCHIVE = "kills-archive";
const ARCHIVE_ARN = `arn:aws:events:us-east-1:${ACCOUNT}:archive/${ARCHIVE}`;
const ENTRIES_MAX = 10;
const REPLAYS_MAX = 12;
const ARRIVES_MS_MAX = 120_000;

interface Received {
  readonly "replay-name"?: string;
  readonly detail: { readonly number: number };
}

let count = 0;
const acknowledged = new Set<number>();
/** A replay, with the events that were acknowledged before it began. */
const replays = new Map<string, { readonly events: readonly number[]; isAcknowledged: boolean }>();
/** Numbers of events that have come, by their replays; empty for none. */
const received = new Map<string, Set<number>>();

function receive(event: unknown): void {
  const { "replay-name": replay = "", detail } = event as Received;
  received.set(replay, (received.get(replay) ?? new Set()).add(detail.number));
}

async function prepare(at: Node): Promise<void> {
  const events = at.client(EventBridge);
  await events.createEventBus({ Name: BUS });
  await events.createArchive({ ArchiveName: ARCHIVE, EventSourceArn: BUS_ARN });
  const EventPattern = JSON.stringify({ source: ["kills"] });
  await events.putRule({ Name: "kills-deliveries", EventBusName: BUS, EventPattern });
  const Targets = [{ Id: "function", Arn: functionArn(FUNCTION) }];
  await events.putTargets({ Rule: "kills-deliveries", EventBusName: BUS, Targets });
}

async function step(at: Node, chance: Chance): Promise<Outcome> {
  if (replays.size < REPLAYS_MAX && acknowledged.size > 0 && chance.rarely(12))
    return startReplay(at);
  const numbers = Array.from({ length: 1 + chance.below(ENTRIES_MAX) }, () => count++);
  const Entries = numbers.map((number) => ({
    ...{ EventBusName: BUS, Source: "kills", DetailType: "kill" },
    Detail: JSON.stringify({ number }),
  }));
  const outcome = await outcomeOf(at.client(EventBridge).putEvents({ Entries }));
  if (outcome === "acknowledged") for (const number of numbers) acknowledged.add(number);
  return outcome;
}

async function startReplay(at: Node): Promise<Outcome> {
  const ReplayName = `replay-${replays.size}`;
  const replay = { events: [...acknowledged], isAcknowledged: false };
  replays.set(ReplayName, replay);
  // AWS's archives have an event within minutes; here an acknowledged event is in its archive.
  const input = {
    ...{ ReplayName, EventSourceArn: ARCHIVE_ARN, Destination: { Arn: BUS_ARN } },
    ...{ EventStartTime: new Date(0), EventEndTime: new Date(Date.now() + 1_000) },
  };
  const outcome = await outcomeOf(at.client(EventBridge).startReplay(input));
  replay.isAcknowledged = outcome === "acknowledged";
  if (outcome === "refused") replays.delete(ReplayName);
  return outcome;
}

const missing = (replay: string, wanted: Iterable<number>): number[] => {
  const arrived = received.get(replay) ?? new Set();
  return [...wanted].filter((number) => !arrived.has(number));
};

async function check(at: Node): Promise<Checked> {
  const wrong: string[] = [];
  const unknown = { there: 0, absent: 0 };
  const { Replays = [] } = await at.client(EventBridge).listReplays({});
  const there = new Set(Replays.map(({ ReplayName = "" }) => ReplayName));
  for (const [name, replay] of replays) {
    if (there.has(name)) {
      unknown.there += Number(!replay.isAcknowledged);
      replay.isAcknowledged = true;
    } else if (replay.isAcknowledged) wrong.push(`${name} was acknowledged, and isn't there`);
    else {
      unknown.absent += 1;
      replays.delete(name);
    }
  }
  const within = { withinMs: ARRIVES_MS_MAX, everyMs: 100 };
  const note = (error: Error) => wrong.push(error.message);
  await until(() => missing("", acknowledged).length === 0, "all events", within).catch(() =>
    note(new Error(`acknowledged events that never came: ${missing("", acknowledged)}`)),
  );
  for (const ReplayName of there)
    await untilReplayed(at, ReplayName, replays.get(ReplayName)?.events ?? []).catch(note);
  return { compared: acknowledged.size + there.size, unknown, wrong };
}

async function untilReplayed(at: Node, ReplayName: string, wanted: readonly number[]) {
  const untilMs = performance.now() + ARRIVES_MS_MAX;
  for (;;) {
    const { State } = await at.client(EventBridge).describeReplay({ ReplayName });
    const lost = missing(ReplayName, wanted);
    if (State === "COMPLETED" && lost.length === 0) return;
    if (performance.now() > untilMs)
      throw new Error(`${ReplayName} is ${State}, and these events didn't come: ${lost}`);
    await pause(100);
  }
}

export const deliveries: Model = {
  ...{ name: "events-deliveries", prepare, step, check, close: endFunctions },
  environment: () => listen(FUNCTION, receive),
};
