import { randomBytes } from "node:crypto";
import type { IngestPort } from "../../ingest/protocol.ts";
import type { MediaLimits } from "../../port/limits.ts";
import { MediaError } from "../../port/media-error.ts";
import { inBackground } from "../../runtime/in-background.ts";
import {
  type ConnectionRequest,
  extensionFlags,
  HANDSHAKE_BYTES,
  HANDSHAKE_TYPE,
  type Handshake,
  parseConnectionRequest,
  parseHandshake,
  SRT_MAGIC,
  writeAgreement,
  writeHandshake,
} from "./handshake.ts";
import {
  CONTROL,
  destinationOf,
  EXTENSION,
  PACKET_BYTES_MAX,
  parsePacket,
  writeControl,
} from "./packet.ts";
import { WINDOW_PACKETS } from "./receive-buffer.ts";
import { REJECT, SrtRejection } from "./reject-reason.ts";
import { admitCaller } from "./srt-admission.ts";
import { SrtConnection } from "./srt-connection.ts";
import { SynCookies } from "./syn-cookie.ts";

const HANDSHAKE_VERSION = { legacy: 4, extended: 5 } as const;
const MTU_BYTES = 1_500;
/** libsrt's default, and less than callers need whose memory isn't theirs alone. */
const LATENCY_MIN_MS = 120;
const LATENCY_MAX_MS = 10_000;
/** Interval of acknowledgements (draft-sharabayko-srt-01, 4.8.1). */
const TICK_MS = 10;
/** Callers whose stream key and passphrase are being looked at. Others ask again in a moment. */
const PENDING_MAX = 32;
/** The same for one address, so that no single one takes all the places. */
const PENDING_OF_ADDRESS_MAX = 8;
/** libsrt's callers repeat themselves four times a second, and give up after three seconds. */
const CALLING_MS = 3_000;

export interface PeerAddress {
  readonly address: string;
  readonly port: number;
}

export interface SrtCallersOptions {
  readonly limits: MediaLimits;
  readonly port: IngestPort;
  readonly send: (datagram: Buffer, to: PeerAddress) => void;
  readonly monotonicMs: () => number;
}

interface Caller {
  readonly peer: PeerAddress;
  readonly connection: SrtConnection;
  /** The datagram that agreed to it, for callers that it didn't reach. */
  readonly agreement: Buffer;
}

/** Decided about, and not answered yet. */
interface PendingCaller {
  heardAtMs: number;
}

/**
 * Callers that speak SRT with us, distinguished by address and socket id. Nothing is kept of a
 * caller before it has shown that it receives what is sent to its address.
 */
export class SrtCallers {
  readonly #options: SrtCallersOptions;
  readonly #cookies = new SynCookies();
  /** By our socket id. */
  readonly #callers = new Map<number, Caller>();
  /** The same, by the peer's address and socket id, and those that are decided about. */
  readonly #byPeer = new Map<string, Caller | PendingCaller>();
  #pending = 0;
  readonly #pendingOf = new Map<string, number>();
  #isClosed = false;
  #isAdmitting = true;
  /** Runs while there are connections. */
  #ticker: NodeJS.Timeout | undefined;

  constructor(options: SrtCallersOptions) {
    this.#options = options;
  }

  get connections(): number {
    return this.#callers.size;
  }

  receive(datagram: Buffer, from: PeerAddress): void {
    const destination = destinationOf(datagram);
    // No caller could be answered at port 0, which a forged datagram may name; larger ones SRT
    // doesn't send.
    if (destination === undefined || from.port === 0 || datagram.length > PACKET_BYTES_MAX) {
      return;
    }
    const packet = parsePacket(datagram);
    if (destination !== 0) {
      const caller = this.#callers.get(destination);
      if (caller?.peer.address === from.address && caller.peer.port === from.port) {
        caller.connection.receive(packet);
      }
      return;
    }
    const isHandshake = packet.kind === "control" && packet.type === CONTROL.handshake;
    if (isHandshake && packet.body.length >= HANDSHAKE_BYTES) {
      this.#handshake(parseHandshake(packet.body), packet.body, from);
    }
  }

