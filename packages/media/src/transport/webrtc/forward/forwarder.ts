import { randomBytes } from "node:crypto";
import type {
  Feed,
  FeedEncoder,
  FeedName,
  OpenFeed,
  ProtocolForwarding,
  Tap,
  TapName,
} from "../../../ingest/protocol.ts";
import type {
  ForwardingAnswer,
  ForwardingEnd,
  GroupStatus,
  PublicationFault,
  PublicationOffer,
  SubscriptionOffer,
  SubscriptionWish,
  UntimedForwardingEvent,
} from "../../../port/forwarding.ts";
import type { MediaLimits } from "../../../port/limits.ts";
import { offeredTransport } from "../peer-description.ts";
import { type AgreedMedia, agreeOnMedia, agreeOnSent } from "../sdp/agreed-media.ts";
import { parseSdp, refusal } from "../sdp/session-description.ts";
import { writeAnswer } from "../sdp/write-answer.ts";
import type { WebrtcPort } from "../webrtc-port.ts";
import type { PublishedSource } from "./packet-source.ts";
import { Publication } from "./publication.ts";
import { type SentNumbers, sentLines, sentNumbers } from "./sent-numbers.ts";
import { Subscription } from "./subscription.ts";
import { UnitSource } from "./unit-source.ts";

const SESSION_BYTES = 16;
const NO_PUBLICATION = "there is no such publication";
const REPLACED = "another publisher took its place";

export interface ForwarderOptions {
  readonly peers: WebrtcPort;
  readonly limits: Pick<MediaLimits, "idleDeadlineMs" | "messageBytesMax">;
  /** Path of the program that converts sound. */
  readonly ffmpeg: string | undefined;
  readonly monotonicMs: () => number;
  readonly publish: (event: UntimedForwardingEvent) => void;
}

/** A publication by its name: its publisher, who may be replaced, and its subscribers. */
interface Place {
  readonly group: string;
  readonly publication: string;
  session: string;
  source: PublishedSource;
  /** Encoders that take the publisher's place when it ends, the first of them first. */
  readonly waiting: WaitingSource[];
  /** Called when the publisher's connection has to end. */
  onClosed: FeedEncoder["onClosed"] | undefined;
  /** By session. */
  readonly subscriptions: Map<string, Subscription>;
}

interface WaitingSource {
  readonly session: string;
  readonly source: PublishedSource;
  readonly onClosed: FeedEncoder["onClosed"] | undefined;
}

/** All that this process forwards. */
export class Forwarder implements ProtocolForwarding {
  readonly #options: ForwarderOptions;
  /** By group, then by name. */
  readonly #groups = new Map<string, Map<string, Place>>();

  constructor(options: ForwarderOptions) {
    this.#options = options;
  }

  async openPublication(offer: PublicationOffer): Promise<ForwardingAnswer> {
    const { group, publication, bitrateMax } = offer;
    const { peers, limits, ffmpeg, monotonicMs } = this.#options;
    const find = (): Place | undefined => this.#groups.get(group)?.get(publication);
    if (offer.replaces === true && find()?.source.peer !== undefined) {
      // What the publisher before has sent is read by its recording, and by its mirrors.
      await peers.drained();
    }
    const place = find();
    if (place !== undefined && offer.replaces !== true) {
      throw refusal("the publication has a publisher");
    }
    const offered = parseSdp(offer.description);
    const media = agreeOnMedia(offered);
    if (kindsOf(media).length === 0) {
      throw refusal("the offer sends neither sound nor a picture");
    }
    const transport = offeredTransport(offered, media);
    peers.checkRoom();
    const session = newSession();
    const of = { group, publication, session };
    const source = new Publication({
      ...{ media, bitrateMax, limits, ffmpeg, monotonicMs },
      onConnected: () => this.#options.publish({ ...of, type: "publication-connected" }),
      onMedia: (nowMs) => this.#media(of, nowMs),
      onEnded: (reason, message) => this.#endPublisher(of, reason, message),
    });
    const peer = peers.connect(transport, source);
    source.begin(peer);
    this.#takePlace(place, of, source);
    const description = writeAnswer(offered, media, peers.transportOf(peer));
    return { session, description, kinds: kindsOf(media), mids: {} };
  }

