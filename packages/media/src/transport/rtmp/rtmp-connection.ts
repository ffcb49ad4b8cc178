import type { Socket } from "node:net";
import { type Amf0Value, decodeAmf0 } from "../../container/flv/amf0.ts";
import { beginsHttp } from "../../ingest/encoder-http.ts";
import { END_REASONS } from "../../ingest/end-reasons.ts";
import type { Publisher } from "../../ingest/ingest-port.ts";
import type { IngestPort } from "../../ingest/protocol.ts";
import { PublishElsewhereError } from "../../ingest/publish-elsewhere.ts";
import type { SessionEndReason } from "../../port/events.ts";
import type { MediaLimits } from "../../port/limits.ts";
import { MediaError } from "../../port/media-error.ts";
import { inBackground } from "../../runtime/in-background.ts";
import { readInSteps } from "../../runtime/stepped-reads.ts";
import { readAggregate } from "./aggregate.ts";
import * as answers from "./answers.ts";
import { ChunkReader } from "./chunk-reader.ts";
import { type EncoderMedia, TakenEncoder } from "./encoder-media.ts";
import { handOn } from "./handed-on-encoder.ts";
import { ServerHandshake } from "./handshake.ts";
import { MESSAGE, USER_CONTROL } from "./message-type.ts";

/** After our last words the peer has this long to close. */
const LINGER_MS = 2_000;

export interface RtmpConnectionOptions {
  readonly id: string;
  readonly socket: Socket;
  readonly secure: boolean;
  readonly app: string;
  readonly limits: MediaLimits;
  readonly port: IngestPort;
  /** The encoder's, also behind a proxy. */
  readonly remoteAddress: string;
  /** Takes the socket where HTTP begins on it, with the bytes that were read. */
  readonly onHttp?: ((bytes: Buffer) => void) | undefined;
  /** Monotonic milliseconds. */
  readonly monotonicMs: () => number;
}

type State = "handshake" | "unconnected" | "connected" | "authorising" | "publishing" | "closing";

/** Members of `connect` by which an encoder says that it speaks enhanced RTMP. */
const ENHANCED_MEMBERS = ["fourCcList", "videoFourCcInfoMap", "capsEx"];

/**
 * One encoder's connection. It speaks RTMP, owns its socket and nothing else: an error in what the
 * peer sends ends this connection and no other.
 */
export class RtmpConnection implements Publisher {
  readonly id: string;
  readonly remoteAddress: string;
  readonly secure: boolean;
  readonly #options: RtmpConnectionOptions;
  readonly #socket: Socket;
  readonly #handshake = new ServerHandshake();
  readonly #reader: ChunkReader;
  #state: State = "handshake";
  #media: EncoderMedia | undefined;
  #ended = false;
  readonly #openedAtMs: number;
  #askedAtMs = 0;
  #lastMediaAtMs = 0;
  #closingAtMs = 0;
  #receivedBytes = 0;
  #acknowledgedBytes = 0;

