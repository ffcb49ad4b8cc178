import { randomBytes } from "node:crypto";
import { OPUS_CLOCK_HZ } from "../../../container/ogg/ogg-opus.ts";
import type { Feed, Tap, TapStart } from "../../../ingest/protocol.ts";
import type { ForwardingEnd, LayerStatus, PublicationStatus } from "../../../port/forwarding.ts";
import type { MediaLimits } from "../../../port/limits.ts";
import { Bandwidth } from "../publisher/bandwidth.ts";
import { VIDEO_CLOCK_HZ } from "../publisher/video-receiver.ts";
import { type RtcpPart, writeReceiverReport, writeRemb } from "../rtp/rtcp-packet.ts";
import type { RtpPacket } from "../rtp/rtp-packet.ts";
import type { AgreedMedia } from "../sdp/agreed-media.ts";
import { PROFILES_TO_RECEIVE } from "../srtp/srtp-keys.ts";
import type { PeerEnd, WebrtcPeer } from "../webrtc-peer.ts";
import type { PeerOwner } from "../webrtc-port.ts";
import { KEPT_MS_MAX } from "./kept-beginning.ts";
import { LayerNames } from "./layer-names.ts";
import type { PublishedSource } from "./packet-source.ts";
import type { SourceLayer } from "./source-layer.ts";
import { SourceReceiver } from "./source-receiver.ts";
import { UnitTap } from "./unit-tap.ts";

const REPORT_MS = 1_000;
/** Senders need this often to hear how much they may use. */
const REMB_MS = 200;

export interface PublicationOptions {
  readonly media: AgreedMedia;
  readonly bitrateMax: number | undefined;
  readonly limits: Pick<MediaLimits, "idleDeadlineMs" | "messageBytesMax">;
  /** Path of the program that converts sound. */
  readonly ffmpeg: string | undefined;
  readonly monotonicMs: () => number;
  readonly onConnected: () => void;
  /** It has other layers, or pictures of another size. */
  readonly onMedia: (nowMs: number) => void;
  /** The peer has gone, or sends what can't be taken. Called at most once. */
  readonly onEnded: (reason: ForwardingEnd, message: string) => void;
}

/** One publisher's session: receives its sound and the layers of its picture for subscribers. */
export class Publication implements PeerOwner, PublishedSource {
  readonly profiles = PROFILES_TO_RECEIVE;
  readonly #options: PublicationOptions;
  readonly #ssrc = randomBytes(4).readUInt32BE(0);
  readonly #names: LayerNames;
  readonly #bandwidth = new Bandwidth();
  /** By SSRC. */
  readonly #receivers = new Map<number, SourceReceiver>();
  #audio: SourceReceiver | undefined;
  #video: readonly SourceReceiver[] = [];
  #peer: WebrtcPeer | undefined;
  readonly #taps = new Set<UnitTap>();
  #connectedAtMs: number | undefined;
  #mediaAtMs: number | undefined;
  #reportedAtMs = 0;
  #rembAtMs = 0;

  constructor(options: PublicationOptions) {
    this.#options = options;
    this.#names = new LayerNames(options.media);
  }

  get peer(): WebrtcPeer | undefined {
    return this.#peer;
  }

  /** The H.264 profile and level that the publisher offered, such as `42e01f`. */
  get profile(): string | undefined {
    return this.#options.media.video?.payload.parameters.get("profile-level-id");
  }

  get audio(): SourceLayer | undefined {
    return this.#audio?.layer;
  }

  get video(): readonly SourceLayer[] {
    return this.#video.map(({ layer }) => layer);
  }

  begin(peer: WebrtcPeer): void {
    this.#peer = peer;
  }

  watched(): void {
    // It is received either way: who comes next is not to wait for it.
  }

