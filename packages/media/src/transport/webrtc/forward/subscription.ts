import type { ForwardingEnd, SubscriptionStatus } from "../../../port/forwarding.ts";
import type { RtcpPart } from "../rtp/rtcp-packet.ts";
import { PROFILES_TO_SEND } from "../srtp/srtp-keys.ts";
import type { PeerEnd, WebrtcPeer } from "../webrtc-peer.ts";
import type { PeerOwner } from "../webrtc-port.ts";
import { LayerChoice } from "./layer-choice.ts";
import type { SourcePacket } from "./packet-history.ts";
import type { PacketSource } from "./packet-source.ts";
import { SentTrack, type SentTrackNumbers } from "./sent-track.ts";
import type { LayerFollower, SourceLayer } from "./source-layer.ts";

const CHOOSE_MS = 250;
/** A keyframe that a switch waits for is asked for again after this. */
const ASK_AGAIN_MS = 500;
const AUTO = "auto";

type Kind = "audio" | "video";

export interface SubscriptionOptions {
  readonly audio: SentTrackNumbers | undefined;
  readonly video: SentTrackNumbers | undefined;
  readonly initialLayer: "lowest" | "highest";
  readonly bitrateMax: number | undefined;
  readonly onConnected: () => void;
  /** The peer has gone. Called at most once. */
  readonly onEnded: (reason: ForwardingEnd, message: string) => void;
}

/** One subscriber: is sent a source's sound and one layer of its picture. */
export class Subscription implements PeerOwner, LayerFollower {
  readonly profiles = PROFILES_TO_SEND;
  readonly #options: SubscriptionOptions;
  readonly #audio: SentTrack | undefined;
  readonly #video: SentTrack | undefined;
  readonly #choice: LayerChoice;
  readonly #paused = new Set<Kind>();
  #source: PacketSource | undefined;
  #peer: WebrtcPeer | undefined;
  /** The layer that is sent from its next keyframe on; the one that is sent where they agree. */
  #target: SourceLayer | undefined;
  /** By name; undefined: chosen by bandwidth. */
  #wanted: string | undefined;
  #hasBegun = false;
  #choseAtMs = 0;
  #askedAtMs = Number.NEGATIVE_INFINITY;
  #lost = 0;

  constructor(options: SubscriptionOptions) {
    this.#options = options;
    this.#audio = options.audio && new SentTrack(options.audio);
    this.#video = options.video && new SentTrack(options.video);
    this.#choice = new LayerChoice(options.bitrateMax);
  }

  get peer(): WebrtcPeer | undefined {
    return this.#peer;
  }

  begin(peer: WebrtcPeer, source: PacketSource): void {
    this.#peer = peer;
    this.#source = source;
  }

  /** Receives this source from now on; the picture from its next keyframe on. */
  receive(source: PacketSource, nowMs: number): void {
    this.#leave();
    this.#source = source;
    this.#hasBegun = false;
    this.#refresh(nowMs);
  }

  /** The source has other layers than before. */
  layersChanged(nowMs: number): void {
    this.#refresh(nowMs);
  }

  /** Returns false for a layer that the source doesn't have. */
  chooseLayer(name: string, nowMs: number): boolean {
    if (name !== AUTO && this.#source?.video.some((layer) => layer.name === name) !== true) {
      return false;
    }
    this.#wanted = name === AUTO ? undefined : name;
    this.#refresh(nowMs);
    return true;
  }

