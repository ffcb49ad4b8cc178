import type { Clock } from "../../../kernel/clock.ts";
import { LruMap } from "../../../kernel/lru-map.ts";
import { after } from "../../../kernel/work/timers.ts";
import type { OwnedStreams, Playable, Viewer } from "./owned-streams.ts";
import { callPeer, type PeerAddress } from "./peer-calls.ts";
import { PeerReach } from "./peer-reach.ts";
import type { PeerSignature } from "./peer-signature.ts";
import { SharedAnswers } from "./shared-answers.ts";

/** Segments of one peer's streams that are kept here for other viewers. */
const KEPT_BYTES_MAX = 64 * 1024 * 1024;
/** A stream that began or ended on the peer shows here this much later at most. */
const KNOWN_FOR_MS = 1_000;
const CHANNELS_MAX = 10_000;
/** Viewers are reported to the peer together, this often. */
const VIEWERS_REPORTED_MS = 2_000;
/** More than a channel has; those beyond aren't counted. */
const VIEWERS_MAX = 20_000;

/** Another node's streams. All rejections are StreamUnavailable. */
export class PeerStreams implements OwnedStreams {
  readonly #peer: PeerAddress;
  readonly #signature: PeerSignature;
  readonly #clock: Clock;
  readonly #answers = new SharedAnswers(KEPT_BYTES_MAX);
  readonly #playable = new LruMap<string, { atMs: number; answer: Promise<Playable | undefined> }>(
    CHANNELS_MAX,
  );
  readonly #viewers = new Map<string, Map<string, Viewer>>();
  readonly #reach = new PeerReach(() => this.#send("viewerCounts", []));
  #isReporting = false;

  constructor(peer: PeerAddress, signature: PeerSignature, clock: Clock) {
    this.#peer = peer;
    this.#signature = signature;
    this.#clock = clock;
  }

  /** All calls go there. */
  get url(): string {
    return this.#peer.url;
  }

  stopStream = (channelArn: string) => this.#call("stopStream", channelArn);
  putMetadata = (channelArn: string, text: string) => this.#call("putMetadata", channelArn, text);
  insertAdBreak = (channelArn: string, id: string, durationMs: number) =>
    this.#call("insertAdBreak", channelArn, id, durationMs);
  // JSON has no undefined: what is left out at the end stays so.
  multivariantPlaylist = (channelArn: string, baseUrl: string, heightMax?: number) =>
    heightMax === undefined
      ? this.#call("multivariantPlaylist", channelArn, baseUrl)
      : this.#call("multivariantPlaylist", channelArn, baseUrl, heightMax);
  renditionHeight = (channelArn: string, rendition: string) =>
    this.#once("renditionHeight", channelArn, rendition);
  mediaPlaylist = (channelArn: string, rendition: string, heightMax?: number) =>
    heightMax === undefined
      ? this.#once("mediaPlaylist", channelArn, rendition)
      : this.#once("mediaPlaylist", channelArn, rendition, heightMax);
  awaitMedia = (...args: Parameters<OwnedStreams["awaitMedia"]>) =>
    this.#once("awaitMedia", ...args);
  handOn = (...args: Parameters<OwnedStreams["handOn"]>) => this.#call("handOn", ...args);
  expectEncoder = (...args: Parameters<OwnedStreams["expectEncoder"]>) =>
    this.#call("expectEncoder", ...args);
  hangUp = (session: string) => this.#call("hangUp", session);
  viewerCounts = (streamIds: readonly string[]) => this.#call("viewerCounts", streamIds);

  /** Its name is its hash. */
  async initSection(...args: Parameters<OwnedStreams["initSection"]>) {
    return this.#answers.forever(JSON.stringify(["initSection", ...args]), () =>
      this.#call("initSection", ...args),
    );
  }

  /** A sequence number means one segment in a stream, and the path named the stream. */
  async segment(...args: Parameters<OwnedStreams["segment"]>) {
    return this.#kept("segment", args);
  }

  async part(...args: Parameters<OwnedStreams["part"]>) {
    return this.#kept("part", args);
  }

  playable(channelArn: string): Promise<Playable | undefined> {
    const nowMs = this.#clock.nowMs();
    const known = this.#playable.get(channelArn);
    if (known && nowMs - known.atMs < KNOWN_FOR_MS) return known.answer;
    const answer = this.#call("playable", channelArn);
    this.#playable.set(channelArn, { atMs: nowMs, answer });
    return answer;
  }

  async noteViewers(streamId: string, viewers: readonly Viewer[]): Promise<void> {
    const noted = this.#viewers.get(streamId) ?? new Map<string, Viewer>();
    this.#viewers.set(streamId, noted);
    for (const viewer of viewers) if (noted.size < VIEWERS_MAX) noted.set(viewer.id, viewer);
    if (this.#isReporting) return;
    this.#isReporting = true;
    after(VIEWERS_REPORTED_MS, () => this.#reportViewers());
  }

  /** A viewer whose report fails is missing in a count for a moment, and isn't disturbed. */
  #reportViewers(): void {
    this.#isReporting = false;
    const noted = [...this.#viewers];
    this.#viewers.clear();
    for (const [streamId, viewers] of noted)
      this.#call("noteViewers", streamId, [...viewers.values()]).catch(() => {});
  }

  async #kept(method: "segment" | "part", args: readonly unknown[]) {
    const [channelArn = ""] = args as string[];
    const stream = await this.playable(channelArn);
    const key = JSON.stringify([method, stream?.streamId, ...args]);
    const ask = () => this.#call(method, ...(args as Parameters<OwnedStreams["part"]>));
    return this.#answers.forever(key, ask);
  }

  #once<Name extends "renditionHeight" | "mediaPlaylist" | "awaitMedia">(
    method: Name,
    ...args: Parameters<OwnedStreams[Name]>
  ) {
    return this.#answers.once(JSON.stringify([method, ...args]), () => this.#call(method, ...args));
  }

  #call<Name extends keyof OwnedStreams>(method: Name, ...args: Parameters<OwnedStreams[Name]>) {
    return this.#reach.call(() => this.#send(method, ...args));
  }

  #send<Name extends keyof OwnedStreams>(method: Name, ...args: Parameters<OwnedStreams[Name]>) {
    return callPeer(this.#peer, method, args, this.#signature, this.#clock.nowMs());
  }
}
