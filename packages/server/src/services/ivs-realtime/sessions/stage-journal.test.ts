import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { EventLog } from "../../../kernel/event-log.ts";
import { randomIds } from "../../../kernel/ids.ts";
import { type Store, StoreUnavailableError } from "../../../kernel/store.ts";
import { openStore } from "../../../storage/open-store.ts";
import { PatientTransactions } from "../../../storage/patient-transactions.ts";
import { realTimeMigrations } from "../migrations.ts";
import type { RealTimeTables } from "../tables.ts";
import { type ParticipantOccurrence, StageJournal } from "./stage-journal.ts";

test.each([
  ["once", false],
  ["again after a commit in doubt", true],
])("what happens on a stage is in its rows once if it is written %s", async (_how, fails) => {
  const folder = mkdtempSync(join(tmpdir(), "rolecast-stage-journal-"));
  const store = await openStore({
    file: join(folder, "state.db"),
    ...{ durable: false, migrations: realTimeMigrations, nowMs: () => 1 },
  });
  onTestFinished(async () => {
    await store.close();
    rmSync(folder, { recursive: true });
  });
  const doubts = new PatientTransactions(async (run) => {
    const made = await store.transaction(run);
    if (!fails || !commits.next().value) return made;
    throw new StoreUnavailableError("Gone", { condition: "unavailable", commitUnknown: true });
  }, 0);
  /** Each commit is in doubt once. */
  const commits = (function* () {
    for (;;) yield* [true, false];
  })();
  const doubtful: Store = {
    shared: true,
    db: store.db,
    transaction: (run, options = {}) => doubts.run(run, options),
    tables: () => doubtful as never,
  };
  const events = new EventLog(() => {});
  const journal = new StageJournal({
    ...{ store: doubtful, events, ids: randomIds, nodeId: () => "here" },
  });
  const stage = { accountId: "000000000000", region: "us-east-1", id: "stage" };
  const session = { stage, sessionId: "session" };
  await store.tables<RealTimeTables>().transaction((tx) => journal.begin(tx, session, 1));
  const happened = (name: ParticipantOccurrence["name"], atMs: number) => ({
    ...{ participantId: "participant", name, atMs },
  });
  await journal.record(session, happened("PUBLISH_STARTED", 2));
  await journal.record(session, happened("PUBLISH_STOPPED", 3), happened("PUBLISH_STARTED", 4));
  await journal.end(session, 5, happened("LEFT", 5));
  const { db } = store.tables<RealTimeTables>();
  const kept = await db.selectFrom("ivs_stage_participant_events").selectAll().execute();
  expect(kept.map(({ name, event_time_ms: atMs }) => [name, atMs])).toEqual([
    ["PUBLISH_STARTED", 2],
    ["PUBLISH_STOPPED", 3],
    ["PUBLISH_STARTED", 4],
    ["LEFT", 5],
  ]);
  const sessions = await db.selectFrom("ivs_stage_sessions").selectAll().execute();
  expect(sessions).toMatchObject([{ session_id: "session", ended_at_ms: 5 }]);
});
