import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { connect as connectTls, TLSSocket } from "node:tls";
import { type Amf0Value, amf0Object, decodeAmf0, encodeAmf0 } from "../../container/flv/amf0.ts";
import { MediaError } from "../../port/media-error.ts";
import { pingRequest, pingResponse } from "./answers.ts";
import { ChunkReader } from "./chunk-reader.ts";
import { encodeMessage, uint32 } from "./chunk-writer.ts";
import { MESSAGE, USER_CONTROL } from "./message-type.ts";

const PACKET_BYTES = 1_536;
const HANDSHAKE_BYTES = 1 + 2 * PACKET_BYTES;
/** Large enough that most frames are one chunk. */
const CHUNK_SIZE = 65_536;
const STREAM_ID = 1;
const CHUNK_STREAM = { control: 2, command: 3, audio: 4, video: 6 } as const;
const LIMITS = { chunkStreamsMax: 64, messageBytesMax: 1 << 20 };
/** A server that answers at all does so within this time. */
const SILENCE_MAX_MS = 5_000;
/** A server that takes media is asked this often whether it is there. */
const PING_MS = 2_000;
/** It has been lost when it answers none of so many. */
const PINGS_MAX = 5;

export interface RtmpAddress {
  readonly host: string;
  readonly port: number;
  readonly isSecure: boolean;
}

/** An encoder's side of a connection: publishes what it is given to a server. */
export class RtmpClient {
  /** Rejects when the connection is over, or the server says that something failed. */
  readonly failed: Promise<never>;
  readonly #socket: Socket | TLSSocket;
  readonly #connected: Promise<unknown>;
  readonly #commands: (readonly Amf0Value[])[] = [];
  readonly #reader: ChunkReader;
  #handshakeBytes = 0;
  #fail: (error: Error) => void = () => {};
  #wake: () => void = () => {};
  #unansweredPings = 0;

