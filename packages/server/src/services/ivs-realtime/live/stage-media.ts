import type { EventErrorCode } from "@aws-sdk/client-ivs-realtime";
import {
  type ForwardingAnswer,
  type ForwardingEvent,
  MediaError,
  type MediaErrorCode,
  type PublicationFault,
} from "@rolecast/media";
import type { Clock } from "../../../kernel/clock.ts";
import { errorTrace } from "../../../kernel/error-class.ts";
import type { ForwardingPort } from "../../../kernel/ports/forwarding.ts";
import type { Log } from "../../../kernel/ports/log.ts";
import { inBackground } from "../../../kernel/work/in-background.ts";
import { PUBLISHERS_MAX, SUBSCRIBERS_MAX, SUBSCRIPTIONS_OF_PARTICIPANT_MAX } from "../quotas.ts";
import type { StageRecordings } from "../recording/stage-recordings.ts";
import type { ParticipantOccurrence } from "../sessions/stage-journal.ts";
import type { LiveStage } from "./live-stage.ts";
import type { Admitted, LiveStages } from "./live-stages.ts";
import { type MediaOffer, type MediaRefusal, REFUSAL_CODE } from "./media-offer.ts";
import type { MediaSession, Participant } from "./participant.ts";
import type { ParticipantRates } from "./participant-rates.ts";
import { publishError } from "./publish-error.ts";
import type { StageReplicas } from "./stage-replicas.ts";

/** Source: IVS Real-Time user guide, "Service Quotas". Bits per second, of all layers together. */
const BITRATE_MAX = 8_500_000;

export interface StageMediaOptions {
  readonly forwarding: ForwardingPort;
  readonly stages: LiveStages;
  readonly recordings: Pick<StageRecordings, "begin">;
  readonly replicas: Pick<StageReplicas, "check">;
  readonly rates: ParticipantRates;
  readonly clock: Clock;
  readonly log: Log;
}

type PublicationEnded = Extract<ForwardingEvent, { readonly type: "publication-ended" }>;
type Tried = "publish" | "subscribe";

/** The publications and subscriptions of participants; the engine forwards their media. */
export class StageMedia {
  readonly #options: StageMediaOptions;
  /** Participants whose offers to publish are being answered, by session. */
  readonly #opening = new Map<string, number>();
  #stopListening: (() => void) | undefined;

  constructor(options: StageMediaOptions) {
    this.#options = options;
  }

  start(): void {
    this.#stopListening = this.#options.forwarding.listen((event) => this.#heard(event));
  }

  close(): void {
    this.#stopListening?.();
  }

