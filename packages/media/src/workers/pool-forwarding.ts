import type {
  EncoderPublication,
  ForwardingAnswer,
  ForwardingEvent,
  GroupStatus,
  MediaForwarding,
  PublicationOffer,
  SubscriptionOffer,
  SubscriptionWish,
} from "../port/forwarding.ts";
import { MediaError } from "../port/media-error.ts";
import type { MediaMirrors, PublicationMirror } from "../port/mirror.ts";
import type { WatchOffer } from "../port/offer.ts";
import type { MediaRecordings, PublicationRecording } from "../port/recording.ts";
import { answerOf } from "./worker-answer.ts";
import type { WorkerProcess } from "./worker-process.ts";

interface Session {
  readonly kind: "publication" | "subscription" | "mirror";
  publication: string;
}

/** A group, in the worker that carries it. */
interface Place {
  readonly worker: WorkerProcess;
  /** By their names. */
  readonly sessions: Map<string, Session>;
  /** Offers that it is answering. */
  pending: number;
}

const ENDS: ReadonlySet<ForwardingEvent["type"]> = new Set([
  "publication-ended",
  "subscription-ended",
  "mirror-ended",
]);

export interface PoolForwardingOptions {
  /** The worker that takes the next group; undefined while no worker runs. */
  readonly idlest: () => WorkerProcess | undefined;
  readonly publish: (event: ForwardingEvent) => void;
  readonly now: () => number;
}

/** Forwarding in workers: a group is carried by one of them, from its first session to its last. */
export class PoolForwarding implements MediaForwarding, MediaMirrors, MediaRecordings {
  readonly #options: PoolForwardingOptions;
  readonly #groups = new Map<string, Place>();

  constructor(options: PoolForwardingOptions) {
    this.#options = options;
  }

  /** The worker that takes the next group. */
  get idlest(): WorkerProcess | undefined {
    return this.#options.idlest();
  }

  /** Groups that a worker carries. */
  count(worker: WorkerProcess): number {
    return [...this.#groups.values()].filter((place) => place.worker === worker).length;
  }

  openPublication(offer: PublicationOffer): Promise<ForwardingAnswer> {
    return this.#open(offer, "publication", (worker) => worker.calls.ask("openPublication", offer));
  }

  openSubscription(offer: SubscriptionOffer): Promise<ForwardingAnswer> {
    return this.#open(offer, "subscription", (worker) =>
      worker.calls.ask("openSubscription", offer),
    );
  }

  /**
   * The worker that carries an encoder's group: `asker` if none does. Its publication is one of the
   * group's sessions from now on.
   */
  claim({ group, publication, session }: EncoderPublication, asker: WorkerProcess): WorkerProcess {
    const place = this.#groups.get(group) ?? { worker: asker, sessions: new Map(), pending: 0 };
    this.#groups.set(group, place);
    place.sessions.set(session, { kind: "publication", publication });
    return place.worker;
  }

  carrier(group: string): WorkerProcess | undefined {
    return this.#groups.get(group)?.worker;
  }

  /** A viewer of a stream that a worker carries: the stream's name is the group. */
  async watch(offer: WatchOffer, worker: WorkerProcess | undefined): Promise<ForwardingAnswer> {
    if (worker === undefined) {
      throw new MediaError("refused", "the stream isn't live");
    }
    const { streamName: group } = offer;
    const ask = (): Promise<ForwardingAnswer> => worker.calls.ask("watch", offer);
    return this.#open({ group, publication: group }, "subscription", ask, worker);
  }

  async closeForwarding(group: string, session: string): Promise<boolean> {
    const place = this.#groups.get(group);
    const isClosed = await place?.worker.calls.ask("closeForwarding", group, session);
    // An encoder whose process died on its way here is known to no worker.
    place?.sessions.delete(session);
    this.#forgetEmpty(group);
    return isClosed ?? false;
  }

  async steerSubscription(
    group: string,
    session: string,
    wish: SubscriptionWish,
  ): Promise<boolean> {
    const place = this.#groups.get(group);
    if (place === undefined) {
      return false;
    }
    const isDone = await place.worker.calls.ask("steerSubscription", group, session, wish);
    const known = place.sessions.get(session);
    if (isDone && known !== undefined && wish.publication !== undefined) {
      known.publication = wish.publication;
    }
    return isDone;
  }

