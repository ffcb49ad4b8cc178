import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ForwardingEvent } from "@rolecast/media";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { AwsEvent } from "../../../kernel/events.ts";
import { randomIds } from "../../../kernel/ids.ts";
import type { ForwardingPort } from "../../../kernel/ports/forwarding.ts";
import { openStore } from "../../../storage/open-store.ts";
import type { OpenedStore } from "../../../storage/store.ts";
import { realTimeMigrations } from "../migrations.ts";
import { SUBSCRIPTIONS_OF_PARTICIPANT_MAX } from "../quotas.ts";
import { deleteUnshownReplica, insertReplica } from "../rows/participant-replicas.ts";
import { StageJournal } from "../sessions/stage-journal.ts";
import { StageMessages } from "../sessions/stage-messages.ts";
import { EVENTS_PATH } from "../stages/endpoints.ts";
import type { RealTimeTables } from "../tables.ts";
import type { StageToken } from "../tokens/stage-token.ts";
import { EventsSocket, type EventsSocketOptions } from "./events-socket.ts";
import { STATE_EVERY_MS } from "./live-stage.ts";
import { type Admission, type Admitted, LiveStages } from "./live-stages.ts";
import { NodeCalls } from "./node-calls.ts";
import type { ParticipantEncoder } from "./participant.ts";
import { ParticipantRates } from "./participant-rates.ts";
import { StageMedia, type StageMediaOptions } from "./stage-media.ts";
import { StageReplicas } from "./stage-replicas.ts";

const PLACE = { accountId: "000000000000", region: "us-east-1" };
const STAGE = { ...PLACE, type: "stage", id: "stagestage12" } as const;
const OTHER_STAGE = { ...STAGE, id: "otherstage12" };
const STAGE_ARN = "arn:aws:ivs:us-east-1:000000000000:stage/stagestage12";

let folder: string;
let store: OpenedStore;
let published: AwsEvent[];
/** The addresses of the nodes that live, by their ids. */
let living: Map<string, string>;
let nowMs: number;
beforeEach(async () => {
  nowMs = 1_000;
  folder = mkdtempSync(join(tmpdir(), "rolecast-stages-"));
  const file = join(folder, "state.db");
  const options = { durable: false, migrations: realTimeMigrations, nowMs: () => 1 };
  store = await openStore({ file, ...options });
  published = [];
  living = new Map();
  const rows = [STAGE, OTHER_STAGE].map(({ accountId: account_id, region, id }) => ({
    ...{ account_id, region, id, tags: "{}" },
    ...{ created_at_ms: 1, name: "", recording: "{}", storage_configuration_arn: "" },
  }));
  await store
    .tables<RealTimeTables>()
    .transaction(({ db }) => db.insertInto("ivs_stages").values(rows).execute());
});
afterEach(async () => {
  await store.close();
  rmSync(folder, { recursive: true });
});

const tables = () => store.tables<RealTimeTables>().db;

const neverAsked = async (): Promise<never> => {
  throw new Error("nothing is handed on here");
};

/** A node; what it forwards is ended without a word. */
function nodeOf(id: string) {
  const place = { id };
  const clock = { nowMs: () => nowMs };
  const events = {
    publish: (event: AwsEvent) => published.push(event),
    remember: () => undefined,
    subscribe: () => () => undefined,
  };
  const ignore = () => undefined;
  const log = { debug: ignore, info: ignore, warn: ignore, error: ignore };
  const done = async () => undefined;
  const messages = new StageMessages({ listen: ignore, open: done, publish: done, close: done });
  const journal = new StageJournal({ store, events, ids: randomIds, nodeId: () => place.id });
  const nodePlaces = {
    get id() {
      return place.id;
    },
    folderId: "",
    urlOf: async (nodeId: string) => living.get(nodeId),
    provenUrl: neverAsked,
    handOn: neverAsked,
    handOnEncoder: neverAsked,
    answerHandedOn: ignore,
  };
  const forwarding = {
    closeForwarding: async () => true,
    closeMirror: async () => true,
    openMirror: neverAsked,
    listen: () => ignore,
    admitEncoders: () => ignore,
  };
  const shared = { store, clock, ids: randomIds, log, journal, messages, nodePlaces, forwarding };
  const stages = new LiveStages(shared);
  const recordings = { begin: done, end: done };
  const calls = new NodeCalls(nodePlaces);
  const replicas = new StageReplicas({ ...shared, calls, stages, recordings });
  return { place, journal, clock, log, stages, replicas };
}