  openFeed({ group, publication }: FeedName, encoder?: FeedEncoder): OpenFeed {
    const place = this.#groups.get(group)?.get(publication);
    if (place !== undefined && encoder === undefined) {
      throw refusal("the publication has a publisher");
    }
    const session = encoder?.session ?? newSession();
    const of = { group, publication, session };
    const { ffmpeg, monotonicMs, limits } = this.#options;
    const source = new UnitSource({
      ...{ ffmpeg, monotonicMs, keepsMedia: encoder !== undefined },
      ...{ mayHaveOpus: encoder?.mayHaveOpus === true, unitBytesMax: limits.messageBytesMax },
      onMedia: (nowMs) => this.#media(of, nowMs),
    });
    const onClosed = encoder?.onClosed;
    if (place === undefined) {
      this.#takePlace(undefined, of, source, onClosed);
    } else {
      place.waiting.push({ session, source, onClosed });
    }
    return {
      takes: source.takes,
      configure: (tracks) => source.configure(tracks),
      write: (unit) => source.write(unit),
      end: (message, fault) => {
        const reason = fault === undefined ? "left" : "failed";
        this.#endPublisher(of, reason, message, fault);
      },
    };
  }

  tap({ group, publication, session, ...start }: TapName, sink: Feed): Tap {
    const place = this.#groups.get(group)?.get(publication);
    const isAsked = (one: { readonly session: string }): boolean =>
      session === undefined || one.session === session;
    const found = place && [place, ...place.waiting].find(isAsked);
    if (found === undefined) {
      throw refusal(NO_PUBLICATION);
    }
    return found.source.tap(sink, start);
  }

  async openSubscription(offer: SubscriptionOffer): Promise<ForwardingAnswer> {
    const { group, publication, initialLayer = "lowest", bitrateMax } = offer;
    const { peers } = this.#options;
    const place = this.#groups.get(group)?.get(publication);
    if (place === undefined) {
      throw refusal(NO_PUBLICATION);
    }
    const offered = parseSdp(offer.description);
    const media = agreeOnSent(offered, place.source.profile);
    if (kindsOf(media).length === 0) {
      throw refusal("the offer receives neither sound nor a picture");
    }
    const transport = offeredTransport(offered, media);
    peers.checkRoom();
    const session = newSession();
    const of = { group, publication, session };
    const numbers: SentNumbers = sentNumbers(media);
    const subscription = new Subscription({
      ...numbers,
      initialLayer,
      bitrateMax,
      onConnected: () => this.#options.publish({ ...of, type: "subscription-connected" }),
      onEnded: (reason, message) => this.#endSubscriber(group, session, reason, message),
    });
    const peer = peers.connect(transport, subscription);
    subscription.begin(peer, place.source);
    place.subscriptions.set(session, subscription);
    count(place);
    const description = writeAnswer(offered, media, peers.transportOf(peer), sentLines(numbers));
    const mids = Object.fromEntries(
      [media.audio, media.video].flatMap((track) => (track ? [[track.kind, track.mid]] : [])),
    );
    return { session, description, kinds: kindsOf(media), mids };
  }