  /** Lets new callers in, or rejects them with "overload": libsrt's callers may try elsewhere. */
  admit(isOpen: boolean): void {
    this.#isAdmitting = isOpen;
  }

  close(): void {
    this.#isClosed = true;
    for (const { connection } of this.#callers.values()) {
      connection.end("engine-closed", "the server stops");
    }
    this.#callers.clear();
    this.#byPeer.clear();
    this.#rest();
  }

  #handshake(handshake: Handshake, body: Buffer, from: PeerAddress): void {
    const nowMs = this.#options.monotonicMs();
    if (handshake.type === HANDSHAKE_TYPE.induction) {
      const cookie = this.#cookies.issue(from.address, from.port, nowMs);
      const answer = { version: HANDSHAKE_VERSION.extended, encryption: 0, extension: SRT_MAGIC };
      const offer = { maximumSegment: MTU_BYTES, flowWindow: WINDOW_PACKETS };
      this.#answer(handshake, writeHandshake({ ...handshake, ...answer, ...offer, cookie }), from);
      return;
    }
    if (
      handshake.type !== HANDSHAKE_TYPE.conclusion ||
      !this.#cookies.isValid(handshake.cookie, from.address, from.port, nowMs)
    ) {
      return;
    }
    const known = this.#byPeer.get(peerKey(from, handshake));
    if (known === undefined) {
      this.#conclude(handshake, body, from);
    } else if ("heardAtMs" in known) {
      known.heardAtMs = nowMs;
    } else {
      this.#options.send(known.agreement, from);
    }
  }

  #conclude(handshake: Handshake, body: Buffer, from: PeerAddress): void {
    const { address } = from;
    const ofAddress = this.#pendingOf.get(address) ?? 0;
    const isFull = this.#pending >= PENDING_MAX || ofAddress >= PENDING_OF_ADDRESS_MAX;
    if (isFull || this.#isClosed) {
      return;
    }
    let request: ConnectionRequest;
    try {
      if (handshake.version !== HANDSHAKE_VERSION.extended) {
        throw new SrtRejection("version", "the handshake is of a version before 5");
      }
      if (!this.#isAdmitting) {
        throw new SrtRejection("overload", "this server takes no new streams now");
      }
      if (this.#callers.size + this.#pending >= this.#options.limits.connectionsMax) {
        throw new SrtRejection("overload", "there are too many connections");
      }
      // Copied: the decision about it takes a while.
      request = parseConnectionRequest(Buffer.from(body));
    } catch (error) {
      this.#tellRefused(
        this.#options.port.newConnectionId(),
        from,
        handshake.encryption !== 0,
        error,
      );
      this.#reject(handshake, error, from);
      return;
    }
    const key = peerKey(from, handshake);
    const pending = { heardAtMs: this.#options.monotonicMs() };
    this.#byPeer.set(key, pending);
    this.#pending += 1;
    this.#pendingOf.set(address, ofAddress + 1);
    inBackground(
      this.#decide(handshake, request, from, pending)
        .catch((error: unknown) => {
          this.#byPeer.delete(key);
          this.#reject(handshake, error, from);
        })
        .finally(() => {
          this.#pending -= 1;
          const left = (this.#pendingOf.get(address) ?? 1) - 1;
          if (left === 0) {
            this.#pendingOf.delete(address);
          } else {
            this.#pendingOf.set(address, left);
          }
        }),
    );
  }

  async #decide(
    handshake: Handshake,
    request: ConnectionRequest,
    from: PeerAddress,
    pending: PendingCaller,
  ): Promise<void> {
    const { port, limits, monotonicMs, send } = this.#options;
    const id = this.#options.port.newConnectionId();
    const remoteAddress = from.address;
    const admitted = await admitCaller(request, port).catch((error: unknown) => {
      this.#tellRefused(id, from, request.keyMaterial !== undefined, error);
      throw error;
    });
    const { name, decryptor } = admitted;
    const socketId = this.#newSocketId();
    const key = peerKey(from, handshake);
    const latencyMs = Math.min(Math.max(request.latencyMs, LATENCY_MIN_MS), LATENCY_MAX_MS);
    const connection = new SrtConnection({
      id,
      remoteAddress,
      socketId,
      peerSocketId: handshake.socketId,
      initialSequence: handshake.initialSequence,
      latencyMs,
      decryptor,
      limits,
      port,
      send: (datagram) => send(datagram, from),
      isCalling: () => monotonicMs() - pending.heardAtMs < CALLING_MS,
      onClosed: () => {
        this.#callers.delete(socketId);
        this.#byPeer.delete(key);
        this.#rest();
      },
      monotonicMs,
    });
    const feed = await port.publish(connection, name).catch((error: unknown) => {
      connection.fail(error);
      throw error;
    });
    if (this.#isClosed || !connection.open) {
      const reason = this.#isClosed ? "engine-closed" : "stopped";
      feed.end(reason, "the stream was ended before it began");
      throw new SrtRejection("peer", "the stream was ended before it began");
    }
    connection.begin(feed);
    const agreement = this.#agreement(handshake, request, socketId, latencyMs);
    const caller = { peer: from, connection, agreement };
    this.#callers.set(socketId, caller);
    this.#byPeer.set(key, caller);
    this.#ticker ??= setInterval(() => this.#tick(), TICK_MS);
    send(agreement, from);
  }

  #agreement(
    handshake: Handshake,
    { keyMaterial }: ConnectionRequest,
    socketId: number,
    latencyMs: number,
  ): Buffer {
    const encrypted = keyMaterial !== undefined;
    const agreed = {
      type: EXTENSION.handshakeResponse,
      content: writeAgreement(latencyMs, encrypted),
    };
    const keys = keyMaterial && { type: EXTENSION.keyMaterialResponse, content: keyMaterial };
    const fields = {
      ...handshake,
      encryption: 0,
      extension: extensionFlags(encrypted),
      maximumSegment: Math.min(MTU_BYTES, handshake.maximumSegment),
      flowWindow: WINDOW_PACKETS,
      socketId,
    };
    const body = writeHandshake(fields, keys === undefined ? [agreed] : [agreed, keys]);
    return packetTo(handshake, body);
  }

  #tellRefused(id: string, from: PeerAddress, secure: boolean, error: unknown): void {
    const about = { id, remoteAddress: from.address, secure };
    const message = error instanceof Error ? error.message : String(error);
    const publisher = { ...about, open: false, disconnect: ignore, fail: ignore };
    this.#options.port.refused(publisher, message, false);
  }

  #reject(handshake: Handshake, error: unknown, to: PeerAddress): void {
    const type = HANDSHAKE_TYPE.rejection + codeOf(error);
    const version = HANDSHAKE_VERSION.extended;
    const body = writeHandshake({ ...handshake, version, encryption: 0, extension: 0, type });
    this.#answer(handshake, body, to);
  }

  #answer(handshake: Handshake, body: Buffer, to: PeerAddress): void {
    this.#options.send(packetTo(handshake, body), to);
  }

  #tick(): void {
    const nowMs = this.#options.monotonicMs();
    for (const { connection } of this.#callers.values()) {
      connection.tick(nowMs);
    }
  }

  #rest(): void {
    if (this.#callers.size === 0) {
      clearInterval(this.#ticker);
      this.#ticker = undefined;
    }
  }

  #newSocketId(): number {
    for (;;) {
      const id = randomBytes(4).readUInt32BE(0) & 0x3fffffff;
      if (id !== 0 && !this.#callers.has(id)) {
        return id;
      }
    }
  }
}

function ignore(): void {}

function codeOf(error: unknown): number {
  if (error instanceof SrtRejection) {
    return error.code;
  }
  const isRefusal = error instanceof MediaError && error.code === "refused";
  return isRefusal ? REJECT.forbidden : REJECT.internalError;
}

function packetTo({ socketId }: Handshake, body: Buffer): Buffer {
  const timestampUs = 0;
  return writeControl({ type: CONTROL.handshake, timestampUs, destination: socketId }, body);
}

function peerKey({ address, port }: PeerAddress, { socketId }: Handshake): string {
  return `${address} ${port} ${socketId}`;
}