function tokenOf(participantId: string): StageToken {
  return {
    ...{ participantId, stage: STAGE, stageArn: STAGE_ARN, resource: STAGE_ARN, topic: STAGE.id },
    ...{ eventsUrl: "", whipUrl: "", userId: "someone", attributes: {}, isCustomers: false },
    ...{ canPublish: true, canSubscribe: true, expiresAtMs: 9_000 },
  };
}

function admitted(admission: Admission): Admitted {
  if (!("participant" in admission)) throw new Error(JSON.stringify(admission));
  return admission;
}

function mediaOf<Given extends Pick<StageMediaOptions, "clock">>(options: Given) {
  const rates = new ParticipantRates(options.clock);
  return new StageMedia({ ...options, rates } as unknown as StageMediaOptions);
}

const eventNames = async () =>
  (
    await tables()
      .selectFrom("ivs_stage_participant_events")
      .select("name")
      .orderBy("sequence")
      .execute()
  ).map(({ name }) => name);

async function publish(node: ReturnType<typeof nodeOf>, { stage, participant }: Admitted) {
  const session = { session: "s", publisherId: participant.id, mids: {}, paused: [] };
  participant.publication = { ...session, isConnected: true };
  const of = { participantId: participant.id, atMs: 1_000 };
  await node.stages.change(stage, () => [{ ...of, name: "PUBLISH_STARTED" }]);
}

test("a node of an earlier release answers no question of a stage's", async () => {
  const calls = new NodeCalls({
    handOn: async () => ({ status: 404, headers: {}, body: undefined }),
  });
  await expect(calls.ask("n1", "showReplica", {})).rejects.toMatchObject({
    ...{ code: "ServiceUnavailable", message: expect.stringContaining("earlier release") },
  });
});

test("what a process that died has left is ended once, and published", async () => {
  const dead = nodeOf("");
  await publish(dead, admitted(await dead.stages.admit(tokenOf("ann"), {})));
  const next = nodeOf("");
  await next.stages.start();
  await nodeOf("").stages.start();
  expect(await eventNames()).toEqual(["JOINED", "PUBLISH_STARTED", "PUBLISH_STOPPED", "LEFT"]);
  const sessions = await tables().selectFrom("ivs_stage_sessions").selectAll().execute();
  expect(sessions).toMatchObject([{ ended_at_ms: 1_000 }]);
  expect(published.map(({ detail }) => detail.event_name)).toEqual(["Participant Unpublished"]);
  await next.stages.close();
});

test("a stage stays with its node while that lives, then goes to one that asks", async () => {
  living.set("one", "http://one").set("two", "http://two");
  const [one, two] = [nodeOf("one"), nodeOf("two")];
  const ann = admitted(await one.stages.admit(tokenOf("ann"), {}));
  await two.stages.start();
  expect(await two.stages.admit(tokenOf("bob"), {})).toEqual({ elsewhere: "one" });
  expect(await eventNames()).toEqual(["JOINED"]);
  living.delete("one");
  const bob = admitted(await two.stages.admit(tokenOf("bob"), {}));
  expect(bob.stage.sessionId).not.toBe(ann.stage.sessionId);
  // The first node was only slow: nothing that it does counts any more.
  const late = { participantId: "ann", atMs: 2_000, name: "PUBLISH_STARTED" } as const;
  await one.stages.change(ann.stage, () => [late]);
  expect(await eventNames()).toEqual(["JOINED", "JOINED", "LEFT"]);
  expect(one.stages.ofSession(ann.stage.sessionId)).toBeUndefined();
  expect(ann.stage.participants.size).toBe(0);
  await two.stages.close();
});

test("an encoder that was let in and of which nothing came is forgotten", async () => {
  const { stages, clock, log } = nodeOf("");
  let hear: (event: ForwardingEvent) => void = () => undefined;
  const closed: string[] = [];
  const forwarding = {
    listen: (listener: typeof hear) => {
      hear = listener;
      return () => undefined;
    },
    closeForwarding: async (_group: string, session: string) => closed.push(session) > 0,
  } as unknown as ForwardingPort;
  const media = mediaOf({ forwarding, stages, clock, log });
  media.start();
  const join = async (id: string) => {
    const encoder = { configurationArn: "", protocol: "RTMPS", shownAs: id, isRedundant: false };
    const token = tokenOf(id);
    const joined = admitted(await stages.admit(token, {}, encoder as ParticipantEncoder));
    expect(await media.admitEncoder(joined, `session of ${id}`)).toBeUndefined();
    return joined;
  };
  const { stage } = await join("ann");
  await join("bob");
  const of = { group: stage.sessionId, publication: "ann", session: "session of ann" };
  hear({ ...of, type: "publication-connected", atMs: nowMs });
  await stages.change(stage, () => []);
  nowMs += 16_000;
  await stages.start();
  expect([...stage.participants.keys()]).toEqual(["ann"]);
  await stages.close();
});

