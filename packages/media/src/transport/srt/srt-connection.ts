import { END_REASONS } from "../../ingest/end-reasons.ts";
import type { MediaSink, Publisher } from "../../ingest/ingest-port.ts";
import type { IngestPort } from "../../ingest/protocol.ts";
import { TransportStreamUnits } from "../../ingest/transport-stream-units.ts";
import type { SessionEndReason } from "../../port/events.ts";
import type { MediaLimits } from "../../port/limits.ts";
import { MediaError } from "../../port/media-error.ts";
import { inBackground } from "../../runtime/in-background.ts";
import { parseKeyMaterial, type StreamDecryptor } from "./key-material.ts";
import {
  CONTROL,
  type ControlPacket,
  type DataPacket,
  EMPTY_BODY,
  EXTENSION,
  type SrtPacket,
  writeControl,
} from "./packet.ts";
import { ReceiveBuffer } from "./receive-buffer.ts";
import { ReceiverReports } from "./receiver-reports.ts";
import type { SequenceRange } from "./sequence.ts";

/** libsrt's: a peer that says nothing, not even that it is there, has gone. */
const PEER_IDLE_MS = 5_000;
/** Said when there is nothing else to say (draft-sharabayko-srt-01, 3.2.3). */
const KEEP_ALIVE_MS = 1_000;
/** A peer that missed our end hears of it again this long. */
const LINGER_MS = 2_000;
/** Answers to key material that can't be used (3.2.2). */
const KEY_STATE = { noSecret: 3, badSecret: 4 } as const;

export interface SrtConnectionOptions {
  readonly id: string;
  readonly remoteAddress: string;
  /** Ours, to which the peer's packets are addressed. */
  readonly socketId: number;
  readonly peerSocketId: number;
  readonly initialSequence: number;
  readonly latencyMs: number;
  /** Undefined for media in clear. */
  readonly decryptor: StreamDecryptor | undefined;
  readonly limits: MediaLimits;
  readonly port: IngestPort;
  readonly send: (datagram: Buffer) => void;
  /** Whether the peer, to which nothing was agreed yet, still asks for a connection. */
  readonly isCalling: () => boolean;
  /** Nothing more is to be received for this connection. */
  readonly onClosed: () => void;
  /** Monotonic milliseconds. */
  readonly monotonicMs: () => number;
}

/**
 * One encoder's connection, from its accepted handshake on: it receives in live mode. An error in
 * what the peer sends ends this connection and no other.
 */
export class SrtConnection implements Publisher {
  readonly id: string;
  readonly remoteAddress: string;
  readonly secure: boolean;
  readonly socketId: number;
  readonly #options: SrtConnectionOptions;
  readonly #buffer: ReceiveBuffer;
  readonly #reports: ReceiverReports;
  readonly #startedAtMs: number;
  #sink: MediaSink | undefined;
  #units: TransportStreamUnits | undefined;
  #ended = false;
  #closedAtMs: number | undefined;
  #learning = false;
  #heardAtMs: number;
  #lastMediaAtMs: number;
  #sentAtMs: number;

