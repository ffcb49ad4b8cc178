import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { RequestContext } from "../../../kernel/request-context.ts";
import { openStore } from "../../../storage/open-store.ts";
import type { OpenedStore } from "../../../storage/store.ts";
import { realTimeMigrations } from "../migrations.ts";
import {
  findReplica,
  insertReplica,
  type ReplicaChange,
  setReplica,
} from "../rows/participant-replicas.ts";
import type { ParticipantReplicaRow, RealTimeTables } from "../tables.ts";
import { replicaShown } from "./replica-shown.ts";

let folder: string;
let store: OpenedStore;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "rolecast-replica-"));
  const options = { durable: false, migrations: realTimeMigrations, nowMs: () => 1 };
  store = await openStore({ file: join(folder, "state.db"), ...options });
});
afterAll(async () => {
  await store.close();
  rmSync(folder, { recursive: true });
});

const ROW: Omit<ParticipantReplicaRow, "id"> = {
  ...{ account_id: "000000000000", region: "us-east-1", participant_id: "ann" },
  ...{ state: "ACTIVE", source_stage_id: "a", source_session_id: "s" },
  ...{ destination_stage_id: "b", destination_session_id: "", closes_at_ms: null },
  ...{ reconnect_window_seconds: 0, attributes: "{}", failure: "", created_at_ms: 1 },
};

const shown: ReplicaChange = { destination_session_id: "d" };
const never = { code: "InternalServerException", status: 500 };
const conflict = (message: string) => ({ code: "ConflictException", message });

/** `late`: what a node does after the last look. */
type Case = { early?: ReplicaChange; late?: ReplicaChange; refusal?: object };
test.each<[string, Case]>([
  ["is shown", { early: shown }],
  ["is shown in the last moment", { late: shown }],
  ["fails", { early: { state: "STOPPED", failure: "full" }, refusal: conflict("full") }],
  [
    "fails in the last moment",
    { late: { state: "STOPPED", failure: "full" }, refusal: conflict("full") },
  ],
  [
    "has no publisher",
    { early: { state: "STOPPED" }, refusal: conflict("The participant doesn't publish") },
  ],
  ["is never looked at", { refusal: never }],
])("a replica that %s", async (id, { early, late, refusal }) => {
  const tables = store.tables<RealTimeTables>();
  const change = (given: ReplicaChange) =>
    tables.transaction(async ({ db }) => void (await setReplica(db, id, given)));
  await tables.transaction(({ db }) => insertReplica(db, { ...ROW, id }));
  if (early) await change(early);
  let isLate = late !== undefined;
  const context = {
    db: () => tables.db,
    transaction: async (run: Parameters<typeof tables.transaction>[0]) => {
      if (isLate && late) await change(late);
      isLate = false;
      return tables.transaction(run);
    },
  } as unknown as Pick<RequestContext, "db" | "transaction">;
  const answer = replicaShown(id, context, 100);
  await (refusal ? expect(answer).rejects.toMatchObject(refusal) : answer);
  const left = await findReplica(tables.db, id);
  expect(left?.state).toBe(refusal ? undefined : "ACTIVE");
});
