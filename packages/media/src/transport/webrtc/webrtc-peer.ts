import { randomBytes } from "node:crypto";
import type { DtlsCertificate } from "./dtls/dtls-certificate.ts";
import type { DtlsHandshake } from "./dtls/dtls-handshake.ts";
import { DtlsServer } from "./dtls/dtls-server.ts";
import type { OfferedTransport } from "./peer-description.ts";
import { parseRtcp, type RtcpPart } from "./rtp/rtcp-packet.ts";
import {
  isRtcp,
  parseRtpHeader,
  type RtpPacket,
  rtpPacket,
  withoutPadding,
} from "./rtp/rtp-packet.ts";
import { keepSealed } from "./srtp/counter-sealer.ts";
import type { SrtpMasters, SrtpProfile } from "./srtp/srtp-keys.ts";
import { type RtpIdentity, SrtpReceiver, SrtpSender } from "./srtp/srtp-session.ts";
import {
  hasIntegrity,
  STUN_ATTRIBUTE,
  type StunMessage,
  writeBindingSuccess,
} from "./stun/stun-message.ts";
import type { TransportPath } from "./transport-path.ts";

/** Peers check their path every 2.5 s (RFC 7675): after this, they have gone. */
const SILENCE_MAX_MS = 8_000;
const UFRAG_BYTES = 6;
const PASSWORD_BYTES = 18;

/** Takes what comes from a peer. Nothing that a handler throws is caught here. */
export interface PeerHandlers {
  /** SRTP's profiles, the best first: for a peer that sends, or for one that is sent to. */
  readonly profiles: readonly SrtpProfile[];
  /** ICE and DTLS are done: media may be sent from now on. */
  connected(nowMs: number): void;
  /** A genuine packet. `datagram` has its header, with the extensions, in clear. */
  rtp(packet: RtpPacket, datagram: Buffer, nowMs: number): void;
  rtcp(parts: readonly RtcpPart[], nowMs: number): void;
  /** Called every 20 ms once the peer is connected. */
  tick(nowMs: number): void;
  /** Called once, unless we closed it. */
  gone(reason: PeerEnd, message: string): void;
}

/** `left`: it said so. `lost`: nothing is heard of it. `failed`: it isn't who it should be. */
export type PeerEnd = "left" | "lost" | "failed";

export interface PeerOptions {
  readonly offered: OfferedTransport;
  readonly certificate: DtlsCertificate;
  readonly handlers: PeerHandlers;
  /** Time from the offer to the end of the handshake. */
  readonly connectDeadlineMs: number;
  readonly nowMs: number;
}

/**
 * One peer's transport: ICE-lite's side of its checks, DTLS, SRTP. It moves packets and knows
 * nothing of media: publishers of channels and forwarding are built on it alike.
 */
export class WebrtcPeer {
  readonly iceUfrag = randomBytes(UFRAG_BYTES).toString("base64");
  readonly icePassword = randomBytes(PASSWORD_BYTES).toString("base64");
  readonly #options: PeerOptions;
  readonly #dtls: DtlsHandshake;
  #path: TransportPath | undefined;
  #receiver: SrtpReceiver | undefined;
  #sender: SrtpSender | undefined;
  #heardAtMs: number;
  #closed = false;