  constructor(options: SrtConnectionOptions) {
    const { initialSequence, latencyMs, decryptor, monotonicMs } = options;
    this.id = options.id;
    this.remoteAddress = options.remoteAddress;
    this.socketId = options.socketId;
    this.secure = decryptor !== undefined;
    this.#options = options;
    this.#startedAtMs = monotonicMs();
    this.#heardAtMs = this.#startedAtMs;
    this.#lastMediaAtMs = this.#startedAtMs;
    this.#sentAtMs = this.#startedAtMs;
    this.#buffer = new ReceiveBuffer({
      initialSequence,
      latencyMs,
      deliver: (payload) => this.#deliver(payload),
      onLost: (packets) => this.#units?.lose(packets),
    });
    this.#reports = new ReceiverReports(this.#buffer, (type, info, body) =>
      this.#control(type, info, body),
    );
  }

  get open(): boolean {
    return !this.#ended && (this.#sink !== undefined || this.#options.isCalling());
  }

  /** The broadcast is there, and the peer is about to hear of it. */
  begin(sink: MediaSink): void {
    this.#sink = sink;
    this.#units = new TransportStreamUnits(sink, this.#options.limits.messageBytesMax);
    this.#heardAtMs = this.#options.monotonicMs();
    this.#lastMediaAtMs = this.#heardAtMs;
  }

  disconnect(): void {
    this.#ended = true;
    this.#close();
  }

  fail(error: unknown): void {
    const message = error instanceof Error ? error.message : String(error);
    const reason = error instanceof MediaError ? END_REASONS[error.code] : "internal-error";
    this.end(reason, message);
  }

  /** Ends the connection, saying why to the broadcast; SRT has no words for the peer. */
  end(reason: SessionEndReason, message: string): void {
    this.#over(reason, message);
    this.#close();
  }

  receive(packet: SrtPacket): void {
    if (this.#closedAtMs !== undefined) {
      this.#control(CONTROL.shutdown, 0, EMPTY_BODY);
      return;
    }
    const nowMs = this.#options.monotonicMs();
    this.#heardAtMs = nowMs;
    try {
      if (packet.kind === "data") {
        this.#data(packet, nowMs);
      } else {
        this.#controlled(packet, nowMs);
      }
    } catch (error) {
      this.fail(error);
    }
  }

  /** Called each 10 ms. */
  tick(nowMs: number): void {
    if (this.#closedAtMs !== undefined) {
      if (nowMs - this.#closedAtMs > LINGER_MS) {
        this.#options.onClosed();
      }
      return;
    }
    try {
      this.#buffer.expire(nowMs);
    } catch (error) {
      this.fail(error);
      return;
    }
    const { idleDeadlineMs } = this.#options.limits;
    if (nowMs - this.#heardAtMs > PEER_IDLE_MS) {
      this.end("connection-lost", `nothing was heard of the encoder for ${PEER_IDLE_MS / 1_000} s`);
    } else if (nowMs - this.#lastMediaAtMs > idleDeadlineMs) {
      this.end("idle", `no media for ${idleDeadlineMs / 1_000} s`);
    } else {
      this.#reports.tick(nowMs);
      if (nowMs - this.#sentAtMs > KEEP_ALIVE_MS) {
        this.#control(CONTROL.keepAlive, 0, EMPTY_BODY);
      }
    }
  }

  #data({ sequence, key, payload }: DataPacket, nowMs: number): void {
    this.#reports.count(payload.length);
    if (!this.#buffer.wants(sequence)) {
      return;
    }
    const clear = this.#clear(key, sequence, payload);
    if (clear === undefined) {
      return;
    }
    const gap = this.#buffer.push(sequence, clear, nowMs);
    if (gap !== undefined) {
      this.#reports.lost([gap]);
    }
  }

  /**
   * Nobody may put packets in clear into an encrypted stream; what can't be read counts as missing.
   */
  #clear(key: number, sequence: number, payload: Buffer): Buffer | undefined {
    const { decryptor } = this.#options;
    if (decryptor === undefined) {
      return key === 0 ? payload : undefined;
    }
    return key === 0 ? undefined : decryptor.decrypt(key, sequence, payload);
  }

  #deliver(payload: Buffer): void {
    if (this.#ended) {
      return;
    }
    this.#lastMediaAtMs = this.#options.monotonicMs();
    this.#units?.push(payload);
  }

  #controlled({ type, subtype, info, body }: ControlPacket, nowMs: number): void {
    switch (type) {
      case CONTROL.ackAck:
        this.#reports.confirmed(info, nowMs);
        break;
      case CONTROL.dropRequest:
        if (body.length >= 8) {
          this.#buffer.giveUp(rangeOf(body), nowMs);
        }
        break;
      case CONTROL.shutdown:
        this.#over("publisher-finished", "the encoder closed the connection");
        this.#closedAtMs = nowMs;
        this.#options.onClosed();
        break;
      case CONTROL.userDefined:
        if (subtype === EXTENSION.keyMaterialRequest && !this.#learning) {
          inBackground(this.#learn(Buffer.from(body)));
        }
        break;
      default:
      // Keep-alives have said all they have to; reports are for senders, and nothing is sent from
      // here.
    }
  }

  /** The sender is about to change its key. */
  async #learn(content: Buffer): Promise<void> {
    this.#learning = true;
    const { decryptor } = this.#options;
    const material = parseKeyMaterial(content);
    const learnt = decryptor && material && (await decryptor.learn(material));
    this.#learning = false;
    const state = decryptor === undefined ? KEY_STATE.noSecret : KEY_STATE.badSecret;
    const answer = learnt === true ? content : Buffer.of(0, 0, 0, state);
    this.#control(CONTROL.userDefined, 0, answer, EXTENSION.keyMaterialResponse);
  }

  /**
   * Reports once that this connection is over: to the broadcast, or to the port where there was
   * none.
   */
  #over(reason: SessionEndReason, message: string): void {
    if (this.#ended) {
      return;
    }
    if (this.#sink === undefined) {
      this.#ended = true;
      this.#options.port.refused(this, message, reason === "protocol-error");
      return;
    }
    const rest = reason === "publisher-finished" ? this.#finishMedia() : undefined;
    this.#ended = true;
    this.#sink.end(rest ?? reason, message);
  }

  /**
   * The last picture is known to be whole only now. What can't be ingested of it says why instead.
   */
  #finishMedia(): SessionEndReason | undefined {
    try {
      this.#buffer.finish();
      this.#units?.finish();
      return undefined;
    } catch (error) {
      return error instanceof MediaError ? END_REASONS[error.code] : "internal-error";
    }
  }

  #close(): void {
    if (this.#closedAtMs === undefined) {
      this.#closedAtMs = this.#options.monotonicMs();
      if (this.#sink !== undefined) {
        this.#control(CONTROL.shutdown, 0, EMPTY_BODY);
      }
    }
  }

  #control(type: number, info: number, body: Buffer, subtype = 0): void {
    const { monotonicMs, peerSocketId, send } = this.#options;
    this.#sentAtMs = monotonicMs();
    const timestampUs = (this.#sentAtMs - this.#startedAtMs) * 1_000;
    send(writeControl({ type, subtype, info, timestampUs, destination: peerSocketId }, body));
  }
}

function rangeOf(body: Buffer): SequenceRange {
  return { first: body.readUInt32BE(0) & 0x7fffffff, last: body.readUInt32BE(4) & 0x7fffffff };
}