  /** A participant's second publication takes the place of its first one. */
  async publish(
    { stage, participant }: Admitted,
    { description, remoteAddress }: MediaOffer,
  ): Promise<ForwardingAnswer | MediaRefusal> {
    const tooOften = await this.#tooOften("publish", { stage, participant });
    if (tooOften) return tooOften;
    const refused = this.#refusalToPublish(stage, participant);
    if (refused) return this.#refuse("publish", { stage, participant }, "", refused);
    const { sessionId: group } = stage;
    const offer = { group, publication: participant.id, description, remoteAddress };
    this.#opening.set(group, (this.#opening.get(group) ?? 0) + 1);
    try {
      const answer = await this.#options.forwarding.openPublication({
        ...{ ...offer, bitrateMax: BITRATE_MAX, replaces: true },
      });
      if (!stage.has(participant)) return await this.#tooLate(group, answer);
      const isConnected = participant.isPublishing;
      participant.publication = sessionOf(answer, participant.id, isConnected);
      participant.aloneSinceMs = undefined;
      return answer;
    } catch (error) {
      return this.#failed("publish", { stage, participant }, "", error);
    } finally {
      const left = (this.#opening.get(group) ?? 1) - 1;
      if (left === 0) this.#opening.delete(group);
      else this.#opening.set(group, left);
    }
  }

  async subscribe(
    { stage, participant }: Admitted,
    publisherId: string,
    { description, remoteAddress, initialLayer }: MediaOffer,
  ): Promise<ForwardingAnswer | MediaRefusal> {
    const tooOften = await this.#tooOften("subscribe", { stage, participant });
    if (tooOften) return tooOften;
    const refused = this.#refusalToSubscribe(stage, participant, publisherId);
    if (refused) return this.#refuse("subscribe", { stage, participant }, publisherId, refused);
    const source = stage.participants.get(publisherId)?.replicaOf;
    const group = source?.group ?? stage.sessionId;
    const publication = source?.publication ?? publisherId;
    const offer = { group, publication, description, remoteAddress };
    participant.subscriptionsToCome += 1;
    try {
      const answer = await this.#options.forwarding.openSubscription({
        ...{ ...offer, initialLayer, bitrateMax: BITRATE_MAX },
      });
      if (!stage.has(participant)) return await this.#tooLate(group, answer);
      stage.addSubscription(participant, { ...sessionOf(answer, publisherId, false), group });
      participant.aloneSinceMs = undefined;
      return answer;
    } catch (error) {
      return this.#failed("subscribe", { stage, participant }, publisherId, error);
    } finally {
      participant.subscriptionsToCome -= 1;
    }
  }

  /**
   * Lets an encoder publish whose media the engine takes itself, under the name of `session`.
   * Undefined, or the sentence for the encoder: its error is recorded then.
   */
  async admitEncoder(
    { stage, participant }: Admitted,
    session: string,
    fault?: EncoderFault,
  ): Promise<string | undefined> {
    const tooOften = await this.#tooOften("publish", { stage, participant });
    if (tooOften) return tooOften.message;
    const refused = fault
      ? { ...NO_PERMISSION, ...fault }
      : this.#refusalToPublish(stage, participant);
    if (refused) {
      await this.#refuse("publish", { stage, participant }, "", refused);
      return refused.message;
    }
    const { shownId: publisherId } = participant;
    participant.publication = { session, publisherId, mids: {}, isConnected: false, paused: [] };
    // Until its media has come: the process that has its connection may die meanwhile.
    participant.aloneSinceMs = this.#options.clock.nowMs();
    return undefined;
  }

  /** Nothing is recorded of the refusal: that would be what the limit is against. */
  async #tooOften(what: Tried, admitted: Admitted): Promise<MediaRefusal | undefined> {
    const { rates, stages } = this.#options;
    if (rates.take(what, admitted.participant.token)) return undefined;
    await stages.leaveIfGone(admitted);
    const { tooManyRequests: code } = REFUSAL_CODE;
    return { status: 429, code, message: `Too many offers to ${what} within a second` };
  }

  #refusalToPublish(stage: LiveStage, participant: Participant): Refused | undefined {
    if (!participant.token.canPublish) return NO_PERMISSION;
    const publishers = stage.publishers + (this.#opening.get(stage.sessionId) ?? 0);
    if (participant.publication === undefined && publishers >= PUBLISHERS_MAX)
      return full(`${PUBLISHERS_MAX} publishers`);
    return undefined;
  }

  #refusalToSubscribe(
    stage: LiveStage,
    { token, subscriptions, subscriptionsToCome }: Participant,
    publisherId: string,
  ): Refused | undefined {
    if (!token.canSubscribe) return NO_PERMISSION;
    if (!stage.isPublished(publisherId))
      return {
        ...{ status: 404, code: REFUSAL_CODE.noSuchPublisher, event: "PUBLISHER_NOT_FOUND" },
        message: "The participant doesn't publish",
      };
    if (subscriptions.size === 0 && stage.subscribers >= SUBSCRIBERS_MAX)
      return full(`${SUBSCRIBERS_MAX} subscribers`);
    if (subscriptions.size + subscriptionsToCome >= SUBSCRIPTIONS_OF_PARTICIPANT_MAX)
      return {
        ...{ status: 403, code: REFUSAL_CODE.stageFull, event: "QUOTA_EXCEEDED" },
        message: `The participant has ${SUBSCRIPTIONS_OF_PARTICIPANT_MAX} subscriptions already`,
      };
    return undefined;
  }

  /** The participant has left while its offer was answered. */
  async #tooLate(group: string, { session }: ForwardingAnswer): Promise<MediaRefusal> {
    await this.#options.forwarding.closeForwarding(group, session);
    const { noPermission: code } = REFUSAL_CODE;
    return { status: 403, code, message: "The participant has left the stage" };
  }

  async #failed(
    what: Tried,
    admitted: Admitted,
    publisherId: string,
    error: unknown,
  ): Promise<MediaRefusal> {
    const event = error instanceof MediaError ? OFFER_FAULTS[error.code] : undefined;
    if (event === undefined)
      this.#options.log.error({ error: errorTrace(error) }, "An offer wasn't answered");
    return this.#refuse(
      ...([what, admitted, publisherId] as const),
      error instanceof MediaError && event !== undefined
        ? {
            ...{ status: 400, code: REFUSAL_CODE.noMatchingCodec, event },
            message: error.message,
          }
        : {
            ...{ status: 500, code: REFUSAL_CODE.internal, event: "INTERNAL_SERVER_EXCEPTION" },
            message: "internal error",
          },
    );
  }

  /** Records the error as the participant's; who has nothing else on the stage leaves it. */
  async #refuse(
    what: Tried,
    { stage, participant }: Admitted,
    publisherId: string,
    { status, code, message, event: errorCode }: Refused,
  ): Promise<MediaRefusal> {
    const { id: participantId } = participant;
    const { stages, clock } = this.#options;
    const occurrence = { participantId, atMs: clock.nowMs(), errorCode };
    await stages.change(stage, () =>
      what === "subscribe"
        ? [{ ...occurrence, name: "SUBSCRIBE_ERROR", remoteParticipantId: publisherId }]
        : [publishError(participant, errorCode, occurrence.atMs)],
    );
    await stages.leaveIfGone({ stage, participant });
    return { status, code, message };
  }

  #heard(event: ForwardingEvent): void {
    const { stages, log } = this.#options;
    const isSubscribers =
      event.type === "subscription-connected" || event.type === "subscription-ended";
    // A replica's subscriptions are in its source's group.
    const stage = isSubscribers
      ? stages.all.find((one) => one.subscriberBy(event.session) !== undefined)
      : stages.ofSession(event.group);
    if (!stage) return;
    this.#handle(event, stage).catch((error) =>
      log.error({ error: errorTrace(error) }, "An event of a stage's media couldn't be handled"),
    );
  }

  async #handle(event: ForwardingEvent, stage: LiveStage): Promise<void> {
    const { stages } = this.#options;
    const { session } = event;
    switch (event.type) {
      case "publication-connected": {
        await stages.change(stage, () => published(stage, session, event.atMs));
        const participant = stage.publisherBy(session);
        if (!participant) return;
        const { recordings } = this.#options;
        const { id: participantId, replicaOf } = participant;
        const { publication } = event;
        inBackground(this.#options.replicas.check());
        const of = { ...stage.reference, participantId, isReplica: replicaOf !== undefined };
        return recordings.begin({ ...of, group: stage.sessionId, publication, session });
      }
      case "publication-ended": {
        const participant = stage.publisherBy(session);
        if (!participant) return;
        await stages.change(stage, () => unpublished(stage, event));
        inBackground(this.#options.replicas.check());
        return stages.leaveIfGone({ stage, participant });
      }
      case "subscription-connected":
      case "subscription-ended": {
        const participant = stage.subscriberBy(session);
        if (!participant) return;
        const isOver = event.type === "subscription-ended";
        await stages.change(stage, () => subscribed(stage, participant, event, isOver));
        return isOver ? stages.leaveIfGone({ stage, participant }) : undefined;
      }
      case "publication-media":
      case "mirror-ended":
        return undefined;
      default:
        return event satisfies never;
    }
  }
}