  /** Like ffmpeg, it takes any certificate; `certificateSha256` says which it was. */
  constructor({ isSecure, ...where }: RtmpAddress) {
    const socket = isSecure ? connectTls({ ...where, rejectUnauthorized: false }) : connect(where);
    this.#socket = socket;
    socket.setTimeout(SILENCE_MAX_MS, () => {
      const silent = new Error("the server does not answer");
      socket.destroy(socket.writableFinished ? undefined : silent);
    });
    this.#connected = once(socket, isSecure ? "secureConnect" : "connect");
    this.#connected.catch(() => undefined);
    this.failed = new Promise((_, reject) => {
      this.#fail = reject;
    });
    this.failed.catch(() => undefined);
    this.#reader = new ChunkReader(LIMITS, (type, _stream, _time, payload) =>
      this.#receive(type, payload),
    );
    socket.on("data", (bytes) => this.#read(bytes));
    socket.on("error", (error) => this.#fail(new MediaError("engine", error.message)));
    socket.on("close", () =>
      this.#fail(new MediaError("refused", "The server closed the connection.")),
    );
  }

  /** Rejects where the server isn't reached. */
  async connected(): Promise<void> {
    await Promise.race([this.#connected, this.failed]);
  }

  /** The server's, as `X509Certificate.fingerprint256` has it; undefined without TLS. */
  get certificateSha256(): string | undefined {
    return this.#socket instanceof TLSSocket
      ? this.#socket.getPeerX509Certificate()?.fingerprint256
      : undefined;
  }

  /** Everything that an encoder says before its media. Rejects where it isn't let in. */
  async begin(app: string, tcUrl: string, streamKey: string): Promise<void> {
    this.#socket.setNoDelay(true);
    this.#socket.write(Buffer.concat([Buffer.of(3), Buffer.alloc(PACKET_BYTES)]));
    await this.#until(() => this.#handshakeBytes === HANDSHAKE_BYTES);
    this.#socket.write(Buffer.alloc(PACKET_BYTES));
    this.#command("connect", 1, amf0Object({ app, type: "nonprivate", tcUrl }));
    await this.#until(() => this.#commands.some(([name]) => name === "_result"));
    const size = encodeMessage(CHUNK_STREAM.control, MESSAGE.setChunkSize, 0, uint32(CHUNK_SIZE));
    this.#socket.write(size);
    this.#command("releaseStream", 2, null, streamKey);
    this.#command("FCPublish", 3, null, streamKey);
    this.#command("createStream", 4, null);
    await this.#until(() => this.#commands.some(([name, id]) => name === "_result" && id === 4));
    this.#command("publish", 5, null, streamKey, "live");
    await this.#until(() => this.#commands.some(([name]) => name === "onStatus"));
    this.#socket.setTimeout(0);
  }

  /**
   * Breaks the connection once the server has been silent for ten seconds: a network that is cut
   * closes none, and the system waits for a quarter of an hour.
   */
  watch(): void {
    const timer = setInterval(() => {
      if (this.#unansweredPings === PINGS_MAX) {
        this.#socket.destroy(new Error("the server does not answer any more"));
        return;
      }
      this.#unansweredPings += 1;
      this.#socket.write(pingRequest());
    }, PING_MS);
    timer.unref();
    this.#socket.once("close", () => clearInterval(timer));
  }

  /** False where the server is slow: then `drained` says when to go on. */
  send(type: number, timestampMs: number, payload: Buffer): boolean {
    const stream = type === MESSAGE.audio ? CHUNK_STREAM.audio : CHUNK_STREAM.video;
    const options = { chunkSize: CHUNK_SIZE, timestampMs };
    return this.#socket.write(encodeMessage(stream, type, STREAM_ID, payload, options));
  }

  /** Bytes that the server hasn't taken yet. */
  get waitingBytes(): number {
    return this.#socket.writableLength;
  }

  /** Rejects as `failed` does. */
  async drained(): Promise<void> {
    await Promise.race([once(this.#socket, "drain"), this.failed]);
  }

  /**
   * Resolves once the server has closed the connection, having read everything, or is silent
   * although everything was sent.
   */
  async end(): Promise<void> {
    this.#command("deleteStream", 6, null, STREAM_ID);
    this.#socket.setTimeout(SILENCE_MAX_MS);
    const closed = once(this.#socket, "close");
    this.#socket.end();
    await closed;
  }

  /** Breaks the connection. */
  destroy(): void {
    this.#socket.destroy();
  }

  #command(...values: readonly Amf0Value[]): void {
    const payload = encodeAmf0(values);
    const { command } = CHUNK_STREAM;
    const options = { chunkSize: CHUNK_SIZE };
    // Commands before the server knows of the larger chunks are smaller than the first size.
    this.#socket.write(encodeMessage(command, MESSAGE.commandAmf0, STREAM_ID, payload, options));
  }

  #read(bytes: Buffer): void {
    this.#unansweredPings = 0;
    const handshake = Math.min(HANDSHAKE_BYTES - this.#handshakeBytes, bytes.length);
    this.#handshakeBytes += handshake;
    try {
      this.#reader.push(bytes.subarray(handshake));
    } catch (error) {
      this.#fail(error as Error);
    }
    this.#wake();
  }

  #receive(type: number, payload: Buffer): void {
    if (type === MESSAGE.userControl && payload.readUInt16BE(0) === USER_CONTROL.pingRequest)
      this.#socket.write(pingResponse(Buffer.from(payload.subarray(2, 6))));
    if (type !== MESSAGE.commandAmf0) return;
    const command = decodeAmf0(Buffer.from(payload));
    this.#commands.push(command);
    const information = command[3];
    const read = (name: string) =>
      information instanceof Map ? String(information.get(name) ?? "") : "";
    if (command[0] === "_error" || read("level") === "error")
      this.#fail(new MediaError("refused", `${read("code")}: ${read("description")}`));
  }

  async #until(condition: () => boolean): Promise<void> {
    while (!condition()) {
      const woken = new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      await Promise.race([woken, this.failed]);
    }
  }
}
