import type { RequestContext } from "../../../kernel/request-context.ts";
import { pause } from "../../../kernel/work/timers.ts";
import { conflict, notShownInTime } from "../errors.ts";
import { deleteReplica, deleteUnshownReplica, findReplica } from "../rows/participant-replicas.ts";
import type { ParticipantReplicaRow, RealTimeTables } from "../tables.ts";

/** A node that lives shows the replica within this time, or says why it can't. */
const SHOWN_WITHIN_MS = 5_000;
const LOOK_MS = 50;

/**
 * Resolves once the replica is shown. Otherwise removes it and throws the reason:
 * ConflictException where it can't be shown, InternalServerException where the node of the source's
 * stage says nothing in time.
 */
export async function replicaShown(
  id: string,
  context: Pick<RequestContext, "db" | "transaction">,
  withinMs = SHOWN_WITHIN_MS,
): Promise<void> {
  const look = async () => outcomeOf(await findReplica(context.db<RealTimeTables>(), id));
  for (let waitedMs = 0; waitedMs < withinMs; waitedMs += LOOK_MS) {
    const outcome = await look();
    if (outcome !== "waiting") return ended(outcome);
    await pause(LOOK_MS);
  }
  // Either this removes it or a node has shown it or refused it just now: never both.
  const isRemoved = await context.transaction<RealTimeTables, boolean>(({ db }) =>
    deleteUnshownReplica(db, id),
  );
  const last = isRemoved ? "waiting" : await look();
  if (last === "waiting") throw notShownInTime(withinMs);
  return ended(last);

  async function ended(outcome: "shown" | { readonly reason: string }): Promise<void> {
    if (outcome === "shown") return;
    await context.transaction<RealTimeTables, void>(({ db }) => deleteReplica(db, id));
    throw conflict(outcome.reason);
  }
}

function outcomeOf(
  row: ParticipantReplicaRow | undefined,
): "shown" | "waiting" | { readonly reason: string } {
  if (!row) return "waiting";
  if (row.failure !== "") return { reason: row.failure };
  if (row.destination_session_id !== "") return "shown";
  return row.state === "STOPPED" ? { reason: "The participant doesn't publish" } : "waiting";
}
