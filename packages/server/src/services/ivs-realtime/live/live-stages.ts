import type { Clock } from "../../../kernel/clock.ts";
import { errorTrace } from "../../../kernel/error-class.ts";
import type { Ids } from "../../../kernel/ids.ts";
import type { ForwardingPort } from "../../../kernel/ports/forwarding.ts";
import type { Log } from "../../../kernel/ports/log.ts";
import type { NodePlaces } from "../../../kernel/ports/node-places.ts";
import type { Store, Transaction } from "../../../kernel/store.ts";
import { inBackground } from "../../../kernel/work/in-background.ts";
import { Periodic } from "../../../kernel/work/periodic.ts";
import { arns } from "../resource-arn.ts";
import { stageOfIngest } from "../rows/ingest-configurations.ts";
import { isRevoked } from "../rows/revoked-participants.ts";
import { findActiveSession, listActiveSessions } from "../rows/stage-sessions.ts";
import { findStage } from "../rows/stages.ts";
import {
  type ParticipantOccurrence,
  SessionLostError,
  type StageJournal,
} from "../sessions/stage-journal.ts";
import type { StageMessage, StageMessages } from "../sessions/stage-messages.ts";
import type { RealTimeTables, StageSessionRow } from "../tables.ts";
import type { StageToken, TokenRefusal } from "../tokens/stage-token.ts";
import type { ClientFacts } from "./client-facts.ts";
import { LiveStage } from "./live-stage.ts";
import type {
  GroupedSession,
  Participant,
  ParticipantEncoder,
  ReplicaSource,
} from "./participant.ts";
import { exchangedView, newRow } from "./participant-row.ts";

/** Rows and memory are compared this often, and participants without a connection looked for. */
const ROUND_MS = 2_000;
/** A participant that was admitted and never connected is forgotten after this. */
const ALONE_MAX_MS = 15_000;
/** `st-` and these make AWS's 16 characters. */
const SESSION_ID_RANDOM_LENGTH = 13;
/** Each look may find that the stage has changed hands meanwhile. */
const ADMISSION_ATTEMPTS = 3;

export interface LiveStagesOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
  readonly journal: StageJournal;
  readonly messages: StageMessages;
  readonly nodePlaces: NodePlaces;
  readonly forwarding: Pick<ForwardingPort, "closeForwarding">;
}

/** A participant on its stage. */
export interface Admitted {
  readonly stage: LiveStage;
  readonly participant: Participant;
}

/** The outcome of a join: the participant, a refusal, or the id of the node that has the stage. */
export type Admission = Admitted | TokenRefusal | { readonly elsewhere: string };

/** The stages of this node: who is on them, and what their sessions' rows say of it. */
export class LiveStages {
  readonly #options: LiveStagesOptions;
  readonly #store: Store<RealTimeTables>;
  readonly #stages = new Map<string, LiveStage>();
  readonly #bySession = new Map<string, LiveStage>();
  /** The work on each stage, one after the other, by the stage's ARN. */
  readonly #turns = new Map<string, Promise<unknown>>();
  readonly #rounds: Periodic;
  /** Called when rows of replicas have changed. */
  onReplicas: () => void = () => undefined;

