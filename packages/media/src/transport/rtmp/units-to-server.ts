import { UnitMessages } from "../../container/flv/unit-messages.ts";
import type { Feed } from "../../ingest/protocol.ts";
import type { MediaUnit, TrackConfig } from "../../port/media-unit.ts";
import type { OtherServer } from "../../port/publish.ts";
import { asRefusal, publishTo } from "./handed-on-encoder.ts";
import { MESSAGE } from "./message-type.ts";
import type { RtmpClient } from "./rtmp-client.ts";

/** Some seconds of the largest pictures: a server that is this far behind doesn't keep up. */
const WAITING_BYTES_MAX = 8 * 1024 * 1024;

/**
 * Publishes units to another server, whose sink has to take their codecs. `onOver` is called once
 * where that server, or the way to it, ends it. Rejects with MediaError `refused`.
 */
export async function sendUnits(
  server: OtherServer,
  app: string,
  onOver: (message: string) => void,
): Promise<Feed> {
  return new UnitsToServer(await publishTo(server, app), onOver);
}

class UnitsToServer implements Feed {
  readonly takes: Feed["takes"];
  readonly #client: RtmpClient;
  readonly #messages: UnitMessages;
  readonly #onOver: (message: string) => void;
  #isOver = false;

  constructor(client: RtmpClient, onOver: (message: string) => void) {
    this.#client = client;
    this.#onOver = onOver;
    this.#messages = new UnitMessages({
      video: (timestampMs, body) => this.#send(MESSAGE.video, timestampMs, body),
      audio: (timestampMs, body) => this.#send(MESSAGE.audio, timestampMs, body),
    });
    this.takes = this.#messages.takes;
    client.failed.catch((error: unknown) => this.#fail(asRefusal(error).message));
  }

  configure(tracks: readonly TrackConfig[]): void {
    this.#messages.configure(tracks);
  }

  write(unit: MediaUnit): void {
    this.#messages.write(unit);
  }

  end(): void {
    if (this.#isOver) {
      this.#client.destroy();
      return;
    }
    this.#isOver = true;
    this.#client.end().catch(() => this.#client.destroy());
  }

  #send(type: number, timestampMs: number, body: Buffer): void {
    if (this.#isOver) {
      return;
    }
    this.#client.send(type, timestampMs, body);
    if (this.#client.waitingBytes > WAITING_BYTES_MAX) {
      this.#client.destroy();
      this.#fail("the other server doesn't keep up");
    }
  }

  #fail(message: string): void {
    if (!this.#isOver) {
      this.#isOver = true;
      this.#onOver(message);
    }
  }
}