test("a participant has so many subscriptions and no more, also asked for at once", async () => {
  const { stages, clock, log, ...node } = nodeOf("");
  let opened = 0;
  const forwarding = {
    openSubscription: async () => ({ session: `s${opened++}`, mids: {}, kinds: [] }),
    closeForwarding: async () => true,
  };
  const media = mediaOf({ forwarding, stages, clock, log });
  await publish({ stages, clock, log, ...node }, admitted(await stages.admit(tokenOf("ann"), {})));
  const bob = admitted(await stages.admit(tokenOf("bob"), {}));
  const offer = { description: "", remoteAddress: "127.0.0.1" };
  const answers = await Promise.all(
    Array.from({ length: SUBSCRIPTIONS_OF_PARTICIPANT_MAX + 5 }, () =>
      media.subscribe(bob, "ann", offer),
    ),
  );
  const refused = answers.filter((answer) => "code" in answer);
  expect(refused).toHaveLength(5);
  expect(refused[0]).toMatchObject({ status: 403, code: 2005 });
  bob.stage.removeSubscription(bob.participant, "s0");
  expect(await media.subscribe(bob, "ann", offer)).toMatchObject({ session: expect.any(String) });
  await stages.close();
});

/** Joins by the events socket. Its client says things, and reads all that it is sent. */
async function joinedBySocket(
  { stages, clock, log }: ReturnType<typeof nodeOf>,
  id: string,
  on: Partial<StageToken> = {},
) {
  const token = { ...tokenOf(id), ...on, isCustomers: true };
  const tokens = { read: async (text: string) => ({ ...token, ...JSON.parse(text) }) };
  const analytics = { addressOf: () => "" };
  const rates = new ParticipantRates(clock);
  const options = { stages, clock, log, tokens, analytics, rates, nodePlaces: {}, offers: {} };
  const answer = await new EventsSocket(options as unknown as EventsSocketOptions).answer({
    ...{ path: EVENTS_PATH, headers: {}, remoteAddress: "127.0.0.1", protocols: ["{}"] },
  });
  if (!answer || !("open" in answer)) throw new Error(JSON.stringify(answer));
  const messages: { type: string; payload: Record<string, unknown> }[] = [];
  const read = (frame: Buffer) => {
    const text = frame.toString();
    messages.push(JSON.parse(text.slice(text.indexOf("{"))));
  };
  const connection = { remoteAddress: "", waitingBytes: 0, send: read };
  const events = answer.open({ ...connection, close: () => undefined, destroy: () => undefined });
  const payloads = (type: string) =>
    messages.filter((message) => message.type === type).map(({ payload }) => payload);
  const say = (message: object) => events.received(JSON.stringify(message)) ?? Promise.resolve();
  return { say, payloads };
}

test("a participant that mutes and unmutes all the time costs others few messages", async () => {
  const node = nodeOf("");
  const ann = await joinedBySocket(node, "ann");
  await publish(node, admitted(await node.stages.admit(tokenOf("ann"), {})));
  const bob = await joinedBySocket(node, "bob");
  const states = () => bob.payloads("aws:ivs:STAGE_STATE");
  const shown = () => states().map(({ participants }) => participants);
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  try {
    vi.advanceTimersByTime(STATE_EVERY_MS);
    const before = shown().length;
    for (let count = 1; count <= 301; count += 1)
      await ann.say({ type: "SET_STATE", audioMuted: count % 2 === 1, videoStopped: false });
    // The first one came at once.
    expect(shown().length - before).toBe(1);
    await ann.say({ type: "SET_STATE", audioMuted: true, videoStopped: true });
    vi.advanceTimersByTime(10 * STATE_EVERY_MS);
    expect(shown().length - before).toBe(2);
    expect(shown().at(-1)).toMatchObject([{ id: "ann", audioMuted: true, videoStopped: true }]);
    const numbers = states().map(({ sequenceNumber }) => Number(sequenceNumber));
    expect(numbers).toEqual(numbers.toSorted((a, b) => a - b));
  } finally {
    vi.useRealTimers();
  }
  await node.stages.close();
});

