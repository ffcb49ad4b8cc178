import { isDeepStrictEqual } from "node:util";
import type { Clock } from "../../../kernel/clock.ts";
import { errorTrace } from "../../../kernel/error-class.ts";
import type { ForwardingPort } from "../../../kernel/ports/forwarding.ts";
import type { Log } from "../../../kernel/ports/log.ts";
import type { NodePlaces } from "../../../kernel/ports/node-places.ts";
import type { Store } from "../../../kernel/store.ts";
import { Periodic } from "../../../kernel/work/periodic.ts";
import type { StageRecordings } from "../recording/stage-recordings.ts";
import { arns } from "../resource-arn.ts";
import {
  listActiveReplicas,
  type ReplicaChange,
  setReplica,
} from "../rows/participant-replicas.ts";
import { findActiveSession, type StageReference } from "../rows/stage-sessions.ts";
import type { ParticipantOccurrence } from "../sessions/stage-journal.ts";
import type { ParticipantReplicaRow, RealTimeTables } from "../tables.ts";
import type { StageToken } from "../tokens/stage-token.ts";
import type { LiveStage } from "./live-stage.ts";
import type { Admitted, LiveStages } from "./live-stages.ts";
import type { Participant } from "./participant.ts";

/** Replicas are compared with their rows this often, and at each change that is known here. */
const ROUND_MS = 1_000;

export interface StageReplicasOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  readonly nodePlaces: NodePlaces;
  readonly stages: LiveStages;
  readonly recordings: Pick<StageRecordings, "begin" | "end">;
  readonly forwarding: Pick<ForwardingPort, "closeForwarding">;
}

/**
 * Participants that are shown on other stages, too. Rows say which; this compares them with the
 * stages of this node, where source and replica must both be.
 */
export class StageReplicas {
  readonly #options: StageReplicasOptions;
  readonly #rounds: Periodic;
  /** Replicas that are on a stage of this node, by their rows' ids. */
  readonly #shown = new Map<string, Admitted>();
  /** The source's stage that each one follows, and the function that ends it. */
  readonly #followed = new Map<string, { readonly stage: LiveStage; readonly end: () => void }>();