  async closeForwarding(group: string, session: string): Promise<boolean> {
    const places = [...(this.#groups.get(group)?.values() ?? [])];
    if (places.some((place) => place.session === session && place.source.peer !== undefined)) {
      await this.#options.peers.drained();
    }
    const closed = "the publisher was closed";
    for (const place of this.#groups.get(group)?.values() ?? []) {
      const waiting = place.waiting.find((one) => one.session === session);
      if (place.session === session || waiting !== undefined) {
        const { publication, onClosed } = waiting === undefined ? place : { ...place, ...waiting };
        this.#endPublisher({ group, publication, session }, "closed", closed);
        onClosed?.(closed);
        return true;
      }
      if (place.subscriptions.has(session)) {
        this.#endSubscriber(group, session, "closed", "the subscriber was closed");
        return true;
      }
    }
    return false;
  }

  async steerSubscription(
    group: string,
    session: string,
    wish: SubscriptionWish,
  ): Promise<boolean> {
    const place = this.#placeOf(group, session);
    const subscription = place?.subscriptions.get(session);
    if (place === undefined || subscription === undefined) {
      return false;
    }
    const nowMs = this.#options.monotonicMs();
    if (wish.publication !== undefined && wish.publication !== place.publication) {
      const next = this.#groups.get(group)?.get(wish.publication);
      if (next === undefined) {
        return false;
      }
      place.subscriptions.delete(session);
      next.subscriptions.set(session, subscription);
      count(place);
      count(next);
      subscription.receive(next.source, nowMs);
    }
    if (wish.paused !== undefined) {
      subscription.pause(wish.paused, nowMs);
    }
    return wish.layer === undefined || subscription.chooseLayer(wish.layer, nowMs);
  }

  async groupStatus(group: string): Promise<GroupStatus> {
    const places = [...(this.#groups.get(group)?.values() ?? [])];
    return {
      publications: places.map(({ publication, session, source }) => ({
        ...source.status(),
        publication,
        session,
      })),
      subscriptions: places.flatMap(({ publication, subscriptions }) =>
        [...subscriptions].map(([session, subscription]) => ({
          ...subscription.status(),
          publication,
          session,
        })),
      ),
    };
  }

  /** Ends all of them. */
  close(): void {
    for (const group of [...this.#groups.values()]) {
      for (const { group: name, publication, session, waiting } of [...group.values()]) {
        waiting.length = 0;
        const of = { group: name, publication, session };
        this.#endPublisher(of, "engine-closed", "the server stops");
      }
    }
  }

  #takePlace(
    place: Place | undefined,
    of: { readonly group: string; readonly publication: string; readonly session: string },
    source: PublishedSource,
    onClosed?: FeedEncoder["onClosed"],
  ): void {
    if (place === undefined) {
      const group = this.#groups.get(of.group) ?? new Map<string, Place>();
      this.#groups.set(of.group, group);
      group.set(of.publication, {
        ...{ ...of, source, onClosed },
        ...{ waiting: [], subscriptions: new Map() },
      });
      return;
    }
    const { session, onClosed: closeBefore } = place;
    this.#exchange(place, { session: of.session, source, onClosed }, REPLACED);
    closeBefore?.(REPLACED);
    const { group, publication } = of;
    const about = { group, publication, session };
    const ended = { type: "publication-ended", reason: "replaced", message: REPLACED } as const;
    this.#options.publish({ ...about, ...ended });
  }

  /** Subscribers go on with another source; what the one before it sent is over. */
  #exchange(place: Place, next: WaitingSource, message: string): void {
    const { source: before } = place;
    Object.assign(place, next);
    before.close(message);
    this.#options.peers.forget(before.peer);
    count(place);
    for (const subscription of place.subscriptions.values()) {
      subscription.receive(next.source, this.#options.monotonicMs());
    }
  }

  #media(
    of: { readonly group: string; readonly publication: string; readonly session: string },
    nowMs: number,
  ): void {
    const place = this.#groups.get(of.group)?.get(of.publication);
    if (place?.session !== of.session) {
      return;
    }
    for (const subscription of place.subscriptions.values()) {
      subscription.layersChanged(nowMs);
    }
    const layers = place.source.layers();
    if (layers.some(({ width }) => width > 0)) {
      this.#options.publish({ ...of, type: "publication-media", layers });
    }
  }

  #endPublisher(
    of: { readonly group: string; readonly publication: string; readonly session: string },
    reason: ForwardingEnd,
    message: string,
    fault?: PublicationFault,
  ): void {
    const group = this.#groups.get(of.group);
    const place = group?.get(of.publication);
    if (group === undefined || place === undefined) {
      return;
    }
    const ended = { ...of, type: "publication-ended", reason, message, fault } as const;
    const waiting = place.waiting.findIndex(({ session }) => session === of.session);
    if (waiting >= 0) {
      place.waiting.splice(waiting, 1)[0]?.source.close(message);
      this.#options.publish(ended);
      return;
    }
    if (place.session !== of.session) {
      return;
    }
    const next = place.waiting.shift();
    if (next !== undefined) {
      this.#exchange(place, next, message);
      this.#options.publish(ended);
      return;
    }
    group.delete(of.publication);
    place.source.close(message);
    this.#options.peers.forget(place.source.peer);
    this.#options.publish(ended);
    for (const [session, subscription] of place.subscriptions) {
      const why = reason === "engine-closed" ? reason : "publication-ended";
      this.#forget(place, session, subscription, why, message);
    }
    if (group.size === 0) {
      this.#groups.delete(of.group);
    }
  }

  #endSubscriber(group: string, session: string, reason: ForwardingEnd, message: string): void {
    const place = this.#placeOf(group, session);
    const subscription = place?.subscriptions.get(session);
    if (place !== undefined && subscription !== undefined) {
      place.subscriptions.delete(session);
      count(place);
      this.#forget(place, session, subscription, reason, message);
    }
  }

  #forget(
    { group, publication }: Place,
    session: string,
    subscription: Subscription,
    reason: ForwardingEnd,
    message: string,
  ): void {
    subscription.close();
    this.#options.peers.forget(subscription.peer);
    const about = { group, publication, session };
    this.#options.publish({ ...about, type: "subscription-ended", reason, message });
  }

  #placeOf(group: string, session: string): Place | undefined {
    const places = [...(this.#groups.get(group)?.values() ?? [])];
    return places.find(({ subscriptions }) => subscriptions.has(session));
  }
}

function count({ source, subscriptions }: Place): void {
  source.watched(subscriptions.size);
}

function kindsOf({ audio, video }: AgreedMedia): ("audio" | "video")[] {
  return [audio, video].flatMap((track) => track?.kind ?? []);
}

function newSession(): string {
  return randomBytes(SESSION_BYTES).toString("base64url");
}
