import type { SessionEndReason } from "../../port/events.ts";
import { MediaError } from "../../port/media-error.ts";
import type { OtherServer } from "../../port/publish.ts";
import { inBackground } from "../../runtime/in-background.ts";
import type { EncoderMedia } from "./encoder-media.ts";
import { MESSAGE } from "./message-type.ts";
import { RtmpClient } from "./rtmp-client.ts";

/** The encoder's connection, as its media's way to another server needs it. */
export interface HandedOnFrom {
  /** Reads nothing more of the encoder for now, or goes on. */
  pause(isPaused: boolean): void;
  /** The other server has ended the encoder's connection, or broken it. */
  disconnect(description: string): void;
}

/**
 * Hands an encoder on to another server: what it sends goes there, message by message, and no
 * faster than that one takes it. Rejects with MediaError `refused` where it isn't let in there.
 */
export async function handOn(
  server: OtherServer,
  app: string,
  from: HandedOnFrom,
): Promise<EncoderMedia> {
  return new HandedOnEncoder(await publishTo(server, app), from);
}

/** Begins to publish to another server. Rejects with MediaError `refused` where it isn't let in. */
export async function publishTo(
  { name, certificateSha256, ...where }: OtherServer,
  app: string,
): Promise<RtmpClient> {
  const isSecure = certificateSha256 !== undefined;
  const client = new RtmpClient({ ...where, isSecure });
  try {
    await client.connected();
    if (client.certificateSha256 !== certificateSha256)
      throw new MediaError("refused", "another server has the address to which it is handed on");
    await client.begin(app, `rtmp${isSecure ? "s" : ""}://${where.host}/${app}`, name);
    client.watch();
  } catch (error) {
    client.destroy();
    throw asRefusal(error);
  }
  return client;
}

class HandedOnEncoder implements EncoderMedia {
  readonly pace = undefined;
  readonly #client: RtmpClient;
  readonly #from: HandedOnFrom;
  #isPaused = false;
  #isOver = false;

  constructor(client: RtmpClient, from: HandedOnFrom) {
    this.#client = client;
    this.#from = from;
    client.failed.catch((error: unknown) => {
      if (this.#isOver) return;
      this.#isOver = true;
      from.disconnect(asRefusal(error).message);
    });
  }

  video(timestampMs: number, payload: Buffer): void {
    this.#send(MESSAGE.video, timestampMs, payload);
  }

  audio(timestampMs: number, payload: Buffer): void {
    this.#send(MESSAGE.audio, timestampMs, payload);
  }

  data(payload: Buffer): void {
    this.#send(MESSAGE.dataAmf0, 0, payload);
  }

  end(reason: SessionEndReason): void {
    this.#isOver = true;
    if (reason !== "publisher-finished") {
      this.#client.destroy();
      return;
    }
    // The server closes it once it has read everything; bytes under way would be lost otherwise.
    this.#client.end().catch(() => this.#client.destroy());
  }

  #send(type: number, timestampMs: number, payload: Buffer): void {
    const isTaken = this.#client.send(type, timestampMs, payload);
    if (isTaken || this.#isPaused) return;
    this.#isPaused = true;
    this.#from.pause(true);
    inBackground(
      this.#client.drained().then(() => {
        this.#isPaused = false;
        this.#from.pause(false);
      }, ignore),
    );
  }
}

export function asRefusal(error: unknown): MediaError {
  if (error instanceof MediaError && error.code === "refused") return error;
  const message = error instanceof Error ? error.message : String(error);
  return new MediaError("refused", `it can't be handed on to another server: ${message}`);
}

function ignore(): void {}