  constructor(options: StageReplicasOptions) {
    this.#options = options;
    this.#rounds = new Periodic({
      everyMs: ROUND_MS,
      round: () => this.#round(),
      failed: (err) => options.log.error({ err }, "Replicas couldn't be compared with their rows"),
    });
  }

  start(): void {
    this.#options.stages.onReplicas = () => void this.#rounds.wake();
    this.#rounds.start();
  }

  close(): Promise<void> {
    return this.#rounds.close();
  }

  /** Compares all replicas with their sources and their rows now. */
  check(): Promise<void> {
    return this.#rounds.wake();
  }

  async #round(): Promise<void> {
    const { db } = this.#options.store.tables<RealTimeTables>();
    const active = await listActiveReplicas(db);
    const ids = new Set(active.map(({ id }) => id));
    // Those that were stopped by request.
    for (const [id, shown] of [...this.#shown]) if (!ids.has(id)) await this.#hide(id, shown);
    for (const row of active) if (await this.#isOurs(row)) await this.#compare(row);
  }

  /** The node that has the source's stage decides; any node does where nobody is on it. */
  async #isOurs(row: ParticipantReplicaRow): Promise<boolean> {
    const { store, nodePlaces } = this.#options;
    if (this.#shown.has(row.id)) return true;
    const { db } = store.tables<RealTimeTables>();
    const session = await findActiveSession(db, sourceOf(row));
    return session === undefined || session.owner === nodePlaces.id;
  }

  async #compare(row: ParticipantReplicaRow): Promise<void> {
    const { stages, clock } = this.#options;
    const stage = stages.of(arnOf(sourceOf(row)));
    const participant = stage?.participants.get(row.participant_id);
    const isThere = stage !== undefined && participant?.isPublishing === true;
    const shown = this.#shown.get(row.id);
    if (shown && !shown.stage.has(shown.participant)) return this.#end(row);
    if (!shown) {
      // A process that has died had it.
      if (row.destination_session_id !== "" || !isThere) return this.#end(row);
      return this.#begin(row, { stage, participant });
    }
    if (isThere) {
      if (row.closes_at_ms !== null || row.source_session_id !== stage.sessionId)
        await this.#set(row, { closes_at_ms: null, source_session_id: stage.sessionId });
      return this.#publish(row, shown, { stage, participant });
    }
    await this.#unpublish(shown);
    const nowMs = clock.nowMs();
    const closesAtMs = row.closes_at_ms ?? nowMs + row.reconnect_window_seconds * 1_000;
    if (closesAtMs <= nowMs) await this.#end(row);
    else if (row.closes_at_ms === null) await this.#set(row, { closes_at_ms: closesAtMs });
  }

  async #begin(row: ParticipantReplicaRow, source: Admitted): Promise<void> {
    const { stages, clock } = this.#options;
    const token = replicaToken(row, source.participant);
    const sourceStageArn = source.stage.arn;
    const admission = await stages.admit(token, source.participant.client, undefined, {
      ...{ sourceStageArn, sourceSessionId: source.stage.sessionId },
    });
    if ("code" in admission) return this.#fail(row, admission.message);
    if ("elsewhere" in admission)
      return this.#fail(row, `The stages are on different nodes: ${admission.elsewhere}`);
    if (!admission.participant.replicaOf) return this.#fail(row, "The participant is there itself");
    admission.participant.aloneSinceMs = undefined;
    this.#shown.set(row.id, admission);
    const { sessionId } = admission.stage;
    await this.#set(row, { destination_session_id: sessionId });
    const begun = { ...row, destination_session_id: sessionId };
    await stages.change(source.stage, () => [
      replication("STARTED", begun, source.participant, clock.nowMs()),
    ]);
    await this.#publish(row, admission, source);
  }

  /** The replica publishes, since its source does. */
  async #publish(
    row: ParticipantReplicaRow,
    { stage, participant }: Admitted,
    source: Admitted,
  ): Promise<void> {
    const { stages, clock, recordings } = this.#options;
    const { publication } = source.participant;
    const before = participant.replicaOf;
    if (!before || !publication) return;
    const group = source.stage.sessionId;
    const now = { ...before, group, publication: source.participant.shownId };
    participant.replicaOf = { ...now, session: publication.session };
    await this.#mirror(row, { stage, participant }, source.participant);
    this.#follow(row, { stage, participant }, source.stage);
    if (participant.isPublishing && before.session === publication.session) return;
    const isNew = !participant.isPublishing;
    const { id: participantId } = participant;
    participant.publication = { ...publication, session: `${REPLICA}${participantId}` };
    if (isNew)
      await stages.change(stage, () => {
        stage.isStale = true;
        const { userId } = participant.token;
        const update = { name: "Participant Published", participantId, userId } as const;
        const change = { published: 1 };
        const atMs = clock.nowMs();
        return [{ participantId, atMs, name: "PUBLISH_STARTED", change, update, replica: true }];
      });
    const { session } = publication;
    const of = { ...stage.reference, participantId, isReplica: true };
    await recordings.begin({ ...of, group, publication: now.publication, session });
  }

  /** Shows changes of the source as soon as its own stage is sent them. */
  #follow(row: ParticipantReplicaRow, shown: Admitted, stage: LiveStage): void {
    const { log } = this.#options;
    if (this.#followed.get(row.id)?.stage === stage) return;
    this.#followed.get(row.id)?.end();
    const changed = (): void => {
      const source = stage.participants.get(row.participant_id);
      if (source?.isPublishing)
        this.#mirror(row, shown, source).catch((error) =>
          log.error({ error: errorTrace(error) }, "A replica doesn't show its source's changes"),
        );
    };
    stage.onState.add(changed);
    this.#followed.set(row.id, { stage, end: () => stage.onState.delete(changed) });
  }

  /** The replica is muted as its source is, and has the attributes of its token. */
  #mirror(
    row: ParticipantReplicaRow,
    { stage, participant }: Admitted,
    source: Participant,
  ): Promise<void> {
    return this.#options.stages.change(stage, () => {
      const { audioMuted, videoStopped } = source;
      const now = { audioMuted, videoStopped, token: replicaToken(row, source) };
      const { audioMuted: wasMuted, videoStopped: wasStopped, token } = participant;
      const before = { audioMuted: wasMuted, videoStopped: wasStopped, token };
      if (isDeepStrictEqual(now, before)) return [];
      Object.assign(participant, now);
      if (participant.isPublishing) stage.isStale = true;
      return [];
    });
  }

  /** Its viewers and its recording end, too: the publication that they have may go on. */
  async #unpublish({ stage, participant }: Admitted): Promise<void> {
    const { stages, clock, recordings, forwarding } = this.#options;
    if (!participant.isPublishing) return;
    for (const { subscriptions } of stage.participants.values())
      for (const { publisherId, group = stage.sessionId, session } of subscriptions.values())
        if (publisherId === participant.id) await forwarding.closeForwarding(group, session);
    await recordings.end(stage.sessionId, participant.id);
    await stages.change(stage, () => {
      const ended = stage.endOfPublication(participant, clock.nowMs());
      participant.publication = undefined;
      return ended.map((one) => ({ ...one, replica: true }));
    });
  }

  async #end(row: ParticipantReplicaRow): Promise<void> {
    await this.#set(row, { state: "STOPPED", closes_at_ms: null });
    const shown = this.#shown.get(row.id);
    if (shown) await this.#hide(row.id, shown);
    // Where it never began there is nothing to end.
    else if (row.destination_session_id !== "")
      await this.#tellSource(row.participant_id, arnOf(sourceOf(row)), row);
  }

  async #hide(id: string, shown: Admitted): Promise<void> {
    const { stages } = this.#options;
    this.#shown.delete(id);
    this.#followed.get(id)?.end();
    this.#followed.delete(id);
    const { participant, stage } = shown;
    const { sourceStageArn = "", sourceSessionId = "" } = participant.replicaOf ?? {};
    await this.#unpublish(shown);
    await stages.leave(shown);
    const ended = {
      ...{ source_session_id: sourceSessionId, destination_session_id: stage.sessionId },
      destination_stage_id: stage.stage.id,
    };
    await this.#tellSource(participant.id, sourceStageArn, { ...stage.stage, ...ended });
  }

  async #tellSource(participantId: string, sourceArn: string, row: ReplicaPlaces): Promise<void> {
    const { stages, clock } = this.#options;
    const source = stages.of(sourceArn);
    const participant = source?.participants.get(participantId);
    if (!source || !participant) return;
    const isOther = [...this.#shown.values()].some(
      (one) =>
        one.participant.id === participantId &&
        one.participant.replicaOf?.group === source.sessionId,
    );
    await stages.change(source, () => [
      replication("STOPPED", row, participant, clock.nowMs(), isOther),
    ]);
  }

  async #fail(row: ParticipantReplicaRow, failure: string): Promise<void> {
    await this.#set(row, { state: "STOPPED", failure });
  }

  async #set({ id }: ParticipantReplicaRow, change: ReplicaChange): Promise<void> {
    const { store } = this.#options;
    await store.tables<RealTimeTables>().transaction(({ db }) => setReplica(db, id, change));
  }
}

