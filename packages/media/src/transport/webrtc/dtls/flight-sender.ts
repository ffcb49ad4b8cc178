import { CONTENT, type RecordKeys, sealRecord, writeRecord } from "./dtls-record.ts";
import { writeMessage } from "./handshake-message.ts";

/** Datagrams of a handshake stay below what every path carries. */
const DATAGRAM_BYTES_MAX = 1_200;
/** The first wait for an answer, which doubles with each: most peers are near. */
const WAIT_MS = 200;
const WAIT_MAX_MS = 3_200;
/** A peer that repeats itself is answered no faster than this. */
const AGAIN_MS = 50;

/** A record's content, sent under a new number each time. */
interface Content {
  readonly type: number;
  readonly epoch: 0 | 1;
  readonly bytes: Buffer;
}

/** Sends our flights of the handshake, and sends each again until it is answered. */
export class FlightSender {
  readonly #send: (datagram: Buffer) => void;
  readonly #sequences: [number, number] = [0, 0];
  #flight: readonly Content[] = [];
  #messages = 0;
  /** Undefined: nothing is waited for. */
  #dueMs: number | undefined;
  #waitMs = WAIT_MS;
  #sentAtMs = 0;
  /** The keys of epoch 1. */
  keys: RecordKeys | undefined;

  constructor(send: (datagram: Buffer) => void) {
    this.#send = send;
  }

  /** Sends messages that the peer has to answer. Returns them as the transcript has them. */
  send(nowMs: number, messages: readonly (readonly [number, Buffer])[]): Buffer[] {
    const written = messages.map(([type, body]) => this.#write(type, body));
    this.#flight = written.map((bytes) => ({ type: CONTENT.handshake, epoch: 0, bytes }));
    this.#waitMs = WAIT_MS;
    this.#dueMs = nowMs + WAIT_MS;
    this.#sendFlight(nowMs);
    return written;
  }

  /** Sends the message that ends the handshake; nothing comes for it but media. */
  sendLast(nowMs: number, type: number, body: Buffer): void {
    this.#flight = [
      { type: CONTENT.changeCipherSpec, epoch: 0, bytes: Buffer.of(1) },
      { type: CONTENT.handshake, epoch: 1, bytes: this.#write(type, body) },
    ];
    this.#dueMs = undefined;
    this.#sendFlight(nowMs);
  }

  /** The peer repeats itself: our last flight didn't arrive. */
  again(nowMs: number): void {
    if (nowMs - this.#sentAtMs >= AGAIN_MS) {
      this.#sendFlight(nowMs);
    }
  }

  tick(nowMs: number): void {
    if (this.#dueMs !== undefined && nowMs >= this.#dueMs) {
      this.#waitMs = Math.min(2 * this.#waitMs, WAIT_MAX_MS);
      this.#dueMs = nowMs + this.#waitMs;
      this.#sendFlight(nowMs);
    }
  }

  alert(level: number, description: number): void {
    const epoch = this.keys === undefined ? 0 : 1;
    const bytes = Buffer.of(level, description);
    this.#send(this.#record({ type: CONTENT.alert, epoch, bytes }));
  }

  #write(type: number, body: Buffer): Buffer {
    const bytes = writeMessage(type, this.#messages, body);
    this.#messages += 1;
    return bytes;
  }

  #sendFlight(nowMs: number): void {
    this.#sentAtMs = nowMs;
    let datagram: Buffer[] = [];
    let length = 0;
    for (const content of this.#flight) {
      const record = this.#record(content);
      if (length + record.length > DATAGRAM_BYTES_MAX && length > 0) {
        this.#send(Buffer.concat(datagram));
        datagram = [];
        length = 0;
      }
      datagram.push(record);
      length += record.length;
    }
    if (length > 0) {
      this.#send(Buffer.concat(datagram));
    }
  }

  #record({ type, epoch, bytes }: Content): Buffer {
    const sequence = this.#sequences[epoch];
    this.#sequences[epoch] += 1;
    return epoch === 1 && this.keys !== undefined
      ? sealRecord(type, epoch, sequence, bytes, this.keys)
      : writeRecord(type, epoch, sequence, bytes);
  }
}
