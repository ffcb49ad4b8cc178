import { isDeepStrictEqual } from "node:util";
import type { Ids } from "../../../kernel/ids.ts";
import type { ForwardingPort } from "../../../kernel/ports/forwarding.ts";
import type { NodePlaces } from "../../../kernel/ports/node-places.ts";
import type { ParticipantReplicaRow } from "../tables.ts";
import type { StageToken } from "../tokens/stage-token.ts";
import type { ClientFacts } from "./client-facts.ts";
import type { Admitted } from "./live-stages.ts";
import type { NodeCalls } from "./node-calls.ts";

const SESSION_LENGTH = 22;
/** Begins the name under which a replica's media comes to its node; the row's id follows. */
export const MIRROR_NAME = "replica-";
export const SHOW_REPLICA = "show-replica";

/** The facts about a source that the node of its replica shows. */
export interface ReplicaFacts extends Pick<StageToken, "userId" | "attributes"> {
  /** The row's. */
  readonly id: string;
  readonly sourceStageArn: string;
  readonly sourceSessionId: string;
  readonly client: ClientFacts;
  readonly audioMuted: boolean;
  readonly videoStopped: boolean;
}

/**
 * The answer of the node that shows a replica. `over`: the replica isn't there any more.
 * `elsewhere`: another node has the stage by now.
 */
export type ReplicaAnswer =
  | { readonly state: "shown" | "over" | "elsewhere" }
  | { readonly state: "refused"; readonly message: string };

/** A replica on another node's stage. */
export interface ReplicaMirror extends Admitted {
  readonly nodeId: string;
  /** Known there. */
  facts: ReplicaFacts | undefined;
  /** The engine's name of the mirror, and the publication's session that it sends. */
  media: { readonly session: string; readonly of: string } | undefined;
  /** Ends the following of the source's stage. */
  readonly unfollow: () => void;
}

export interface ReplicaMirrorsOptions {
  readonly ids: Ids;
  readonly nodePlaces: Pick<NodePlaces, "handOnEncoder">;
  readonly calls: NodeCalls;
  readonly forwarding: Pick<ForwardingPort, "openMirror" | "closeMirror">;
}

/**
 * Replicas of this node's participants on stages of other nodes: those nodes are asked to show
 * them, and sent their media.
 */
export class ReplicaMirrors {
  readonly #options: ReplicaMirrorsOptions;
  /** By their rows' ids. */
  readonly #mirrors = new Map<string, ReplicaMirror>();
  /** Called when a source's facts may have changed. */
  readonly #changed: () => void;

  constructor(options: ReplicaMirrorsOptions, changed: () => void) {
    this.#options = options;
    this.#changed = changed;
  }

  get ids(): readonly string[] {
    return [...this.#mirrors.keys()];
  }

  /** Whether a participant is shown by another node, for any row. */
  has({ stage, participant }: Admitted): boolean {
    return [...this.#mirrors.values()].some(
      (one) => one.stage === stage && one.participant.id === participant.id && one.media,
    );
  }

  /**
   * Has another node show a source that publishes, and sends its media there, unless both is so.
   * Rejects with AwsError or MediaError where that can't be done now.
   */
  async show(row: ParticipantReplicaRow, source: Admitted, nodeId: string): Promise<ReplicaAnswer> {
    const mirror = await this.#mirrorOf(row.id, source, nodeId);
    const facts = factsOf(row, source);
    if (!isDeepStrictEqual(mirror.facts, facts)) {
      const { calls } = this.#options;
      const answer = await calls.ask<ReplicaAnswer>(nodeId, SHOW_REPLICA, facts);
      if (answer.state !== "shown") return answer;
      mirror.facts = facts;
    }
    const { publication } = source.participant;
    if (publication && mirror.media?.of !== publication.session) {
      await this.#closeMedia(mirror);
      await this.#openMedia(row.id, mirror, publication.session);
    }
    return { state: "shown" };
  }

  /** Sends no more. Returns the mirror that there was. */
  async end(id: string): Promise<ReplicaMirror | undefined> {
    const mirror = this.#mirrors.get(id);
    this.#mirrors.delete(id);
    mirror?.unfollow();
    if (mirror) await this.#closeMedia(mirror);
    return mirror;
  }

  /** The engine's mirror of this name has ended: the other node may have lost all. */
  ended(session: string): void {
    for (const mirror of this.#mirrors.values())
      if (mirror.media?.session === session) {
        mirror.media = undefined;
        mirror.facts = undefined;
      }
  }

  async #mirrorOf(
    id: string,
    { stage, participant }: Admitted,
    nodeId: string,
  ): Promise<ReplicaMirror> {
    const known = this.#mirrors.get(id);
    const isSame = known?.nodeId === nodeId && known.stage === stage;
    if (isSame && known.participant === participant) return known;
    await this.end(id);
    const changed = (): void => this.#changed();
    stage.onState.add(changed);
    const unfollow = (): void => void stage.onState.delete(changed);
    const mirror = { stage, participant, nodeId, facts: undefined, media: undefined, unfollow };
    this.#mirrors.set(id, mirror);
    return mirror;
  }

  async #openMedia(id: string, mirror: ReplicaMirror, of: string): Promise<void> {
    const { ids, nodePlaces, forwarding } = this.#options;
    const { stage, participant, nodeId } = mirror;
    // Media that nobody could read on its way here stays so.
    const secure = participant.encoder?.protocol !== "RTMP";
    const to = await nodePlaces.handOnEncoder(nodeId, {
      ...{ protocol: secure ? "rtmps" : "rtmp", name: MIRROR_NAME + id, secure },
      ...{ remoteAddress: "", connectionId: "", priority: undefined },
    });
    const session = `mirror-${ids.alphanumeric(SESSION_LENGTH)}`;
    const { sessionId: group } = stage;
    mirror.media = { session, of };
    try {
      await forwarding.openMirror({ group, publication: participant.shownId, session, to });
    } catch (error) {
      mirror.media = undefined;
      throw error;
    }
  }

  async #closeMedia(mirror: ReplicaMirror): Promise<void> {
    const { media, stage } = mirror;
    mirror.media = undefined;
    if (media) await this.#options.forwarding.closeMirror(stage.sessionId, media.session);
  }
}

function factsOf({ id }: ParticipantReplicaRow, { stage, participant }: Admitted): ReplicaFacts {
  const { client, audioMuted, videoStopped, token } = participant;
  const { userId, attributes } = token;
  const of = { sourceStageArn: stage.arn, sourceSessionId: stage.sessionId };
  return { id, ...of, client, userId, attributes, audioMuted, videoStopped };
}
