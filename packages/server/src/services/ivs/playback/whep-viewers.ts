import type { ForwardingEvent } from "@rolecast/media";
import type { Log } from "../../../kernel/ports/log.ts";
import type { PlainRequest } from "../../../kernel/service.ts";
import { Periodic } from "../../../kernel/work/periodic.ts";
import type { LiveStreams } from "../live/live-streams.ts";
import type { Viewer } from "../nodes/owned-streams.ts";
import type { PlaybackGate } from "./playback-gate.ts";
import { PlaybackRefusal } from "./playback-refusal.ts";

/** Viewers of HLS ask for a playlist several times in the time for which they count. */
const ROUND_MS = 10_000;

/** One viewer who is sent a stream by WebRTC. */
export interface WhepViewer {
  readonly channelArn: string;
  readonly streamId: string;
  readonly viewer: Viewer;
  /** As it was made: its origin and address are asked for again. */
  readonly request: PlainRequest;
  readonly sealedSession: string | undefined;
}

export interface WhepViewersOptions {
  readonly live: Pick<LiveStreams, "forwarding" | "directory" | "viewers">;
  readonly gate: Pick<PlaybackGate, "resume">;
  readonly log: Log;
}

/** Counts the viewers by WebRTC, and ends those who may watch no longer, as HLS would. */
export class WhepViewers {
  readonly #options: WhepViewersOptions;
  readonly #rounds: Periodic;
  /** By session. */
  readonly #viewers = new Map<string, WhepViewer>();
  #stopListening = (): void => {};

  constructor(options: WhepViewersOptions) {
    this.#options = options;
    this.#rounds = new Periodic({
      everyMs: ROUND_MS,
      round: () => this.recheck(),
      failed: (err) => options.log.error({ err }, "Looking after viewers by WebRTC failed"),
    });
  }

  start(): void {
    this.#stopListening = this.#options.live.forwarding.listen((event) => this.#heard(event));
    this.#rounds.start();
  }

  async close(): Promise<void> {
    this.#stopListening();
    await this.#rounds.close();
    this.#viewers.clear();
  }

  /** Called before the viewer can have connected. */
  add(session: string, viewer: WhepViewer): void {
    this.#viewers.set(session, viewer);
  }

  /** Resolves false where there is no such session of the channel. */
  async end(session: string, channelArn: string): Promise<boolean> {
    const known = this.#viewers.get(session);
    if (known?.channelArn !== channelArn) return false;
    this.#viewers.delete(session);
    return this.#options.live.forwarding.closeForwarding(channelArn, session);
  }

  #heard({ type, session }: ForwardingEvent): void {
    const known = this.#viewers.get(session);
    if (!known) return;
    if (type === "subscription-ended") this.#viewers.delete(session);
    if (type === "subscription-connected")
      this.#options.live.viewers.note(known.streamId, known.viewer);
  }

  /** Asks again whether each may watch; those who may count as viewers on. */
  async recheck(): Promise<void> {
    for (const [session, known] of [...this.#viewers]) {
      if (await this.#mayGoOn(known)) this.#options.live.viewers.note(known.streamId, known.viewer);
      else await this.end(session, known.channelArn);
    }
  }

  async #mayGoOn({ channelArn, streamId, request, sealedSession }: WhepViewer): Promise<boolean> {
    const { live, gate } = this.#options;
    const playing = await live.directory.playing(channelArn);
    if (playing?.streamId !== streamId) return false;
    try {
      await gate.resume(request, { channelArn, streamId, rules: playing.rules }, sealedSession);
      return true;
    } catch (error) {
      if (error instanceof PlaybackRefusal) return false;
      throw error;
    }
  }
}