/** Begins the name of what a replica publishes, which is nobody's connection. */
const REPLICA = "replica-";

type ReplicaPlaces = Pick<
  ParticipantReplicaRow,
  "source_session_id" | "destination_stage_id" | "destination_session_id"
>;

function sourceOf(row: ParticipantReplicaRow): StageReference {
  return { accountId: row.account_id, region: row.region, id: row.source_stage_id };
}

function arnOf(stage: StageReference): string {
  return arns.arn(stage, "stage", stage.id);
}

/** The replica's place on its stage, as if it had a token. */
function replicaToken(row: ParticipantReplicaRow, { token }: Participant): StageToken {
  const stage = { ...sourceOf(row), type: "stage", id: row.destination_stage_id } as const;
  const stageArn = arnOf(stage);
  const given: Record<string, string> = JSON.parse(row.attributes);
  return {
    ...{ ...token, stage, stageArn, resource: stageArn, topic: stage.id },
    ...{ attributes: { ...token.attributes, ...given }, canPublish: true, canSubscribe: false },
  };
}

/** A replication's begin or end, as an event of the source. */
function replication(
  what: "STARTED" | "STOPPED",
  { destination_stage_id: id, destination_session_id: destinationSessionId }: ReplicaPlaces,
  { id: participantId, token }: Participant,
  atMs: number,
  isStillReplicated = what === "STARTED",
): ParticipantOccurrence {
  const { stage } = token;
  const destinationStageArn = arns.arn(stage, "stage", id);
  const name = what === "STARTED" ? "Participant Replication Start" : "Participant Replication End";
  return {
    ...{ participantId, atMs, name: `REPLICATION_${what}`, destinationStageArn },
    destinationSessionId,
    change: {
      replication_type: "SOURCE",
      replication_state: isStillReplicated ? "ACTIVE" : "STOPPED",
    },
    update: {
      ...{ name, participantId, userId: token.userId },
      ...{ destinationStageArn, destinationSessionId },
    },
  };
}
