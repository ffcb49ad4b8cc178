import {
  type ForwardedPublish,
  MediaError,
  type PublishRequest,
  type RefusedPublish,
} from "@rolecast/media";
import { AwsError } from "../../../kernel/aws-error.ts";
import type { Clock } from "../../../kernel/clock.ts";
import type { Ids } from "../../../kernel/ids.ts";
import type { EncoderCircumstances, ForwardingPort } from "../../../kernel/ports/forwarding.ts";
import type { Log } from "../../../kernel/ports/log.ts";
import type { NodePlaces } from "../../../kernel/ports/node-places.ts";
import type { Store } from "../../../kernel/store.ts";
import { inBackground } from "../../../kernel/work/in-background.ts";
import { Periodic } from "../../../kernel/work/periodic.ts";
import type { StageRecordings } from "../recording/stage-recordings.ts";
import { isPublishing } from "../rows/participant-events.ts";
import {
  findReplica,
  listActiveReplicas,
  type ReplicaChange,
  setReplica,
} from "../rows/participant-replicas.ts";
import { findActiveSession, findSessionOwner } from "../rows/stage-sessions.ts";
import type { ParticipantReplicaRow, RealTimeTables } from "../tables.ts";
import type { Admitted, LiveStages } from "./live-stages.ts";
import type { NodeCalls } from "./node-calls.ts";
import type { Participant } from "./participant.ts";
import {
  MIRROR_NAME,
  type ReplicaAnswer,
  type ReplicaFacts,
  ReplicaMirrors,
  SHOW_REPLICA,
} from "./replica-mirrors.ts";
import { type ReplicaPlaces, replication, sourceOf, stageArnOf } from "./replica-token.ts";
import { isOfThisNode, ShownReplicas } from "./shown-replicas.ts";

/** Replicas are compared with their rows this often, and at each change that is known here. */
const ROUND_MS = 1_000;
/** Media of a source on another node that doesn't come for so long has been lost. */
const MIRROR_WAIT_MS = 30_000;

const NOT_SHOWN: RefusedPublish = {
  allow: false,
  reason: "The replica isn't shown here any more",
};

export interface StageReplicasOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  readonly nodePlaces: NodePlaces;
  readonly stages: LiveStages;
  readonly recordings: Pick<StageRecordings, "begin" | "end">;
  readonly ids: Ids;
  readonly calls: NodeCalls;
  readonly forwarding: Pick<
    ForwardingPort,
    "closeForwarding" | "openMirror" | "closeMirror" | "listen" | "admitEncoders"
  >;
}

/**
 * Participants that are shown on other stages, too. Rows say which; this compares them with the
 * stages of this node. The node of the replica's stage decides on it once it is shown. A source on
 * another node is mirrored here by that node: docs/adr/0044.
 */
export class StageReplicas {
  readonly #options: StageReplicasOptions;
  readonly #rounds: Periodic;
  /** Replicas on stages of this node. */
  readonly #shown: ShownReplicas;
  /** Replicas of sources here on other nodes' stages. */
  readonly #mirrors: ReplicaMirrors;
  /** Rows whose mirror couldn't be opened: that is logged once. */
  readonly #silent = new Set<string>();
  /** Since when a shown row's mirror has been missing, in milliseconds since the epoch. */
  readonly #missing = new Map<string, number>();
  #stop: (() => void)[] = [];