/** A reason against an encoder, beside the stage's numbers. */
export interface EncoderFault {
  readonly event: EventErrorCode;
  readonly message: string;
}

const FAULT_CODES = {
  "b-frames": "B_FRAME_PRESENT",
  resolution: "RESOLUTION_EXCEEDED",
  bitrate: "BITRATE_EXCEEDED",
  "video-codec": "INVALID_VIDEO_CODEC",
  "audio-codec": "INVALID_AUDIO_CODEC",
  input: "INVALID_INPUT",
} as const satisfies Record<PublicationFault, EventErrorCode>;

interface Refused extends MediaRefusal {
  readonly event: EventErrorCode;
}

/** Faults of offers, by what the engine says of them. */
const OFFER_FAULTS: Readonly<Partial<Record<MediaErrorCode, EventErrorCode>>> = {
  refused: "INVALID_INPUT",
  "video-codec": "INVALID_VIDEO_CODEC",
  "audio-codec": "INVALID_AUDIO_CODEC",
};

const NO_PERMISSION: Refused = {
  status: 403,
  code: REFUSAL_CODE.noPermission,
  message: "The token doesn't allow this",
  event: "INSUFFICIENT_CAPABILITIES",
};

function full(what: string): Refused {
  const message = `The stage has ${what} already`;
  return { status: 403, code: REFUSAL_CODE.stageFull, message, event: "QUOTA_EXCEEDED" };
}