  constructor(options: LiveStagesOptions) {
    this.#options = options;
    this.#store = options.store.tables<RealTimeTables>();
    this.#rounds = new Periodic({
      everyMs: ROUND_MS,
      round: () => this.#round(),
      failed: (err) => options.log.error({ err }, "Stages couldn't be compared with their rows"),
    });
  }

  /** Ends what an earlier process has left. */
  async start(): Promise<void> {
    this.#options.messages.listen({
      received: (message) => this.#received(message),
      interrupted: () => this.#recheckAll(),
    });
    await this.#round();
    this.#rounds.start();
  }

  /** Everyone leaves. Connections break without a word, so that clients come back. */
  async close(): Promise<void> {
    await this.#rounds.close();
    for (const { arn } of [...this.#stages.values()])
      await this.#inTurn(arn, () => this.#empty(arn, (participant) => participant.drop()));
  }

  /** Adds the token's participant to its stage. */
  async admit(
    token: StageToken,
    client: ClientFacts,
    encoder?: ParticipantEncoder,
    replicaOf?: ReplicaSource,
  ): Promise<Admission> {
    await this.#options.messages.ready();
    return this.#inTurn(token.stageArn, async () => {
      for (let attempt = 0; attempt < ADMISSION_ATTEMPTS; attempt += 1) {
        const outcome = await this.#admit(token, client, encoder, replicaOf);
        if (!("abandoned" in outcome)) return outcome;
        await this.#options.journal.endAbandoned(outcome.abandoned, this.#nowMs());
      }
      return { code: "INTERNAL", message: "The stage is changing hands" };
    });
  }

  /** The stages that somebody is on, of every account. */
  get all(): readonly LiveStage[] {
    return [...this.#stages.values()];
  }

  /** The stage of a session that is on this node. */
  ofSession(sessionId: string): LiveStage | undefined {
    return this.#bySession.get(sessionId);
  }

  /** The stage of an ARN that is on this node. */
  of(stageArn: string): LiveStage | undefined {
    return this.#stages.get(stageArn);
  }

  /** Takes a participant off its stage. */
  leave({ stage, participant }: Admitted): Promise<void> {
    return this.#inTurn(stage.arn, () => this.#remove(stage, participant, false));
  }

  /** Takes a participant off its stage once nothing connects it any more. */
  leaveIfGone({ stage, participant }: Admitted): Promise<void> {
    return this.#inTurn(stage.arn, async () => {
      if (participant.isGone) await this.#remove(stage, participant, false);
    });
  }

  /**
   * Changes a stage and records what `change` returns, after what was begun before. Clients get the
   * state if it is stale then.
   */
  change(stage: LiveStage, change: () => readonly ParticipantOccurrence[]): Promise<void> {
    return this.#inTurn(stage.arn, async () => {
      if (this.#bySession.get(stage.sessionId) !== stage) return;
      const occurrences = change();
      if (occurrences.length > 0) await this.#record(stage, occurrences);
      stage.showState();
    });
  }

  /** Gives a participant another token, which was verified. Resolves to the reason against it. */
  exchange({ stage, participant }: Admitted, token: StageToken): Promise<string | undefined> {
    const { id } = participant;
    return this.#inTurn(stage.arn, async () => {
      const previous = participant.token;
      const isSame = token.participantId === id && token.stageArn === stage.arn;
      if (!isSame) return "The new token is another participant's";
      if (!previous.isCustomers || !token.isCustomers)
        return "Only tokens that a customer has signed can be exchanged";
      participant.token = token;
      const shown = { previous: exchangedView(previous), next: exchangedView(token) };
      const tokens = { previousToken: shown.previous, newToken: shown.next };
      const { userId, attributes } = token;
      await this.#record(stage, [
        {
          ...{ participantId: id, atMs: this.#nowMs(), name: "TOKEN_EXCHANGED" },
          tokens: JSON.stringify(tokens),
          change: { user_id: userId, attributes: JSON.stringify(attributes) },
          update: { name: "Token Exchanged", participantId: id, userId, tokens: shown },
        },
      ]);
      if (participant.isPublishing) stage.isStale = true;
      stage.showState();
      return undefined;
    });
  }

  async #admit(
    token: StageToken,
    client: ClientFacts,
    encoder: ParticipantEncoder | undefined,
    replicaOf: ReplicaSource | undefined,
  ): Promise<Admission | { readonly abandoned: StageSessionRow }> {
    const { stage: at, stageArn, participantId } = token;
    const { journal, ids, nodePlaces } = this.#options;
    const live = this.#stages.get(stageArn);
    const freshId = `st-${ids.alphanumeric(SESSION_ID_RANDOM_LENGTH)}`;
    const nowMs = this.#nowMs();
    const nodeId = nodePlaces.id;
    const isBack = live?.participants.has(participantId) === true;
    const decided = await this.#store.transaction(async (tx) => {
      const refusal = await this.#refusalOf(tx, token, encoder);
      if (refusal) return refusal;
      const active = await findActiveSession(tx.db, at);
      const isHere = active !== undefined && active.session_id === live?.sessionId;
      if (active && !(isHere && active.owner === nodeId)) return { other: active };
      const sessionId = active?.session_id ?? freshId;
      const session = { stage: at, sessionId };
      if (!active) await journal.begin(tx, session, nowMs);
      if (!isBack || !active)
        await journal.admit(
          tx,
          session,
          newRow(token, sessionId, client, encoder, replicaOf, nowMs),
        );
      return { sessionId };
    });
    if ("code" in decided) return decided;
    if ("other" in decided) return this.#elsewhere(decided.other);
    if (live && live.sessionId !== decided.sessionId) this.#drop(live);
    const stage = this.#stages.get(stageArn) ?? new LiveStage(token, decided.sessionId);
    this.#stages.set(stageArn, stage);
    this.#bySession.set(stage.sessionId, stage);
    return { stage, participant: stage.admit(token, client, nowMs, encoder, replicaOf) };
  }

  async #refusalOf(
    { db }: Transaction<RealTimeTables>,
    { stage, participantId }: StageToken,
    encoder: ParticipantEncoder | undefined,
  ): Promise<TokenRefusal | undefined> {
    if (!(await findStage(db, stage, stage.id)))
      return { code: "STAGE_DELETED", message: "The stage doesn't exist" };
    if (!encoder && (await isRevoked(db, stage, participantId)))
      return { code: "PARTICIPANT_DISCONNECTED", message: "The participant was disconnected" };
    return undefined;
  }

  /** The node that has the session, unless it is over: then the session is abandoned. */
  async #elsewhere(
    row: StageSessionRow,
  ): Promise<{ readonly elsewhere: string } | { readonly abandoned: StageSessionRow }> {
    const { nodePlaces } = this.#options;
    const url = row.owner === nodePlaces.id ? undefined : await nodePlaces.urlOf(row.owner);
    return url === undefined ? { abandoned: row } : { elsewhere: row.owner };
  }

  async #remove(stage: LiveStage, participant: Participant, kicked: boolean): Promise<void> {
    if (!stage.has(participant)) return;
    const { sessions } = participant;
    await this.#record(stage, stage.remove(participant, this.#nowMs(), { kicked }));
    await this.#closeMedia(stage, sessions);
    stage.showState();
  }

  async #closeMedia({ sessionId }: LiveStage, sessions: readonly GroupedSession[]): Promise<void> {
    const { forwarding, log } = this.#options;
    for (const { group = sessionId, session } of sessions)
      await forwarding.closeForwarding(group, session).catch((error) => {
        log.error({ error: errorTrace(error) }, "A participant's media couldn't be ended");
      });
  }

  /** Records what happened; ends the session with it where nobody is left. */
  async #record(stage: LiveStage, occurrences: readonly ParticipantOccurrence[]): Promise<void> {
    const { journal, log } = this.#options;
    const isOver = stage.participants.size === 0;
    if (isOver) this.#forget(stage);
    try {
      if (isOver) await journal.end(stage, this.#nowMs(), ...occurrences);
      else await journal.record(stage, ...occurrences);
    } catch (err) {
      // Rows that weren't written are mended by a round; a session that was lost is another's.
      if (err instanceof SessionLostError) this.#drop(stage);
      else log.error({ err, stageArn: stage.arn }, "Events of a stage couldn't be recorded");
    }
  }

  /** Gives a stage up whose session is another node's: its clients come back, and find it there. */
  #drop(stage: LiveStage): void {
    this.#forget(stage);
    for (const participant of stage.participants.values()) {
      inBackground(this.#closeMedia(stage, participant.sessions));
      participant.drop();
    }
    stage.participants.clear();
  }

  #forget(stage: LiveStage): void {
    if (this.#stages.get(stage.arn) === stage) this.#stages.delete(stage.arn);
    this.#bySession.delete(stage.sessionId);
  }

  async #empty(arn: string, farewell: (participant: Participant) => void): Promise<void> {
    const stage = this.#stages.get(arn);
    for (const participant of [...(stage?.participants.values() ?? [])]) {
      farewell(participant);
      if (stage) await this.#remove(stage, participant, false);
    }
  }

  #received(message: StageMessage): void {
    if (message.kind === "replicas") return void this.onReplicas();
    const stage = this.#stages.get(message.stageArn);
    if (!stage) return;
    const obey = async () => {
      if (message.kind === "deleted") return this.#deleted(stage.arn);
      for (const participant of stage.orderedOut(message.participantId))
        await this.#kick(stage, participant, message.reason);
    };
    inBackground(this.#inTurn(stage.arn, obey));
  }

  async #kick(stage: LiveStage, participant: Participant, reason: string): Promise<void> {
    participant.disconnect("PARTICIPANT_DISCONNECTED", reason);
    await this.#remove(stage, participant, true);
  }

  #deleted(arn: string): Promise<void> {
    return this.#empty(arn, (participant) =>
      participant.disconnect("STAGE_DELETED", "The stage was deleted"),
    );
  }

  /** Orders may have been missed: what they would have been about is in the rows. */
  #recheckAll(): void {
    for (const arn of this.#stages.keys())
      inBackground(this.#inTurn(arn, () => this.#recheck(arn)));
  }

  async #recheck(arn: string): Promise<void> {
    const stage = this.#stages.get(arn);
    if (!stage) return;
    const { db } = this.#store;
    if (!(await findStage(db, stage.stage, stage.stage.id))) return this.#deleted(arn);
    for (const participant of [...stage.participants.values()])
      if (await this.#isOut(stage, participant)) await this.#kick(stage, participant, "");
  }

  /** Whether the participant has no place on the stage any more. */
  async #isOut({ stage, arn }: LiveStage, { id, encoder }: Participant): Promise<boolean> {
    const { db } = this.#store;
    if (!encoder) return isRevoked(db, stage, id);
    return (await stageOfIngest(db, encoder.configurationArn)) !== arn;
  }

  async #round(): Promise<void> {
    const { nodePlaces } = this.#options;
    const active = await listActiveSessions(this.#store.db);
    for (const row of active) {
      const at = { accountId: row.account_id, region: row.region };
      const arn = arns.arn(at, "stage", row.stage_id);
      if (this.#stages.get(arn)?.sessionId === row.session_id) continue;
      if (row.owner !== nodePlaces.id && (await nodePlaces.urlOf(row.owner)) !== undefined)
        continue;
      await this.#inTurn(arn, () => this.#endAbandoned(arn, row));
    }
    const own = new Set(
      active.filter(({ owner }) => owner === nodePlaces.id).map((row) => row.session_id),
    );
    for (const stage of [...this.#stages.values()])
      await this.#inTurn(stage.arn, () => this.#look(stage, own));
  }

  async #endAbandoned(arn: string, row: StageSessionRow): Promise<void> {
    // It may have begun after the rows were read.
    if (this.#stages.get(arn)?.sessionId === row.session_id) return;
    await this.#options.journal.endAbandoned(row, this.#nowMs());
  }

  async #look(stage: LiveStage, own: ReadonlySet<string>): Promise<void> {
    if (this.#stages.get(stage.arn) !== stage) return;
    if (!own.has(stage.sessionId)) {
      const active = await findActiveSession(this.#store.db, stage.stage);
      const isOurs = active?.owner === this.#options.nodePlaces.id;
      if (!isOurs || active.session_id !== stage.sessionId) return this.#drop(stage);
    }
    stage.sendSubscriberCount();
    const beforeMs = this.#nowMs() - ALONE_MAX_MS;
    for (const participant of [...stage.participants.values()])
      if ((participant.aloneSinceMs ?? Number.POSITIVE_INFINITY) < beforeMs)
        await this.#remove(stage, participant, false);
  }

  /** Runs `work` after all that was begun on the stage before. */
  #inTurn<T>(arn: string, work: () => Promise<T>): Promise<T> {
    const before = this.#turns.get(arn) ?? Promise.resolve();
    const mine = before.then(work);
    const settled = mine
      .catch(() => undefined)
      .then(() => {
        if (this.#turns.get(arn) === settled) this.#turns.delete(arn);
      });
    this.#turns.set(arn, settled);
    return mine;
  }

  #nowMs(): number {
    return this.#options.clock.nowMs();
  }
}