  async openMirror(mirror: PublicationMirror): Promise<void> {
    const place = this.#groups.get(mirror.group);
    if (place === undefined) {
      throw new MediaError("refused", "there is no such publication");
    }
    const { session, publication } = mirror;
    place.sessions.set(session, { kind: "mirror", publication });
    try {
      await place.worker.calls.ask("openMirror", mirror);
    } catch (error) {
      place.sessions.delete(session);
      this.#forgetEmpty(mirror.group);
      throw error;
    }
  }

  async closeMirror(group: string, session: string): Promise<boolean> {
    const worker = this.#groups.get(group)?.worker;
    const ask = worker?.calls.ask("closeMirror", group, session);
    return worker && ask ? answerOf(worker, ask, false) : false;
  }

  async recordPublication(recording: PublicationRecording): Promise<boolean> {
    const worker = this.#groups.get(recording.group)?.worker;
    const ask = worker?.calls.ask("recordPublication", recording);
    return worker && ask ? answerOf(worker, ask, false) : false;
  }

  async stopRecording(group: string, streamId: string): Promise<boolean> {
    const worker = this.#groups.get(group)?.worker;
    const ask = worker?.calls.ask("stopRecording", group, streamId);
    return worker && ask ? answerOf(worker, ask, false) : false;
  }

  async groupStatus(group: string): Promise<GroupStatus> {
    const worker = this.#groups.get(group)?.worker;
    return worker === undefined
      ? { publications: [], subscriptions: [] }
      : worker.calls.ask("groupStatus", group);
  }

  /** A worker's event: the host's, too. */
  note(event: ForwardingEvent): void {
    if (ENDS.has(event.type)) {
      const { group, session } = event;
      this.#groups.get(group)?.sessions.delete(session);
      this.#forgetEmpty(group);
    }
    this.#options.publish(event);
  }

  /** A worker has gone: with it all that it carried. */
  release(worker: WorkerProcess): void {
    for (const [group, place] of [...this.#groups]) {
      if (place.worker === worker) {
        this.#groups.delete(group);
        this.#publishEnds(group, place);
      }
    }
  }

  #publishEnds(group: string, { sessions }: Place): void {
    const reason = "lost";
    const message = "the process that carried it has gone";
    const atMs = this.#options.now();
    const all = [...sessions];
    for (const kind of ["publication", "subscription"] as const) {
      for (const [session, { publication }] of all.filter(([, known]) => known.kind === kind)) {
        const type = `${kind}-ended` as const;
        this.#options.publish({ group, publication, session, atMs, type, reason, message });
      }
    }
    for (const [session, { publication }] of all.filter(([, { kind }]) => kind === "mirror")) {
      const type = "mirror-ended";
      this.#options.publish({ group, publication, session, atMs, type, message });
    }
  }

  async #open(
    { group, publication }: Pick<PublicationOffer, "group" | "publication">,
    kind: Session["kind"],
    ask: (worker: WorkerProcess) => Promise<ForwardingAnswer>,
    carrier?: WorkerProcess,
  ): Promise<ForwardingAnswer> {
    const worker = carrier ?? this.#groups.get(group)?.worker ?? this.#options.idlest();
    if (worker === undefined) {
      throw new MediaError("engine", "no worker runs that could carry it");
    }
    const known = this.#groups.get(group);
    const place = known?.worker === worker ? known : { worker, sessions: new Map(), pending: 0 };
    this.#groups.set(group, place);
    place.pending += 1;
    try {
      const answer = await ask(worker);
      place.sessions.set(answer.session, { kind, publication });
      return answer;
    } finally {
      place.pending -= 1;
      this.#forgetEmpty(group);
    }
  }

  /** Keeps a group with its worker, or with the `next` one, until it is released. */
  hold(
    group: string,
    next?: WorkerProcess,
  ): { readonly worker: WorkerProcess; readonly release: () => void } | undefined {
    const worker = this.#groups.get(group)?.worker ?? next ?? this.#options.idlest();
    if (worker === undefined) {
      return undefined;
    }
    const place = this.#groups.get(group) ?? { worker, sessions: new Map(), pending: 0 };
    this.#groups.set(group, place);
    place.pending += 1;
    const release = (): void => {
      place.pending -= 1;
      if (this.#groups.get(group) === place) {
        this.#forgetEmpty(group);
      }
    };
    return { worker, release };
  }

  #forgetEmpty(group: string): void {
    const place = this.#groups.get(group);
    if (place?.sessions.size === 0 && place.pending === 0) {
      this.#groups.delete(group);
    }
  }
}