  constructor(options: StageReplicasOptions) {
    this.#options = options;
    this.#shown = new ShownReplicas(options);
    this.#mirrors = new ReplicaMirrors(options, () => inBackground(this.#rounds.wake()));
    options.calls.handle(SHOW_REPLICA, (facts: ReplicaFacts) => this.#show(facts));
    this.#rounds = new Periodic({
      everyMs: ROUND_MS,
      round: () => this.#round(),
      failed: (err) => options.log.error({ err }, "Replicas couldn't be compared with their rows"),
    });
  }

  start(): void {
    const { stages, forwarding } = this.#options;
    stages.onReplicas = () => inBackground(this.#rounds.wake());
    this.#stop = [
      forwarding.listen((event) => {
        if (event.type === "mirror-ended") this.#mirrors.ended(event.session);
      }),
      forwarding.admitEncoders((request, circumstances) => this.#admit(request, circumstances)),
    ];
    this.#rounds.start();
  }

  close(): Promise<void> {
    for (const stop of this.#stop) stop();
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
    for (const id of this.#shown.ids) if (!ids.has(id)) await this.#hide(id);
    for (const id of this.#mirrors.ids) if (!ids.has(id)) await this.#endMirror(id);
    for (const id of this.#missing.keys()) if (!ids.has(id)) this.#missing.delete(id);
    // A node that doesn't answer keeps no other's waiting.
    const { log } = this.#options;
    const failed = (err: unknown) => log.error({ err }, "A replica couldn't be compared");
    await Promise.all(active.map((row) => this.#compare(row).catch(failed)));
  }

  async #compare(row: ParticipantReplicaRow): Promise<void> {
    const source = this.#sourceHere(row);
    const shown = this.#shown.get(row.id);
    if (shown) return this.#keep(row, shown, source);
    if (row.destination_session_id !== "") {
      const node = await this.#otherNodeOf(row.destination_session_id);
      if (node !== undefined) return source && this.#mirror(row, source, node);
      // A process that has died had it.
      return (await this.#isOurs(row)) ? this.#end(row) : undefined;
    }
    if (!(await this.#isOurs(row))) return;
    return source ? this.#begin(row, source) : this.#end(row);
  }

  /** The source while it publishes on a stage of this node. */
  #sourceHere(row: ParticipantReplicaRow): Admitted | undefined {
    const stage = this.#options.stages.of(stageArnOf(sourceOf(row)));
    const participant = stage?.participants.get(row.participant_id);
    return stage && participant?.isPublishing ? { stage, participant } : undefined;
  }

  /** The node that has the source's stage decides; any node does where nobody is on it. */
  async #isOurs(row: ParticipantReplicaRow): Promise<boolean> {
    const { store, nodePlaces } = this.#options;
    const { db } = store.tables<RealTimeTables>();
    const session = await findActiveSession(db, sourceOf(row));
    return session === undefined || session.owner === nodePlaces.id;
  }

  /** The living node that has a session; undefined where that is this one, or none. */
  async #otherNodeOf(sessionId: string): Promise<string | undefined> {
    const { store, nodePlaces } = this.#options;
    const owner = await findSessionOwner(store.tables<RealTimeTables>().db, sessionId);
    if (owner === undefined || owner === nodePlaces.id) return undefined;
    return (await nodePlaces.urlOf(owner)) === undefined ? undefined : owner;
  }

  async #keep(
    row: ParticipantReplicaRow,
    shown: Admitted,
    source: Admitted | undefined,
  ): Promise<void> {
    const { stage, participant } = shown;
    if (!stage.has(participant)) return this.#end(row);
    if (source) {
      if (!isOfThisNode(participant)) await this.#shown.unpublish(shown);
      if (row.closes_at_ms !== null) await this.#set(row, { closes_at_ms: null });
      await this.#noteSession(row, source);
      return this.#shown.publish(row, shown, source);
    }
    const isElsewhere = await this.#publishesElsewhere(row);
    if (!isElsewhere || isOfThisNode(participant)) await this.#shown.unpublish(shown);
    const nowMs = this.#options.clock.nowMs();
    // Its mirror comes, or comes again: that node sees to it, unless it isn't reached.
    if (isElsewhere && !this.#isLost(row.id, participant, nowMs)) return;
    const closesAtMs = row.closes_at_ms ?? nowMs + row.reconnect_window_seconds * 1_000;
    if (closesAtMs <= nowMs) await this.#end(row);
    else if (row.closes_at_ms === null) await this.#set(row, { closes_at_ms: closesAtMs });
  }

  #isLost(id: string, { isPublishing }: Participant, nowMs: number): boolean {
    if (isPublishing) {
      this.#missing.delete(id);
      return false;
    }
    const sinceMs = this.#missing.get(id) ?? nowMs;
    this.#missing.set(id, sinceMs);
    return nowMs - sinceMs >= MIRROR_WAIT_MS;
  }

  /** Whether the source publishes on a stage of another node. */
  async #publishesElsewhere(row: ParticipantReplicaRow): Promise<boolean> {
    const { db } = this.#options.store.tables<RealTimeTables>();
    const session = await findActiveSession(db, sourceOf(row));
    if (!session || (await this.#otherNodeOf(session.session_id)) === undefined) return false;
    return isPublishing(db, session.session_id, row.participant_id);
  }

  async #begin(row: ParticipantReplicaRow, source: Admitted): Promise<void> {
    const admission = await this.#shown.admit(row, source.participant.token, {
      ...{ sourceStageArn: source.stage.arn, sourceSessionId: source.stage.sessionId },
      client: source.participant.client,
    });
    if (admission.state === "refused") return this.#fail(row, admission.message);
    if (admission.state === "elsewhere") return this.#mirror(row, source, admission.node);
    const { shown } = admission;
    const { sessionId } = shown.stage;
    if (!(await this.#set(row, { destination_session_id: sessionId })))
      return void (await this.#shown.hide(row.id));
    await this.#recordStart({ ...row, destination_session_id: sessionId }, source);
    await this.#shown.publish(row, shown, source);
  }

  async #recordStart(row: ParticipantReplicaRow, { stage, participant }: Admitted): Promise<void> {
    const { stages, clock } = this.#options;
    await stages.change(stage, () => [replication("STARTED", row, participant, clock.nowMs())]);
  }

  /** Has the node of the replica's stage show it, and tries again in each round. */
  async #mirror(row: ParticipantReplicaRow, source: Admitted, node: string): Promise<void> {
    const isNew = row.destination_session_id === "";
    try {
      const answer = await this.#mirrors.show(row, source, node);
      if (answer.state === "refused" && isNew) return await this.#fail(row, answer.message);
      if (answer.state !== "shown") return;
      this.#silent.delete(row.id);
    } catch (error) {
      if (!(error instanceof AwsError || error instanceof MediaError)) throw error;
      const { message } = error;
      if (isNew) return this.#fail(row, `The stages are on different nodes: ${message}`);
      if (!this.#silent.has(row.id))
        this.#options.log.warn({ message, node }, "A replica's node isn't sent its source's media");
      this.#silent.add(row.id);
      return;
    }
    if (!isNew) return this.#noteSession(row, source);
    const { db } = this.#options.store.tables<RealTimeTables>();
    const begun = await findReplica(db, row.id);
    if (begun) await this.#recordStart(begun, source);
  }

  /** The source is back in another session: its replication has begun there, too. */
  async #noteSession(row: ParticipantReplicaRow, source: Admitted): Promise<void> {
    const { sessionId } = source.stage;
    if (row.source_session_id === sessionId) return;
    await this.#set(row, { source_session_id: sessionId });
    await this.#recordStart(row, source);
  }

  async #endMirror(id: string): Promise<void> {
    this.#silent.delete(id);
    const mirror = await this.#mirrors.end(id);
    const { db } = this.#options.store.tables<RealTimeTables>();
    const row = mirror && (await findReplica(db, id));
    if (row && row.destination_session_id !== "")
      await this.#tellSource(row.participant_id, mirror.stage.arn, row);
  }

  /** Shows a source on the node that asks. */
  async #show(facts: ReplicaFacts): Promise<ReplicaAnswer> {
    const { db } = this.#options.store.tables<RealTimeTables>();
    const row = await findReplica(db, facts.id);
    if (row?.state !== "ACTIVE") return { state: "over" };
    if (!this.#shown.get(row.id)) {
      if (row.destination_session_id !== "") return { state: "over" };
      const joined = await this.#shown.admit(row, facts, facts);
      if (joined.state === "refused") return joined;
      if (joined.state === "elsewhere") return { state: "elsewhere" };
    }
    const shown = this.#shown.get(row.id);
    if (!shown?.stage.has(shown.participant)) return { state: "over" };
    await this.#shown.reflect(row, shown, { ...facts, token: facts });
    return { state: "shown" };
  }

  /** The media of a source on another node, which that node has said is coming. */
  async #admit(
    { name }: PublishRequest,
    { isHandedOn }: EncoderCircumstances,
  ): Promise<ForwardedPublish | RefusedPublish | undefined> {
    if (!isHandedOn || !name.startsWith(MIRROR_NAME)) return undefined;
    const { store } = this.#options;
    const id = name.slice(MIRROR_NAME.length);
    const shown = this.#shown.get(id);
    const row = await findReplica(store.tables<RealTimeTables>().db, id);
    if (!shown?.stage.has(shown.participant) || row?.state !== "ACTIVE") return NOT_SHOWN;
    const forward = await this.#shown.expect(shown);
    const change = { destination_session_id: shown.stage.sessionId, closes_at_ms: null };
    if (!(await this.#set(row, change))) return NOT_SHOWN;
    return { allow: true, forward, sourceLimits: undefined };
  }

  async #end(row: ParticipantReplicaRow): Promise<void> {
    await this.#mirrors.end(row.id);
    await this.#set(row, { state: "STOPPED", closes_at_ms: null });
    if (this.#shown.get(row.id)) await this.#hide(row.id);
    // Where it never began there is nothing to end.
    else if (row.destination_session_id !== "")
      await this.#tellSource(row.participant_id, stageArnOf(sourceOf(row)), row);
  }

  async #hide(id: string): Promise<void> {
    const hidden = await this.#shown.hide(id);
    if (hidden) await this.#tellSource(hidden.participantId, hidden.sourceStageArn, hidden);
  }

  async #tellSource(participantId: string, sourceArn: string, row: ReplicaPlaces): Promise<void> {
    const { stages, clock } = this.#options;
    const source = stages.of(sourceArn);
    const participant = source?.participants.get(participantId);
    if (!source || !participant) return;
    const isOther =
      this.#mirrors.has({ stage: source, participant }) ||
      this.#shown.has({ stage: source, participant });
    await stages.change(source, () => [
      replication("STOPPED", row, participant, clock.nowMs(), isOther),
    ]);
  }

  async #fail(row: ParticipantReplicaRow, failure: string): Promise<void> {
    await this.#set(row, { state: "STOPPED", failure });
  }

  /** False where the replica has ended, or was withdrawn. */
  #set({ id }: ParticipantReplicaRow, change: ReplicaChange): Promise<boolean> {
    const { store } = this.#options;
    return store.tables<RealTimeTables>().transaction(({ db }) => setReplica(db, id, change));
  }
}
