import { isDeepStrictEqual } from "node:util";
import type { EncoderPublication } from "@rolecast/media";
import type { Clock } from "../../../kernel/clock.ts";
import { errorTrace } from "../../../kernel/error-class.ts";
import type { Ids } from "../../../kernel/ids.ts";
import type { ForwardingPort } from "../../../kernel/ports/forwarding.ts";
import type { Log } from "../../../kernel/ports/log.ts";
import type { StageRecordings } from "../recording/stage-recordings.ts";
import type { ParticipantReplicaRow } from "../tables.ts";
import type { LiveStage } from "./live-stage.ts";
import type { Admitted, LiveStages } from "./live-stages.ts";
import type { Participant } from "./participant.ts";
import type { ReplicaFacts } from "./replica-mirrors.ts";
import { type ReplicaPlaces, replicaToken } from "./replica-token.ts";

/** Begins the name of what a replica publishes of a source on this node: nobody's connection. */
const REPLICA = "replica-";
const SESSION_LENGTH = 22;

export interface ShownReplicasOptions {
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
  readonly stages: LiveStages;
  readonly recordings: Pick<StageRecordings, "begin" | "end">;
  readonly forwarding: Pick<ForwardingPort, "closeForwarding">;
}

/** The outcome of a replica's join; `elsewhere`: another node has the stage. */
export type Joined =
  | { readonly state: "shown"; readonly shown: Admitted }
  | { readonly state: "elsewhere"; readonly node: string }
  | { readonly state: "refused"; readonly message: string };

/** Replicas that are on stages of this node. */
export class ShownReplicas {
  readonly #options: ShownReplicasOptions;
  /** By their rows' ids. */
  readonly #all = new Map<string, Admitted>();
  /** The source's stage that each one follows, and the function that ends it. */
  readonly #followed = new Map<string, { readonly stage: LiveStage; readonly end: () => void }>();

  constructor(options: ShownReplicasOptions) {
    this.#options = options;
  }

  get ids(): readonly string[] {
    return [...this.#all.keys()];
  }

  get(id: string): Admitted | undefined {
    return this.#all.get(id);
  }

  /** Whether a participant of this node is shown on another stage of it. */
  has({ stage, participant }: Admitted): boolean {
    return [...this.#all.values()].some(
      (one) =>
        one.participant.id === participant.id &&
        one.participant.replicaOf?.group === stage.sessionId,
    );
  }

  /** The replica joins its stage, where this node has it. */
  async admit(
    row: ParticipantReplicaRow,
    token: Pick<ReplicaFacts, "userId" | "attributes">,
    source: Pick<ReplicaFacts, "client" | "sourceStageArn" | "sourceSessionId">,
  ): Promise<Joined> {
    const { client, sourceStageArn, sourceSessionId } = source;
    const replicaOf = { sourceStageArn, sourceSessionId };
    const admission = await this.#options.stages.admit(
      ...([replicaToken(row, token), client, undefined, replicaOf] as const),
    );
    if ("code" in admission) return { state: "refused", message: admission.message };
    if ("elsewhere" in admission) return { state: "elsewhere", node: admission.elsewhere };
    if (!admission.participant.replicaOf)
      return { state: "refused", message: "The participant is there itself" };
    admission.participant.aloneSinceMs = undefined;
    this.#all.set(row.id, admission);
    return { state: "shown", shown: admission };
  }

  /** The replica publishes, since its source does. */
  async publish(
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
    await this.reflect(row, { stage, participant }, source.participant);
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
        this.reflect(row, shown, source).catch((error) =>
          log.error({ error: errorTrace(error) }, "A replica doesn't show its source's changes"),
        );
    };
    stage.onState.add(changed);
    this.#followed.set(row.id, { stage, end: () => stage.onState.delete(changed) });
  }

  /** The replica is muted as its source is, and has the attributes of its token. */
  reflect(
    row: ParticipantReplicaRow,
    { stage, participant }: Admitted,
    source: Pick<ReplicaFacts, "audioMuted" | "videoStopped"> & {
      readonly token: Pick<ReplicaFacts, "userId" | "attributes">;
    },
  ): Promise<void> {
    return this.#options.stages.change(stage, () => {
      const { audioMuted, videoStopped } = source;
      const now = { audioMuted, videoStopped, token: replicaToken(row, source.token) };
      const { audioMuted: wasMuted, videoStopped: wasStopped, token } = participant;
      const before = { audioMuted: wasMuted, videoStopped: wasStopped, token };
      if (isDeepStrictEqual(now, before)) return [];
      Object.assign(participant, now);
      if (participant.isPublishing) stage.isStale = true;
      return [];
    });
  }

  /** Its viewers and its recording end, too: the publication that they have may go on. */
  async unpublish({ stage, participant }: Admitted): Promise<void> {
    const { stages, clock, recordings, forwarding } = this.#options;
    const { publication } = participant;
    if (publication && !isOfThisNode(participant))
      await forwarding.closeForwarding(stage.sessionId, publication.session);
    if (!participant.isPublishing) {
      participant.publication = undefined;
      return;
    }
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

  /** The media of a source on another node is coming: it takes the place of what there was. */
  async expect(shown: Admitted): Promise<EncoderPublication> {
    const { stage, participant } = shown;
    await this.unpublish(shown);
    const { sourceStageArn = "", sourceSessionId = "" } = participant.replicaOf ?? {};
    participant.replicaOf = { sourceStageArn, sourceSessionId };
    const session = this.#options.ids.alphanumeric(SESSION_LENGTH);
    const { id: publisherId } = participant;
    participant.publication = { session, publisherId, mids: {}, isConnected: false, paused: [] };
    return { group: stage.sessionId, publication: publisherId, session };
  }

  /** Takes a replica off its stage. Returns what its source is to be recorded. */
  async hide(
    id: string,
  ): Promise<
    | (ReplicaPlaces & { readonly participantId: string; readonly sourceStageArn: string })
    | undefined
  > {
    const shown = this.#all.get(id);
    if (!shown) return undefined;
    this.#all.delete(id);
    this.#followed.get(id)?.end();
    this.#followed.delete(id);
    const { participant, stage } = shown;
    const { sourceStageArn = "", sourceSessionId = "" } = participant.replicaOf ?? {};
    await this.unpublish(shown);
    await this.#options.stages.leave(shown);
    return {
      ...{ participantId: participant.id, sourceStageArn },
      ...{ source_session_id: sourceSessionId, destination_session_id: stage.sessionId },
      destination_stage_id: stage.stage.id,
    };
  }
}

/** Its media is that of its source on this node. */
export function isOfThisNode({ replicaOf }: Participant): boolean {
  return replicaOf?.group !== undefined;
}
