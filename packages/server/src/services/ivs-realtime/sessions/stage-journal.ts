import type * as realTime from "@aws-sdk/client-ivs-realtime";
import type { EventBus } from "../../../kernel/events.ts";
import type { Ids } from "../../../kernel/ids.ts";
import type { Store, Transaction } from "../../../kernel/store.ts";
import { setIngestState } from "../rows/ingest-configurations.ts";
import {
  hasParticipantEvent,
  insertParticipantEvent,
  isPublishing,
} from "../rows/participant-events.ts";
import {
  listConnected,
  type ParticipantChange,
  putParticipant,
  setParticipant,
} from "../rows/participants.ts";
import {
  endStageSession,
  findSessionOwner,
  insertStageSession,
  type StageReference,
} from "../rows/stage-sessions.ts";
import type {
  ParticipantEventRow,
  ParticipantRow,
  RealTimeTables,
  StageSessionRow,
} from "../tables.ts";
import { type StageUpdate, stageUpdateEvent } from "./stage-event.ts";

type Tx = Transaction<RealTimeTables>;

/** A session of a stage. */
export interface SessionReference {
  readonly stage: StageReference;
  readonly sessionId: string;
}

/** The state that an ingest configuration is shown in from now on. */
export interface IngestState {
  readonly arn: string;
  readonly state: realTime.IngestConfigurationState;
}

/** An entry of a participant's events, and what changes with it. */
export interface ParticipantOccurrence {
  readonly participantId: string;
  readonly atMs: number;
  readonly name: realTime.EventName;
  readonly remoteParticipantId?: string | undefined;
  readonly errorCode?: realTime.EventErrorCode | undefined;
  /** JSON of an exchange's two tokens. */
  readonly tokens?: string | undefined;
  /** True of a replica. */
  readonly replica?: boolean | undefined;
  /** The stage to which the participant is replicated, and its session there. */
  readonly destinationStageArn?: string | undefined;
  readonly destinationSessionId?: string | undefined;
  readonly change?: ParticipantChange | undefined;
  /** The state of the ingest configuration by which the participant publishes. */
  readonly ingest?: IngestState | undefined;
  /** EventBridge gets it after the commit. */
  readonly update?: StageUpdate | undefined;
}

export interface StageJournalOptions {
  readonly store: Store;
  readonly events: EventBus;
  readonly ids: Ids;
  /** The node whose sessions this process may change. */
  readonly nodeId: () => string;
}

/** The session is another node's by now, or has ended: nothing more may be written about it. */
export class SessionLostError extends Error {
  constructor(sessionId: string) {
    super(`The session ${sessionId} isn't this node's any more`);
    this.name = "SessionLostError";
  }
}

/** Records what happens on stages, and publishes events after the commit. */
export class StageJournal {
  readonly #options: StageJournalOptions;
  readonly #store: Store<RealTimeTables>;

  constructor(options: StageJournalOptions) {
    this.#options = options;
    this.#store = options.store.tables<RealTimeTables>();
  }