  constructor(options: PeerOptions) {
    this.#options = options;
    this.#heardAtMs = options.nowMs;
    this.#dtls = new DtlsServer(options.certificate, {
      peerFingerprints: options.offered.fingerprints,
      profiles: options.handlers.profiles,
      send: (datagram) => this.#path?.send(datagram),
      onKeys: (keys) => this.#begin(keys),
      onEnd: ({ isFailure, message }) => this.#gone(isFailure ? "failed" : "left", message),
    });
  }

  get isConnected(): boolean {
    return this.#sender !== undefined && !this.#closed;
  }

  get isClosed(): boolean {
    return this.#closed;
  }

  /** The address that its media comes from; undefined before its first check. */
  get remoteAddress(): string | undefined {
    return this.#path?.address;
  }

  /**
   * Answers a binding request that names this peer. Returns whether it is genuine: then what else
   * comes by this path is the peer's.
   */
  check(request: StunMessage, path: TransportPath, nowMs: number): boolean {
    const username = request.attributes.get(STUN_ATTRIBUTE.username)?.toString("latin1");
    const isForUs = username === `${this.iceUfrag}:${this.#options.offered.iceUfrag}`;
    if (this.#closed || !isForUs || !hasIntegrity(request, this.icePassword)) {
      return false;
    }
    this.#heardAtMs = nowMs;
    // The peer decides: its nomination may move us to another path at any time (RFC 8445, 7.3.1.5).
    if (this.#path === undefined || request.attributes.has(STUN_ATTRIBUTE.useCandidate)) {
      this.#path = path;
    }
    path.send(writeBindingSuccess(request.transactionId, path, this.icePassword));
    return true;
  }

  dtls(datagram: Buffer, nowMs: number): void {
    if (!this.#closed) {
      this.#heardAtMs = nowMs;
      this.#dtls.receive(datagram, nowMs);
    }
  }

  /** Takes a datagram of RTP or RTCP. */
  media(datagram: Buffer, nowMs: number): void {
    const receiver = this.#receiver;
    if (receiver === undefined || this.#closed) {
      return;
    }
    if (isRtcp(datagram)) {
      const compound = receiver.rtcp(datagram);
      if (compound !== undefined) {
        this.#heardAtMs = nowMs;
        this.#options.handlers.rtcp(parseRtcp(compound), nowMs);
      }
      return;
    }
    const header = parseRtpHeader(datagram);
    const clear = header && receiver.rtp(header, datagram);
    const payload = header && clear && withoutPadding(header, clear);
    if (header !== undefined && payload !== undefined) {
      this.#heardAtMs = nowMs;
      this.#options.handlers.rtp(rtpPacket(header, payload), datagram, nowMs);
    }
  }

  /**
   * `head` is the packet's header. Nothing is sent before the peer is connected. `following`: so
   * many packets of the source are sent next, with the numbers that follow.
   */
  sendRtp(identity: RtpIdentity, head: Buffer, payload: Buffer, following = 0): void {
    if (this.isConnected && this.#sender !== undefined) {
      const isInUse = this.#path?.send(this.#sender.rtp(identity, head, payload, following));
      if (isInUse === true) {
        keepSealed();
      }
    }
  }

  /** Nothing is sent before the peer is connected. */
  sendRtcp(compound: Buffer): void {
    if (this.isConnected && this.#sender !== undefined) {
      this.#path?.send(this.#sender.rtcp(compound));
    }
  }

  tick(nowMs: number): void {
    if (this.#closed) {
      return;
    }
    const { nowMs: sinceMs, connectDeadlineMs, handlers } = this.#options;
    if (!this.isConnected) {
      if (nowMs - sinceMs > connectDeadlineMs) {
        this.#gone("lost", `the peer has not connected for ${connectDeadlineMs / 1_000} s`);
      } else {
        this.#dtls.tick(nowMs);
      }
    } else if (nowMs - this.#heardAtMs > SILENCE_MAX_MS) {
      this.#gone("lost", `nothing was heard of the peer for ${SILENCE_MAX_MS / 1_000} s`);
    } else {
      handlers.tick(nowMs);
    }
  }

  /** Tells the peer that this is the end; calls no handler. */
  close(): void {
    if (!this.#closed) {
      this.#closed = true;
      this.#dtls.close();
      this.#path?.close();
    }
  }

  #begin({ receive, send }: SrtpMasters): void {
    this.#receiver = new SrtpReceiver(receive);
    this.#sender = new SrtpSender(send);
    this.#options.handlers.connected(this.#heardAtMs);
  }

  #gone(reason: PeerEnd, message: string): void {
    if (!this.#closed) {
      this.close();
      this.#options.handlers.gone(reason, message);
    }
  }
}