  tap(sink: Feed, { fromBeginning }: TapStart): Tap {
    const { media, limits, ffmpeg, monotonicMs } = this.#options;
    const sinceMs = fromBeginning ? this.#beginningMs() : undefined;
    const tap = new UnitTap({
      ...{ source: this, sink, ffmpeg, monotonicMs, sinceMs, video: media.video },
      hasAudio: media.audio !== undefined,
      unitBytesMax: limits.messageBytesMax,
      onClosed: () => this.#taps.delete(tap),
    });
    this.#taps.add(tap);
    return tap;
  }

  /** Undefined once it is so long ago that somebody who begins now wouldn't expect it. */
  #beginningMs(): number | undefined {
    const beganMs = this.#connectedAtMs ?? Number.NEGATIVE_INFINITY;
    if (this.#options.monotonicMs() - beganMs > KEPT_MS_MAX) {
      return undefined;
    }
    // The kept packets have these too.
    for (const layer of [this.audio, ...this.video]) {
      layer?.flush();
    }
    return beganMs;
  }

  close(message: string): void {
    for (const tap of [...this.#taps]) {
      tap.end(message);
    }
    this.#peer?.close();
  }

  connected(nowMs: number): void {
    this.#connectedAtMs ??= nowMs;
    this.#mediaAtMs = nowMs;
    this.#options.onConnected();
  }

  rtp(packet: RtpPacket, datagram: Buffer, nowMs: number): void {
    const { video, audio } = this.#options.media;
    this.#mediaAtMs = nowMs;
    switch (packet.payloadType) {
      case video?.payload.payloadType:
        this.#receiverOf("video", packet, datagram, nowMs)?.packet(packet, nowMs);
        break;
      case audio?.payload.payloadType:
        this.#receiverOf("audio", packet, datagram, nowMs)?.packet(packet, nowMs);
        break;
      case video?.repair?.payloadType: {
        const layer = this.#names.repaired(packet, datagram);
        this.#video.find((source) => source.layer.name === layer)?.repair(packet, nowMs);
        break;
      }
      default:
      // Nothing else was agreed on.
    }
  }

  rtcp(parts: readonly RtcpPart[], nowMs: number): void {
    for (const part of parts) {
      if (part.kind === "bye") {
        const known = [...this.#receivers.keys()];
        if (known.length > 0 && known.every((ssrc) => part.ssrcs.includes(ssrc))) {
          this.#end("left", "the publisher said goodbye");
          return;
        }
      } else if (part.kind === "sender-report") {
        const receiver = this.#receivers.get(part.ssrc);
        if (receiver !== undefined) {
          const { wallMs, rtpTimestamp: timestamp } = part;
          receiver.reception.sent(part, nowMs);
          receiver.layer.clock = { wallMs, timestamp, atMs: nowMs };
        }
      }
    }
  }

  tick(nowMs: number): void {
    const { idleDeadlineMs } = this.#options.limits;
    if (nowMs - (this.#mediaAtMs ?? nowMs) > idleDeadlineMs) {
      this.#end("lost", `no media for ${idleDeadlineMs / 1_000} s`);
      return;
    }
    const sources = [this.#audio, ...this.#video].filter((source) => source !== undefined);
    const asked = sources.flatMap((source) => source.tick(nowMs, this.#ssrc));
    this.#report(sources, asked, nowMs);
    for (const tap of this.#taps) {
      tap.tick(nowMs);
    }
  }

  gone(reason: PeerEnd, message: string): void {
    this.#options.onEnded(reason, message);
  }

  fail(error: unknown): void {
    this.#end("failed", error instanceof Error ? error.message : String(error));
  }

  layers(): readonly LayerStatus[] {
    return this.video.map(({ name, width, height, rate }) => ({
      ...{ layer: name, width, height },
      bitrate: rate.bitrate,
      framesPerSecond: rate.framesPerSecond,
    }));
  }

  status(): Omit<PublicationStatus, "publication" | "session"> {
    const { video, audio } = this.#options.media;
    const sources = [this.#audio, ...this.#video].filter((source) => source !== undefined);
    const sum = (read: (source: SourceReceiver) => number): number =>
      sources.reduce((total, source) => total + read(source), 0);
    return {
      connected: this.#peer?.isConnected ?? false,
      kinds: [audio, video].flatMap((track) => track?.kind ?? []),
      layers: this.layers(),
      audioBitrate: this.audio?.rate.bitrate ?? 0,
      packets: sum(({ layer }) => layer.packets),
      bytes: sum(({ layer }) => layer.bytes),
      lost: sum(({ lost }) => lost),
    };
  }

  #receiverOf(
    kind: "audio" | "video",
    packet: RtpPacket,
    datagram: Buffer,
    nowMs: number,
  ): SourceReceiver | undefined {
    const { ssrc } = packet;
    const found = this.#receivers.get(ssrc);
    if (found !== undefined) {
      return found;
    }
    const layer = kind === "audio" ? "" : this.#names.of(packet, datagram);
    if (layer === undefined) {
      return undefined;
    }
    const receiver = this.#newReceiver(kind, layer, ssrc);
    const known = kind === "audio" ? [this.#audio] : this.#video;
    const before = known.find((source) => source?.layer.name === layer);
    // A publisher that begins anew under another number goes on with the same layer.
    this.#receivers.delete(before?.reception.ssrc ?? ssrc);
    this.#receivers.set(ssrc, receiver);
    if (kind === "audio") {
      this.#audio = receiver;
    } else {
      const others = this.#video.filter((source) => source !== before);
      this.#video = this.#sorted([...others, receiver]);
    }
    this.#options.onMedia(nowMs);
    for (const tap of this.#taps) {
      tap.layersChanged(nowMs);
    }
    return receiver;
  }

  #newReceiver(kind: "audio" | "video", layer: string, ssrc: number): SourceReceiver {
    const track = this.#options.media[kind];
    return new SourceReceiver({
      ...{ kind, layer, ssrc },
      clockHz: kind === "audio" ? OPUS_CLOCK_HZ : VIDEO_CLOCK_HZ,
      repairs: track?.payload.feedback.has("nack") ?? false,
      onSize: (nowMs) => {
        this.#video = this.#sorted(this.#video);
        this.#options.onMedia(nowMs);
      },
    });
  }

  /** By the size of their pictures, and before these are known in the order of the offer. */
  #sorted(receivers: readonly SourceReceiver[]): readonly SourceReceiver[] {
    const order = this.#options.media.video?.layers ?? [];
    return [...receivers].sort(({ layer: a }, { layer: b }) => {
      const [sizeA, sizeB] = [a.width * a.height, b.width * b.height];
      const places = order.indexOf(a.name) - order.indexOf(b.name);
      return sizeA === 0 || sizeB === 0 ? places : sizeA - sizeB || places;
    });
  }

  #report(sources: readonly SourceReceiver[], asked: readonly Buffer[], nowMs: number): void {
    const isDue = nowMs - this.#reportedAtMs >= REPORT_MS;
    const isRembDue = nowMs - this.#rembAtMs >= REMB_MS;
    if (sources.length === 0 || (!isDue && !isRembDue && asked.length === 0)) {
      return;
    }
    const blocks = isDue ? sources.map(({ reception }) => reception.report(nowMs)) : [];
    if (isDue) {
      this.#reportedAtMs = nowMs;
      const worst = blocks.slice(this.#audio === undefined ? 0 : 1);
      for (const block of worst.sort((a, b) => b.fractionLost - a.fractionLost).slice(0, 1)) {
        this.#bandwidth.reported(block);
      }
    }
    const compound = [writeReceiverReport(this.#ssrc, blocks)];
    if (isRembDue) {
      this.#rembAtMs = nowMs;
      const ssrcs = sources.map(({ reception }) => reception.ssrc);
      const bitrate = this.#bandwidth.bitrate(this.#options.bitrateMax);
      compound.push(writeRemb(this.#ssrc, bitrate, ssrcs));
    }
    this.#peer?.sendRtcp(Buffer.concat([...compound, ...asked]));
  }

  #end(reason: ForwardingEnd, message: string): void {
    this.#peer?.close();
    this.#options.onEnded(reason, message);
  }
}
