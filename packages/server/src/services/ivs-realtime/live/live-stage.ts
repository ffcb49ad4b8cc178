import { Paced } from "../../../kernel/work/paced.ts";
import type { ParticipantOccurrence, SessionReference } from "../sessions/stage-journal.ts";
import type { StageToken } from "../tokens/stage-token.ts";
import type { ClientFacts } from "./client-facts.ts";
import {
  type MediaSession,
  messageFrame,
  Participant,
  type ParticipantEncoder,
  type ReplicaSource,
} from "./participant.ts";

/** Capabilities of this server that Amazon's clients use where they are listed. */
const SERVER_FEATURES: readonly string[] = ["xdp"];

/**
 * A stage's state is sent to all at most this often, whatever its participants do: one that mutes
 * and unmutes all the time costs the others no more than this. The first change is sent at once.
 */
export const STATE_EVERY_MS = 100;

/** A stage with participants, all of which are on this node. */
export class LiveStage implements SessionReference {
  readonly arn: string;
  readonly stage: SessionReference["stage"];
  readonly sessionId: string;
  readonly participants = new Map<string, Participant>();
  readonly #subscribers = new Set<Participant>();
  /** By session. */
  readonly #subscriberBy = new Map<string, Participant>();
  /** Clients don't know the present state yet. */
  isStale = false;
  /** Counts the states that were sent: older ones are dropped by clients. */
  #sequence = 0;
  /** The number of subscribers that clients know, and the count of messages that said one. */
  #counted = { subscribers: 0, sequence: 1 };
  /** Participants that were disconnected by an API request since the last state. */
  #kicked: readonly string[] = [];
  /** Called after each state that was sent to all. */
  readonly onState = new Set<() => void>();
  readonly #states = new Paced(STATE_EVERY_MS, () => this.#sendState());

  constructor({ stage, stageArn }: StageToken, sessionId: string) {
    this.arn = stageArn;
    this.stage = stage;
    this.sessionId = sessionId;
  }

  get reference(): SessionReference {
    return { stage: this.stage, sessionId: this.sessionId };
  }

  /** Those who publish, or are about to. */
  get publishers(): number {
    const all = [...this.participants.values()];
    return all.filter(({ publication }) => publication !== undefined).length;
  }

  get subscriptions(): number {
    return this.#subscriberBy.size;
  }

  /** Those who subscribe to anything. */
  get subscribers(): number {
    return this.#subscribers.size;
  }

  has(participant: Participant): boolean {
    return this.participants.get(participant.id) === participant;
  }

  /** The participant whose subscription it is. */
  subscriberBy(session: string): Participant | undefined {
    return this.#subscriberBy.get(session);
  }

  /** The participant whose publication it is. */
  publisherBy(session: string): Participant | undefined {
    const all = [...this.participants.values()];
    return all.find(({ publication }) => publication?.session === session);
  }

  /** Whether media of the participant that is shown so arrives. */
  isPublished(shownId: string): boolean {
    const named = this.participants.get(shownId);
    if (named && named.shownId === shownId) return named.isPublishing;
    return [...this.participants.values()].some(
      (one) => one.isPublishing && one.shownId === shownId,
    );
  }

  /** Whether the participant that is shown so publishes by an encoder's protocol. */
  hasEncoder(shownId: string): boolean {
    const all = [...this.participants.values()];
    return all.some((one) => one.encoder !== undefined && one.shownId === shownId);
  }

  /** The participants that have to go when one is disconnected: its redundant encoder does, too. */
  orderedOut(participantId: string): readonly Participant[] {
    const named = this.participants.get(participantId);
    const shownId = named?.shownId ?? participantId;
    const all = [...this.participants.values()];
    return all.filter((one) => one === named || (one.encoder && one.shownId === shownId));
  }

  addSubscription(participant: Participant, subscription: MediaSession): void {
    participant.subscriptions.set(subscription.session, subscription);
    this.#subscriberBy.set(subscription.session, participant);
    this.#subscribers.add(participant);
  }

  removeSubscription(participant: Participant, session: string): void {
    participant.subscriptions.delete(session);
    this.#subscriberBy.delete(session);
    if (participant.subscriptions.size === 0) this.#subscribers.delete(participant);
  }