  constructor(options: RtmpConnectionOptions) {
    const { limits, socket } = options;
    this.id = options.id;
    this.secure = options.secure;
    this.remoteAddress = options.remoteAddress;
    this.#options = options;
    this.#socket = socket;
    this.#openedAtMs = options.monotonicMs();
    this.#reader = new ChunkReader(
      {
        chunkStreamsMax: limits.chunkStreamsMax,
        messageBytesMax: limits.messageBytesBeforePublishMax,
      },
      (type, messageStreamId, timestampMs, payload) =>
        this.#message(type, messageStreamId, timestampMs, payload),
    );
  }

  get open(): boolean {
    return !this.#ended;
  }

  start(): void {
    this.#socket.setNoDelay(true);
    this.#socket.on("data", (bytes) => this.#data(bytes));
    this.#socket.on("error", (error) => this.#over("connection-lost", error.message));
    this.#socket.on("close", () => this.#over("connection-lost", "the connection was closed"));
  }

  disconnect(description: string): void {
    this.#ended = true;
    this.#say("NetStream.Publish.Failed", description);
  }

  /** Ends the connection at once, saying why to the broadcast. */
  destroy(reason: SessionEndReason, message: string): void {
    this.#over(reason, message);
    this.#socket.destroy();
  }

  /** Called a few times a second: keeps the deadlines without a timer per connection. */
  sweep(nowMs: number): void {
    const { limits } = this.#options;
    if (this.#state === "closing") {
      if (nowMs - this.#closingAtMs > LINGER_MS) {
        this.#socket.destroy();
      }
    } else if (this.#state === "publishing") {
      if (nowMs - this.#lastMediaAtMs > limits.idleDeadlineMs) {
        this.destroy("idle", `no media for ${limits.idleDeadlineMs / 1_000} s`);
      }
    } else if (this.#state === "authorising") {
      if (nowMs - this.#askedAtMs > limits.decisionDeadlineMs) {
        this.destroy("idle", `not decided on within ${limits.decisionDeadlineMs / 1_000} s`);
      }
    } else if (nowMs - this.#openedAtMs > limits.publishDeadlineMs) {
      this.destroy("idle", `nothing published within ${limits.publishDeadlineMs / 1_000} s`);
    }
  }

  #data(bytes: Buffer): void {
    if (this.#state === "closing") {
      return;
    }
    try {
      this.#receivedBytes += bytes.length;
      if (this.#state === "handshake") {
        this.#shakeHands(bytes);
      } else {
        this.#reader.push(bytes);
      }
      if (this.#receivedBytes - this.#acknowledgedBytes >= answers.WINDOW_ACK_BYTES) {
        this.#acknowledgedBytes = this.#receivedBytes;
        this.#send(answers.acknowledgement(this.#receivedBytes));
      }
    } catch (error) {
      this.fail(error);
    }
  }

  #shakeHands(bytes: Buffer): void {
    const { onHttp } = this.#options;
    if (onHttp !== undefined && this.#receivedBytes === bytes.length && beginsHttp(bytes)) {
      this.#ended = true;
      this.#state = "closing";
      this.#socket.removeAllListeners("data");
      onHttp(bytes);
      return;
    }
    const { rest, answer } = this.#handshake.push(bytes);
    if (answer !== undefined) {
      this.#send(answer);
    }
    if (this.#handshake.done) {
      this.#state = "unconnected";
      this.#reader.push(rest);
    }
  }

  /**
   * Ends the broadcast for the reason that the error has; the encoder gets the sentence, and the
   * socket ends.
   */
  fail(error: unknown): void {
    const message = error instanceof Error ? error.message : String(error);
    if (!(error instanceof MediaError)) {
      this.destroy("internal-error", message);
      return;
    }
    this.#over(END_REASONS[error.code], message);
    const isRefused = error.code === "refused";
    this.#say(isRefused ? "NetStream.Publish.BadName" : "NetStream.Publish.Rejected", message);
  }

  #send(bytes: Buffer): void {
    this.#socket.write(bytes);
    if (this.#socket.writableLength > this.#options.limits.unreadAnswerBytesMax) {
      this.destroy("connection-lost", "the encoder doesn't read what it is answered");
    }
  }

  /** Last words. A peer that hasn't shaken hands could not read them. */
  #say(code: string, description: string): void {
    if (this.#state === "closing") {
      return;
    }
    const silent = this.#state === "handshake";
    this.#state = "closing";
    this.#closingAtMs = this.#options.monotonicMs();
    if (silent) {
      this.#socket.destroy();
    } else {
      this.#socket.end(answers.onStatus("error", code, description));
    }
  }

  /**
   * Reports once that this connection is over: to the broadcast, or to the port where there was
   * none.
   */
  #over(reason: SessionEndReason, message: string): void {
    if (this.#ended) {
      return;
    }
    this.#ended = true;
    if (this.#media === undefined) {
      this.#options.port.refused(this, message, reason === "protocol-error");
    } else {
      this.#media.end(reason, message);
    }
  }

  #message(type: number, messageStreamId: number, timestampMs: number, payload: Buffer): void {
    if (this.#state === "closing") {
      return;
    }
    switch (type) {
      case MESSAGE.video:
      case MESSAGE.audio:
        this.#take(type, timestampMs, payload);
        break;
      case MESSAGE.aggregate:
        readAggregate(timestampMs, payload, (innerType, innerMs, body) =>
          this.#message(innerType, messageStreamId, innerMs, body),
        );
        break;
      case MESSAGE.dataAmf0:
        this.#media?.data(payload);
        break;
      case MESSAGE.commandAmf0:
        this.#command(decodeAmf0(payload));
        break;
      case MESSAGE.commandAmf3:
        // AMF3 commands of old encoders are AMF0 after one byte.
        this.#command(decodeAmf0(payload, Math.min(1, payload.length)));
        break;
      case MESSAGE.userControl:
        this.#userControl(payload);
        break;
      default:
      // Acknowledgements and windows of the peer need no answer; unknown types are for other
      // servers.
    }
  }

  /** Media before the decision, or after another publisher took over, goes nowhere. */
  #take(type: number, timestampMs: number, payload: Buffer): void {
    if (this.#media === undefined || this.#state !== "publishing") {
      return;
    }
    this.#lastMediaAtMs = this.#options.monotonicMs();
    if (type === MESSAGE.video) {
      this.#media.video(timestampMs, payload);
    } else {
      this.#media.audio(timestampMs, payload);
    }
  }

  #userControl(payload: Buffer): void {
    if (payload.length >= 6 && payload.readUInt16BE(0) === USER_CONTROL.pingRequest) {
      this.#send(answers.pingResponse(payload.subarray(2, 6)));
    }
  }

  #command(values: readonly Amf0Value[]): void {
    const [name, id] = values;
    const transactionId = typeof id === "number" ? id : 0;
    switch (name) {
      case "connect":
        this.#connect(transactionId, values[2]);
        break;
      case "releaseStream":
      case "FCPublish":
        this.#send(answers.emptyResult(transactionId));
        break;
      case "createStream":
        this.#send(answers.streamCreated(transactionId));
        break;
      case "publish":
        this.#publish(values[3]);
        break;
      case "FCUnpublish":
      case "deleteStream":
      case "closeStream":
        this.#unpublish();
        break;
      case "play":
      case "play2":
        throw new MediaError("refused", "this is an ingest server: nothing can be played here");
      default:
      // Bandwidth checks and vendors' commands: encoders go on without an answer.
    }
  }

  #connect(transactionId: number, argument: Amf0Value): void {
    if (this.#state !== "unconnected") {
      throw new MediaError("protocol", "connect was sent twice");
    }
    const app: unknown = argument instanceof Map ? argument.get("app") : undefined;
    const accepted = typeof app === "string" && appName(app) === this.#options.app;
    if (!accepted) {
      const description = `the application is not "${this.#options.app}"`;
      this.#send(answers.connectRejected(transactionId, description));
      this.#over("protocol-error", description);
      this.#say("NetConnection.Connect.Rejected", description);
      return;
    }
    this.#state = "connected";
    const isEnhanced =
      argument instanceof Map && ENHANCED_MEMBERS.some((name) => argument.has(name));
    this.#send(answers.connectAccepted(transactionId, isEnhanced));
  }

  #publish(argument: Amf0Value): void {
    if (this.#state !== "connected" || typeof argument !== "string") {
      throw new MediaError("protocol", "publish came out of turn or without a stream key");
    }
    this.#state = "authorising";
    this.#askedAtMs = this.#options.monotonicMs();
    const asked = this.#mediaOf(argument);
    const rejected = (error: unknown) => this.#rejected(error);
    inBackground(asked.then((media) => this.#accepted(media), rejected));
  }

  /** Its media's way: here, or where the host says. */
  async #mediaOf(name: string): Promise<EncoderMedia> {
    try {
      return new TakenEncoder(await this.#options.port.publish(this, name));
    } catch (error) {
      if (!(error instanceof PublishElsewhereError)) {
        throw error;
      }
      return handOn(error.server, this.#options.app, {
        pause: (isPaused) => this.#pause(isPaused),
        disconnect: (description) => this.disconnect(description),
      });
    }
  }

  #pause(isPaused: boolean): void {
    if (isPaused) {
      this.#socket.pause();
    } else {
      this.#socket.resume();
    }
  }

  #accepted(media: EncoderMedia): void {
    if (this.#state !== "authorising") {
      media.end("connection-lost", "the encoder left before it was accepted");
      return;
    }
    const { limits } = this.#options;
    this.#media = media;
    this.#state = "publishing";
    this.#lastMediaAtMs = this.#options.monotonicMs();
    this.#reader.setLimits(limits);
    if (media.pace !== undefined) {
      readInSteps(this.#socket, media.pace);
    }
    this.#send(
      Buffer.concat([
        answers.streamBegin(),
        answers.onStatus("status", "NetStream.Publish.Start", "Publishing."),
      ]),
    );
  }

  /** A refusal's sentence is for the encoder; what else went wrong is the operator's to know. */
  #rejected(error: unknown): void {
    if (this.#state !== "authorising") {
      return;
    }
    const message = error instanceof Error ? error.message : String(error);
    this.#over("stopped", message);
    const shown = error instanceof MediaError ? message : "the publisher could not be authorised";
    this.#say("NetStream.Publish.BadName", shown);
  }

  #unpublish(): void {
    if (this.#state === "publishing") {
      this.#over("publisher-finished", "the encoder unpublished");
      this.#state = "closing";
      this.#closingAtMs = this.#options.monotonicMs();
      this.#socket.end(answers.onStatus("status", "NetStream.Unpublish.Success", "Unpublished."));
    }
  }
}

/** Encoders append a slash or a query to the application. */
function appName(app: string): string {
  const name = app.split("?", 1)[0] ?? "";
  return name.endsWith("/") ? name.slice(0, -1) : name;
}
