import type { LayerStatus } from "@rolecast/media";
import type { ForwardingPort } from "../../../kernel/ports/forwarding.ts";
import type { NodePlaces } from "../../../kernel/ports/node-places.ts";
import type { PlainResponse } from "../../../kernel/service.ts";
import type { Store } from "../../../kernel/store.ts";
import { findSessionOwner } from "../rows/stage-sessions.ts";
import type { RealTimeTables } from "../tables.ts";
import type { LiveStages } from "./live-stages.ts";
import type { MediaSession } from "./participant.ts";

/** A request to a connection that was agreed on. Whoever knows its path may make it. */
export interface SessionRequest {
  readonly method: string;
  /** The stage's session, by which media is grouped. */
  readonly group: string;
  readonly session: string;
  readonly part: string | undefined;
  readonly body: string;
}

export interface SessionRequestsOptions {
  readonly store: Store;
  readonly nodePlaces: NodePlaces;
  readonly stages: LiveStages;
  readonly forwarding: ForwardingPort;
}

/** Ends connections, pauses them, and shows and chooses their layers. */
export class SessionRequests {
  readonly #options: SessionRequestsOptions;

  constructor(options: SessionRequestsOptions) {
    this.#options = options;
  }

  /** The id of the living node that has the session, where it isn't this one. */
  async elsewhere(group: string): Promise<string | undefined> {
    const { store, nodePlaces, stages } = this.#options;
    if (!store.shared || stages.ofSession(group)) return undefined;
    const owner = await findSessionOwner(store.tables<RealTimeTables>().db, group);
    if (owner === undefined || owner === nodePlaces.id) return undefined;
    return (await nodePlaces.urlOf(owner)) === undefined ? undefined : owner;
  }

  async answer(request: SessionRequest): Promise<PlainResponse> {
    const { method, group, session, part } = request;
    if (part === undefined) {
      // A page that is unloaded posts its goodbye.
      if (method !== "DELETE" && method !== "POST") return empty(405);
      const at = this.#subscriptionOf(group, session)?.group ?? group;
      const isEnded = await this.#options.forwarding.closeForwarding(at, session);
      return empty(isEnded ? 200 : 404);
    }
    const subscription = this.#subscriptionOf(group, session);
    if (!subscription) return empty(404);
    if (part === "layers" && method === "GET") return this.#layers(subscription, group);
    if (method !== "POST") return empty(405);
    const asked = jsonObject(request.body);
    return part === "layers"
      ? this.#choose(subscription.group ?? group, session, asked)
      : this.#control(group, subscription, asked);
  }

  #subscriptionOf(group: string, session: string): MediaSession | undefined {
    const stage = this.#options.stages.ofSession(group);
    return stage?.subscriberBy(session)?.subscriptions.get(session);
  }

  async #layers(of: MediaSession, stageSession: string): Promise<PlainResponse> {
    const { session, publisherId, group = stageSession } = of;
    const status = await this.#options.forwarding.groupStatus(group);
    const published = status.publications.find(({ publication }) => publication === publisherId);
    const mine = status.subscriptions.find((subscription) => subscription.session === session);
    const layers = (published?.layers ?? []).map((layer) => viewOf(layer, mine?.layer));
    const headers = { "content-type": "application/json" };
    return { status: 200, headers, body: JSON.stringify({ layers }) };
  }

  /** An empty wish leaves the choice to the server. */
  async #choose(
    group: string,
    session: string,
    { encodingId }: Readonly<Record<string, unknown>>,
  ): Promise<PlainResponse> {
    const layer = typeof encodingId === "string" ? encodingId : "auto";
    const { forwarding } = this.#options;
    return empty((await forwarding.steerSubscription(group, session, { layer })) ? 200 : 404);
  }

  /** `play` and `pause` name lines of the offer; what isn't named by either stays. */
  async #control(
    group: string,
    { session, mids }: MediaSession,
    { play, pause }: Readonly<Record<string, unknown>>,
  ): Promise<PlainResponse> {
    const kinds = (names: unknown) =>
      (["audio", "video"] as const).filter(
        (kind) => mids[kind] !== undefined && Array.isArray(names) && names.includes(mids[kind]),
      );
    if (play === undefined && pause === undefined) return empty(400);
    const playing = kinds(play);
    const stage = this.#options.stages.ofSession(group);
    const participant = stage?.subscriberBy(session);
    const before = participant?.subscriptions.get(session)?.paused ?? [];
    const paused = [...new Set([...before, ...kinds(pause)])].filter(
      (kind) => !playing.includes(kind),
    );
    const wish = { paused };
    const at = participant?.subscriptions.get(session)?.group ?? group;
    if (!(await this.#options.forwarding.steerSubscription(at, session, wish))) return empty(404);
    const now = participant?.subscriptions.get(session);
    if (now) participant?.subscriptions.set(session, { ...now, paused });
    return empty(200);
  }
}

function viewOf(layer: LayerStatus, selected: string | undefined) {
  const { layer: encodingId, width, height, bitrate, framesPerSecond } = layer;
  return {
    ...{ encodingId, label: encodingId, width, height },
    framesPerSecond: Math.round(framesPerSecond),
    bitrate: Math.round(bitrate / 1_000),
    selected: encodingId === selected,
  };
}

function jsonObject(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? { ...value } : {};
  } catch {
    // The client's text, which asks for nothing then.
    return {};
  }
}

function empty(status: number): PlainResponse {
  return { status, headers: {}, body: undefined };
}
