import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { type Amf0Value, amf0Object, decodeAmf0, encodeAmf0 } from "../container/flv/amf0.ts";
import { ChunkReader } from "../transport/rtmp/chunk-reader.ts";
import { encodeMessage, uint32 } from "../transport/rtmp/chunk-writer.ts";
import { MESSAGE, USER_CONTROL } from "../transport/rtmp/message-type.ts";

const HANDSHAKE_BYTES = 1 + 2 * 1_536;
/** Below the tests' own time limit, so that what is missing is said. */
const WITHIN_MS = 45_000;
const LIMITS = { chunkStreamsMax: 64, messageBytesMax: 1 << 20 };

/** A publisher made by hand, for tests and benchmarks: it can also say what no encoder would. */
export class RtmpClient {
  readonly socket: Socket;
  chunkSize = 128;
  /** Command messages received, in order. */
  readonly commands: (readonly Amf0Value[])[] = [];
  /** Types of all other messages received. */
  readonly others: number[] = [];
  closed = false;
  #handshakeBytes = 0;
  #wake: (() => void)[] = [];
  readonly #reader = new ChunkReader(LIMITS, (type, _stream, _time, payload) => {
    if (type === MESSAGE.commandAmf0) {
      this.commands.push(decodeAmf0(Buffer.from(payload)));
    } else {
      this.others.push(type);
    }
  });

  constructor(socket: Socket) {
    this.socket = socket;
    socket.on("data", (bytes) => this.#data(bytes));
    socket.on("error", () => socket.destroy());
    socket.on("close", () => {
      this.closed = true;
      this.#woken();
    });
  }

  static async open(port: number): Promise<RtmpClient> {
    const socket = connect(port, "127.0.0.1");
    const client = new RtmpClient(socket);
    await once(socket, "connect");
    socket.setNoDelay(true);
    return client;
  }

  async handshake(): Promise<this> {
    this.socket.write(Buffer.concat([Buffer.of(3), Buffer.alloc(1_536, 7)]));
    await this.until(() => this.#handshakeBytes === HANDSHAKE_BYTES);
    this.socket.write(Buffer.alloc(1_536, 7));
    return this;
  }

  send(chunkStreamId: number, type: number, payload: Buffer, timestampMs = 0): void {
    const { chunkSize } = this;
    this.socket.write(encodeMessage(chunkStreamId, type, 1, payload, { chunkSize, timestampMs }));
  }

  command(...values: readonly Amf0Value[]): void {
    this.send(3, MESSAGE.commandAmf0, encodeAmf0(values));
  }

  setChunkSize(size: number): void {
    this.send(2, MESSAGE.setChunkSize, uint32(size));
    this.chunkSize = size;
  }

  async connectApp(app = "app"): Promise<void> {
    this.command("connect", 1, amf0Object({ app, tcUrl: `rtmp://127.0.0.1/${app}` }));
    await this.until(() => this.commands.length > 0);
  }

  /** Everything an encoder says up to the server's answer to `publish`. */
  async publish(name: string, app = "app"): Promise<string> {
    await this.handshake();
    await this.connectApp(app);
    this.command("releaseStream", 2, null, name);
    this.command("FCPublish", 3, null, name);
    this.command("createStream", 4, null);
    this.command("publish", 5, null, name, "live");
    await this.until(() => this.status() !== undefined);
    return this.status() ?? "closed";
  }

  /**
   * Resolves when the server has handled everything sent before, which its answer to a ping shows.
   */
  async settled(): Promise<void> {
    const answers = (): number => this.others.filter((type) => type === MESSAGE.userControl).length;
    const before = answers();
    this.send(2, MESSAGE.userControl, Buffer.of(0, USER_CONTROL.pingRequest, 0, 0, 0, 1));
    await this.until(() => answers() > before);
  }

  /** Code of the last onStatus. */
  status(): string | undefined {
    return this.#lastStatus("code");
  }

  /** Its sentence, which encoders show. */
  description(): string | undefined {
    return this.#lastStatus("description");
  }

  #lastStatus(member: string): string | undefined {
    const last = this.commands.findLast((values) => values[0] === "onStatus");
    const information = last?.[3];
    const value: unknown = information instanceof Map ? information.get(member) : undefined;
    return typeof value === "string" ? value : undefined;
  }

  /** Resolves when the condition holds or the connection is over; rejects when neither comes. */
  async until(condition: () => boolean): Promise<void> {
    const late = AbortSignal.timeout(WITHIN_MS);
    late.addEventListener("abort", () => this.#woken());
    while (!this.closed && !condition()) {
      if (late.aborted) {
        const got = `${this.commands.length} commands, ${this.others.length} other messages`;
        throw new Error(`The server neither answered nor closed; it sent ${got}.`);
      }
      await new Promise<void>((resolve) => this.#wake.push(resolve));
    }
  }

  #data(bytes: Buffer): void {
    const handshake = Math.min(HANDSHAKE_BYTES - this.#handshakeBytes, bytes.length);
    this.#handshakeBytes += handshake;
    this.#reader.push(bytes.subarray(handshake));
    this.#woken();
  }

  #woken(): void {
    for (const wake of this.#wake.splice(0)) {
      wake();
    }
  }
}