  /** Begins a session inside `tx`. */
  begin(tx: Tx, { stage, sessionId }: SessionReference, atMs: number): Promise<void> {
    return insertStageSession(tx.db, {
      ...{ account_id: stage.accountId, region: stage.region, stage_id: stage.id },
      ...{ session_id: sessionId, owner: this.#options.nodeId() },
      ...{ created_at_ms: atMs, ended_at_ms: null },
    });
  }

  /** Adds a participant to its session inside `tx`, or brings it back. */
  async admit(tx: Tx, { sessionId }: SessionReference, row: ParticipantRow): Promise<void> {
    await putParticipant(tx.db, row);
    const { participant_id: participantId, created_at_ms: atMs } = row;
    await append(tx, sessionId, { participantId, atMs, name: "JOINED" });
  }

  /**
   * Records occurrences in one transaction. Rejects with SessionLostError, and then nothing is
   * written.
   */
  record(session: SessionReference, ...all: readonly ParticipantOccurrence[]): Promise<void> {
    return this.#write(async (tx) => {
      await this.requireOurs(tx, session);
      for (const occurrence of all) await this.#append(tx, session, occurrence);
    });
  }

  /** Ends a session whose last participant has gone, with what happened at last. */
  end(
    session: SessionReference,
    atMs: number,
    ...all: readonly ParticipantOccurrence[]
  ): Promise<void> {
    return this.#write(async (tx) => {
      // It has its end, this one most likely.
      if (tx.isInDoubt && (await findSessionOwner(tx.db, session.sessionId)) === undefined) return;
      await this.requireOurs(tx, session);
      for (const occurrence of all) await this.#append(tx, session, occurrence);
      await endStageSession(tx.db, session.sessionId, atMs);
    });
  }

  /**
   * Ends a session whose node has died, once: everyone has left it. The events of those who had
   * published are published.
   */
  async endAbandoned(row: StageSessionRow, atMs: number): Promise<void> {
    const stage = { accountId: row.account_id, region: row.region, id: row.stage_id };
    const session = { stage, sessionId: row.session_id };
    await this.#write(async (tx) => {
      if (!(await endStageSession(tx.db, row.session_id, atMs))) return;
      for (const participant of await listConnected(tx.db, row.session_id))
        for (const occurrence of await departureOf(tx, participant, atMs))
          await this.#append(tx, session, occurrence);
    });
  }

  /** A stage has one of these at a time. */
  #write<R>(run: (tx: Tx) => Promise<R>): Promise<R> {
    return this.#store.transaction(run, { patient: true, repeatable: true });
  }

  /** Throws SessionLostError where the session isn't this node's. */
  async requireOurs({ db }: Tx, { sessionId }: SessionReference): Promise<void> {
    if ((await findSessionOwner(db, sessionId)) !== this.#options.nodeId())
      throw new SessionLostError(sessionId);
  }

  async #append(
    tx: Tx,
    { stage, sessionId }: SessionReference,
    occurrence: ParticipantOccurrence,
  ): Promise<void> {
    await append(tx, sessionId, occurrence);
    const { participantId, change, update, ingest, atMs } = occurrence;
    if (ingest) await setIngestState(tx.db, ingest.arn, ingest.state);
    if (change !== undefined) await setParticipant(tx.db, sessionId, participantId, change);
    if (update === undefined) return;
    const { events, ids } = this.#options;
    const id = ids.uuid();
    tx.afterCommit(() => events.publish(stageUpdateEvent(stage, sessionId, update, { id, atMs })));
  }
}

/** The last events of a participant that was cut off. */
async function departureOf(
  tx: Tx,
  participant: ParticipantRow,
  atMs: number,
): Promise<readonly ParticipantOccurrence[]> {
  const { session_id: sessionId, participant_id: participantId, user_id: userId } = participant;
  const left = { participantId, atMs, name: "LEFT", change: { state: "DISCONNECTED" } } as const;
  if (!(await isPublishing(tx.db, sessionId, participantId))) return [left];
  const update = { name: "Participant Unpublished", participantId, userId } as const;
  const { ingest_configuration_arn: arn } = participant;
  const ingest = arn === "" ? undefined : ({ arn, state: "INACTIVE" } as const);
  return [{ participantId, atMs, name: "PUBLISH_STOPPED", update, ingest }, left];
}

async function append(
  { db, isInDoubt }: Tx,
  sessionId: string,
  occurrence: ParticipantOccurrence,
): Promise<void> {
  const { participantId, atMs, name, remoteParticipantId, errorCode, tokens } = occurrence;
  const event: Omit<ParticipantEventRow, "sequence"> = {
    ...{ session_id: sessionId, participant_id: participantId, name, event_time_ms: atMs },
    remote_participant_id: remoteParticipantId ?? "",
    ...{ error_code: errorCode ?? "", tokens: tokens ?? "" },
    replication: replicationOf(occurrence),
  };
  if (!(isInDoubt && (await hasParticipantEvent(db, event))))
    await insertParticipantEvent(db, event);
}

/** The members of an event that only those of replications have; empty without any. */
function replicationOf(occurrence: ParticipantOccurrence): string {
  const { replica, destinationStageArn, destinationSessionId } = occurrence;
  if (replica === undefined && destinationStageArn === undefined) return "";
  return JSON.stringify({ replica, destinationStageArn, destinationSessionId });
}