function sessionOf(
  { session, mids }: ForwardingAnswer,
  publisherId: string,
  isConnected: boolean,
): MediaSession {
  return { session, publisherId, mids, isConnected, paused: [] };
}

function published(
  stage: LiveStage,
  session: string,
  atMs: number,
): readonly ParticipantOccurrence[] {
  const participant = stage.publisherBy(session);
  const publication = participant?.publication;
  // One that took another's place goes on where that one was.
  if (!participant || !publication || publication.isConnected) return [];
  participant.publication = { ...publication, isConnected: true };
  participant.aloneSinceMs = undefined;
  stage.isStale = true;
  const { id: participantId, token, encoder, replicaOf } = participant;
  const { userId } = token;
  const client = JSON.stringify(participant.client);
  const protocol = encoder?.protocol ?? "WHIP";
  return [
    {
      ...{ participantId, atMs, name: "PUBLISH_STARTED", replica: replicaOf && true },
      change: replicaOf ? { published: 1 } : { published: 1, protocol, client },
      ingest: encoder && { arn: encoder.configurationArn, state: "ACTIVE" },
      update: { name: "Participant Published", participantId, userId },
    },
  ];
}

function unpublished(
  stage: LiveStage,
  { session, atMs, fault }: PublicationEnded,
): readonly ParticipantOccurrence[] {
  const participant = stage.publisherBy(session);
  if (!participant) return [];
  const ended = stage.endOfPublication(participant, atMs);
  participant.publication = undefined;
  if (participant.replicaOf) return ended.map((one) => ({ ...one, replica: true }));
  if (!fault) return ended;
  return [...ended, publishError(participant, FAULT_CODES[fault], atMs)];
}

function subscribed(
  stage: LiveStage,
  participant: Participant,
  { session, atMs }: ForwardingEvent,
  isOver: boolean,
): readonly ParticipantOccurrence[] {
  const subscription = participant.subscriptions.get(session);
  if (!subscription) return [];
  const { id: participantId } = participant;
  const of = { participantId, atMs, remoteParticipantId: subscription.publisherId };
  if (isOver) {
    stage.removeSubscription(participant, session);
    return subscription.isConnected ? [{ ...of, name: "SUBSCRIBE_STOPPED" }] : [];
  }
  participant.subscriptions.set(session, { ...subscription, isConnected: true });
  const client = JSON.stringify(participant.client);
  return [{ ...of, name: "SUBSCRIBE_STARTED", change: { client } }];
}