test("tokens and offers of a participant are taken so often within a second", async () => {
  const node = nodeOf("");
  const ann = await joinedBySocket(node, "ann");
  const exchange = (newToken: object) =>
    ann.say({ type: "aws:ivs:EXCHANGE_TOKEN", payload: { newToken: JSON.stringify(newToken) } });
  for (let count = 1; count <= 9; count += 1) await exchange({ attributes: { is: `${count}` } });
  const refused = () =>
    ann.payloads("aws:ivs:EXCHANGE_TOKEN").filter(({ error }) => error !== undefined);
  expect(refused()).toHaveLength(4);
  expect((await eventNames()).filter((name) => name === "TOKEN_EXCHANGED")).toHaveLength(5);
  const exchanged = published.splice(0).map(({ detail }) => detail);
  expect(exchanged).toHaveLength(5);
  const claims = {
    ...{ user_id: "someone", capabilities: ["PUBLISH", "SUBSCRIBE"] },
    expiration_time: "1970-01-01T00:00:09Z",
  };
  expect(exchanged[1]).toMatchObject({
    ...{ event_name: "Token Exchanged", participant_id: "ann", user_id: "someone" },
    previous_token: { ...claims, attributes: { is: "1" } },
    new_token: { ...claims, attributes: { is: "2" } },
  });
  nowMs += 1_000;
  await exchange({ attributes: { is: "10" }, canPublish: false });
  expect(refused()).toHaveLength(4);
  const media = mediaOf(node);
  const offer = { description: "", remoteAddress: "127.0.0.1" };
  const answers = [];
  for (let count = 1; count <= 9; count += 1) {
    const admission = admitted(await node.stages.admit(tokenOf("ann"), {}));
    answers.push(await media.publish(admission, offer));
  }
  const statuses = answers.map((answer) => ("status" in answer ? answer.status : 201));
  expect(statuses).toEqual([...Array(5).fill(403), ...Array(4).fill(429)]);
  expect(published.flatMap(({ detail }) => detail.error_code ?? [])).toEqual(
    Array(5).fill("INSUFFICIENT_CAPABILITIES"),
  );
  await node.stages.close();
});

/** Ann is to be shown on the other stage. */
function insertedReplica(source: Admitted): Promise<void> {
  const { accountId: account_id, region } = STAGE;
  const row = {
    ...({ id: "replica", account_id, region, participant_id: "ann", state: "ACTIVE" } as const),
    ...{ source_stage_id: STAGE.id, source_session_id: source.stage.sessionId },
    ...{ destination_stage_id: OTHER_STAGE.id, destination_session_id: "", closes_at_ms: null },
    ...{ reconnect_window_seconds: 0, attributes: '{"as":"guest"}', failure: "", created_at_ms: 1 },
  };
  return store.tables<RealTimeTables>().transaction(({ db }) => insertReplica(db, row));
}

test("a replica that is withdrawn while it joins leaves, without its source's events", async () => {
  const node = nodeOf("");
  const source = admitted(await node.stages.admit(tokenOf("ann"), {}));
  await publish(node, source);
  await insertedReplica(source);
  const { admit } = node.stages;
  node.stages.admit = async (...given) => {
    await store
      .tables<RealTimeTables>()
      .transaction(({ db }) => deleteUnshownReplica(db, "replica"));
    return admit.apply(node.stages, given);
  };
  node.replicas.start();
  await node.replicas.check();
  const other = node.stages.of(STAGE_ARN.replace(STAGE.id, OTHER_STAGE.id));
  expect([...(other?.participants.keys() ?? [])]).toEqual([]);
  expect(JSON.stringify(published)).not.toContain("Participant Replication");
  await node.replicas.close();
  await node.stages.close();
});

test("a replica is muted as its source is, and has its new attributes", async () => {
  const node = nodeOf("");
  const ann = await joinedBySocket(node, "ann");
  const source = admitted(await node.stages.admit(tokenOf("ann"), {}));
  await publish(node, source);
  const stageArn = STAGE_ARN.replace(STAGE.id, OTHER_STAGE.id);
  const bob = await joinedBySocket(node, "bob", { stage: OTHER_STAGE, stageArn });
  await insertedReplica(source);
  node.replicas.start();
  await node.replicas.check();
  const shown = () => bob.payloads("aws:ivs:STAGE_STATE").at(-1)?.participants;
  const seen = (expected: object) =>
    expect.poll(shown).toMatchObject([{ id: "ann", audioMuted: true, ...expected }]);
  expect(shown()).toMatchObject([{ id: "ann", audioMuted: false, attributes: { as: "guest" } }]);
  await ann.say({ type: "SET_STATE", audioMuted: true, videoStopped: false });
  await seen({ attributes: { as: "guest" } });
  const newToken = JSON.stringify({ attributes: { as: "host", seat: "1" } });
  await ann.say({ type: "aws:ivs:EXCHANGE_TOKEN", payload: { newToken } });
  await seen({ attributes: { as: "guest", seat: "1" } });
  await node.replicas.close();
  await node.stages.close();
});