  /** The token's participant, which is added where it isn't there. */
  admit(
    token: StageToken,
    client: ClientFacts,
    nowMs: number,
    encoder?: ParticipantEncoder,
    replicaOf?: ReplicaSource,
  ): Participant {
    const participant =
      this.participants.get(token.participantId) ??
      new Participant(token, client, nowMs, encoder, replicaOf);
    this.participants.set(participant.id, participant);
    return participant;
  }

  /** Removes a participant. Returns what is to be recorded of it. */
  remove(
    participant: Participant,
    atMs: number,
    { kicked }: { readonly kicked: boolean },
  ): readonly ParticipantOccurrence[] {
    this.participants.delete(participant.id);
    this.#subscribers.delete(participant);
    for (const session of participant.subscriptions.keys()) this.#subscriberBy.delete(session);
    if (kicked) {
      this.#kicked = [...this.#kicked, participant.id];
      this.isStale = true;
    }
    const { id: participantId, subscriptions } = participant;
    const stopped = [...subscriptions.values()].filter(({ isConnected }) => isConnected);
    return [
      ...stopped.map(({ publisherId: remoteParticipantId }) => ({
        ...({ participantId, atMs, name: "SUBSCRIBE_STOPPED", remoteParticipantId } as const),
      })),
      ...this.endOfPublication(participant, atMs),
      { participantId, atMs, name: "LEFT", change: { state: "DISCONNECTED" } },
    ];
  }

  /** The occurrence to record of a participant that publishes no longer. */
  endOfPublication(participant: Participant, atMs: number): readonly ParticipantOccurrence[] {
    const { id: participantId, isPublishing, token, encoder } = participant;
    if (!isPublishing) return [];
    this.isStale = true;
    const { userId } = token;
    const update = { name: "Participant Unpublished", participantId, userId } as const;
    const ingest =
      encoder && !this.#publishesToo(participant)
        ? ({ arn: encoder.configurationArn, state: "INACTIVE" } as const)
        : undefined;
    return [{ participantId, atMs, name: "PUBLISH_STOPPED", update, ingest }];
  }

  /** Whether the other one of two redundant encoders publishes. */
  #publishesToo({ id, shownId }: Participant): boolean {
    return [...this.participants.values()].some(
      (one) => one.id !== id && one.shownId === shownId && one.isPublishing,
    );
  }

  /** Sends everyone the state, if they don't know it yet: at once, or soon after the last one. */
  showState(): void {
    if (this.isStale) this.#states.ask();
  }

  #sendState(): void {
    this.#sequence += 1;
    const frame = this.#frame(this.#kicked);
    this.#kicked = [];
    this.isStale = false;
    for (const participant of this.participants.values()) participant.send(frame);
    for (const run of this.onState) run();
  }

  /** Sends one participant the state as it was sent last. */
  sendStateTo(participant: Participant): void {
    participant.send(this.#frame([]));
    participant.send(this.#countFrame());
  }

  /** Sends everyone the number of subscribers, if it isn't the one that was sent last. */
  sendSubscriberCount(): void {
    if (this.#counted.subscribers === this.subscribers) return;
    this.#counted = { subscribers: this.subscribers, sequence: this.#counted.sequence + 1 };
    const frame = this.#countFrame();
    for (const participant of this.participants.values()) participant.send(frame);
  }

  #countFrame(): Buffer {
    const { subscribers: count, sequence: sequenceNumber } = this.#counted;
    return messageFrame("aws:ivs:SUBSCRIBER_COUNT", { sequenceNumber, count });
  }

  #frame(kicked: readonly string[]): Buffer {
    const publishing = [...this.participants.values()].filter(({ isPublishing }) => isPublishing);
    // Of two redundant encoders one is shown.
    const shown = new Map(publishing.map((one) => [one.shownId, one]));
    const participants = [...shown].map(([id, { token, audioMuted, videoStopped }]) => ({
      ...{ id, userId: token.userId, attributes: token.attributes },
      ...{ isPublishing: true, audioMuted, videoStopped },
    }));
    return messageFrame("aws:ivs:STAGE_STATE", {
      sequenceNumber: this.#sequence,
      stageId: this.stage.id,
      participants,
      disconnected: kicked.map((id) => ({ id, status: "KICKED" })),
      serverFeatures: SERVER_FEATURES,
    });
  }
}