  pause(kinds: readonly Kind[], nowMs: number): void {
    this.#paused.clear();
    for (const kind of kinds) {
      this.#paused.add(kind);
    }
    for (const [kind, track] of [
      ["audio", this.#audio] as const,
      ["video", this.#video] as const,
    ]) {
      if (this.#paused.has(kind)) {
        track?.pause();
      }
    }
    this.#refresh(nowMs);
  }

  /** Nothing more is sent. */
  close(): void {
    this.#leave();
    this.#peer?.close();
  }

  connected(nowMs: number): void {
    this.#refresh(nowMs);
    this.#options.onConnected();
  }

  packet(layer: SourceLayer, packet: SourcePacket, nowMs: number, following: number): void {
    const track = layer.kind === "audio" ? this.#audio : this.#video;
    const peer = this.#peer;
    if (track === undefined || peer === undefined || this.#paused.has(layer.kind)) {
      return;
    }
    if (track.layer !== layer) {
      if (layer.kind === "video" && (layer !== this.#target || !packet.beginsKeyframe)) {
        return;
      }
      const before = track.layer;
      track.switchTo(layer, packet, nowMs);
      if (before !== undefined) {
        before.leave(this);
      }
    }
    track.send(layer, packet, peer, nowMs, following);
  }

  rtp(): void {
    // The answer says that nothing is received.
  }

  rtcp(parts: readonly RtcpPart[], nowMs: number): void {
    const peer = this.#peer;
    const video = this.#video;
    if (peer === undefined) {
      return;
    }
    for (const part of parts) {
      if (part.kind === "nack") {
        const track = [video, this.#audio].find((sent) => sent?.numbers.ssrc === part.media);
        track?.repair(part.sequences, peer, nowMs);
      } else if (part.kind === "picture-loss" && part.media === video?.numbers.ssrc) {
        video.layer?.needKeyframe(nowMs);
      } else if (part.kind === "remb") {
        this.#choice.estimated(part.bitrate);
      } else if (part.kind === "receiver-report") {
        const report = part.reports.find(({ ssrc }) => ssrc === video?.numbers.ssrc);
        this.#lost = report === undefined ? this.#lost : Math.max(0, report.lost);
        this.#choice.reported(report?.fractionLost ?? 0);
      }
    }
  }

  tick(nowMs: number): void {
    if (nowMs - this.#choseAtMs >= CHOOSE_MS) {
      this.#refresh(nowMs);
    }
    this.#report(nowMs);
  }

  gone(reason: PeerEnd, message: string): void {
    this.#leave();
    this.#options.onEnded(reason, message);
  }

  fail(error: unknown): void {
    this.close();
    this.#options.onEnded("failed", error instanceof Error ? error.message : String(error));
  }

  status(): Omit<SubscriptionStatus, "publication" | "session"> {
    const tracks = [this.#audio, this.#video].filter((track) => track !== undefined);
    const sum = (read: (track: SentTrack) => number): number =>
      tracks.reduce((total, track) => total + read(track), 0);
    return {
      connected: this.#peer?.isConnected ?? false,
      layer: this.#video?.layer?.name,
      wanted: this.#wanted,
      packets: sum(({ packets }) => packets),
      bytes: sum(({ bytes }) => bytes),
      lost: this.#lost,
      repaired: sum(({ repairs }) => repairs),
    };
  }

  /** Follows what is to be sent by now, and asks for what a switch waits for. */
  #refresh(nowMs: number): void {
    this.#choseAtMs = nowMs;
    if (this.#peer?.isConnected !== true || this.#source === undefined) {
      return;
    }
    if (this.#audio !== undefined && !this.#paused.has("audio")) {
      this.#source.audio?.follow(this);
    }
    if (this.#video !== undefined && !this.#paused.has("video")) {
      this.#aim(this.#source.video, this.#video, nowMs);
    }
  }

  #aim(layers: readonly SourceLayer[], track: SentTrack, nowMs: number): void {
    const name = this.#layerNow(layers, nowMs);
    const target = layers.find((layer) => layer.name === name);
    if (target !== this.#target) {
      if (this.#target !== track.layer) {
        this.#target?.leave(this);
      }
      this.#target = target;
      this.#askedAtMs = Number.NEGATIVE_INFINITY;
    }
    target?.follow(this);
    if (target !== track.layer && nowMs - this.#askedAtMs >= ASK_AGAIN_MS) {
      this.#askedAtMs = nowMs;
      target?.needKeyframe(nowMs);
    }
  }

  #layerNow(layers: readonly SourceLayer[], nowMs: number): string | undefined {
    const wanted = layers.find(({ name }) => name === this.#wanted);
    if (wanted !== undefined) {
      return wanted.name;
    }
    if (!this.#hasBegun && layers.length > 0) {
      this.#hasBegun = true;
      const alive = layers.filter(({ isAlive }) => isAlive);
      const usable = alive.length > 0 ? alive : layers;
      const first = this.#options.initialLayer === "lowest" ? usable[0] : usable.at(-1);
      this.#choice.begin(first?.name ?? "", nowMs);
    }
    const choosable = layers.map(({ name, rate }) => ({ name, bitrate: rate.bitrate }));
    return this.#choice.choose(choosable, nowMs);
  }

  #report(nowMs: number): void {
    const tracks = [this.#audio, this.#video];
    const reports = tracks.flatMap((track) => track?.report(nowMs) ?? []);
    if (reports.length > 0) {
      this.#peer?.sendRtcp(Buffer.concat(reports));
    }
  }

  #leave(): void {
    const source = this.#source;
    for (const layer of [source?.audio, ...(source?.video ?? []), this.#target]) {
      layer?.leave(this);
    }
    this.#video?.layer?.leave(this);
    this.#video?.pause();
    this.#audio?.layer?.leave(this);
    this.#audio?.pause();
    this.#target = undefined;
  }
}
