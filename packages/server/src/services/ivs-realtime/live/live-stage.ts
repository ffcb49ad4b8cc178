import type { ParticipantOccurrence, SessionReference } from "../sessions/stage-journal.ts";
import type { StageToken } from "../tokens/stage-token.ts";
import { messageFrame, Participant } from "./participant.ts";

/** Capabilities of this server that Amazon's clients use where they are listed. */
const SERVER_FEATURES: readonly string[] = [];

/** A stage with participants, all of which are on this node. */
export class LiveStage implements SessionReference {
  readonly arn: string;
  readonly stage: SessionReference["stage"];
  readonly sessionId: string;
  readonly participants = new Map<string, Participant>();
  /** Counts the states that were sent: older ones are dropped by clients. */
  #sequence = 0;
  /** Participants that were disconnected by an API request since the last state. */
  #kicked: readonly string[] = [];

  constructor({ stage, stageArn }: StageToken, sessionId: string) {
    this.arn = stageArn;
    this.stage = stage;
    this.sessionId = sessionId;
  }

  /** The token's participant, which is added where it isn't there. */
  admit(token: StageToken, nowMs: number): Participant {
    const present = this.participants.get(token.participantId);
    if (present) {
      present.token = token;
      return present;
    }
    const participant = new Participant(token);
    participant.aloneSinceMs = nowMs;
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
    if (kicked) this.#kicked = [...this.#kicked, participant.id];
    const { id: participantId } = participant;
    return [{ participantId, atMs, name: "LEFT", change: { state: "DISCONNECTED" } }];
  }

  /** Sends everyone the state as it is now. */
  sendState(): void {
    this.#sequence += 1;
    const frame = this.#frame(this.#kicked);
    this.#kicked = [];
    for (const participant of this.participants.values()) participant.send(frame);
  }

  /** Sends one participant the state as it was sent last. */
  sendStateTo(participant: Participant): void {
    participant.send(this.#frame([]));
  }

  #frame(kicked: readonly string[]): Buffer {
    const participants = [...this.participants.values()]
      .filter(({ isPublishing }) => isPublishing)
      .map(({ id, token, audioMuted, videoStopped }) => ({
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
