import { MediaError, publishFlv, testPicture } from "@rolecast/media";
import { AwsError } from "../../../kernel/aws-error.ts";
import type { Clock } from "../../../kernel/clock.ts";
import { inBackground } from "../../../kernel/work/in-background.ts";
import { after } from "../../../kernel/work/timers.ts";

/** Each is a connection of this process to itself, of about a megabit a second. */
const PLAYING_MAX = 4;
/** Forgotten ones end by themselves. */
const DURATION_MAX_MS = 3_600_000;

export interface TestPicturesOptions {
  readonly clock: Clock;
  /** The address on which the server listens. */
  readonly host: string;
  /** The port of RTMPS; 0 where it is off. */
  readonly port: () => number;
}

/**
 * Test pictures that this process streams to its own ingest, as an encoder would: one for a
 * channel. StopStream ends one, and it doesn't connect again.
 */
export class TestPictures {
  readonly #options: TestPicturesOptions;
  /** By the channel's ARN. */
  readonly #playing = new Map<string, AbortController>();

  constructor(options: TestPicturesOptions) {
    this.#options = options;
  }

  /** Resolves once the ingest has taken the stream. Rejects with its refusal. */
  async start(channelArn: string, streamKey: string): Promise<void> {
    const port = this.#options.port();
    if (port === 0) throw conflict("The server takes no RTMPS: its port is 0.");
    if (this.#playing.has(channelArn)) {
      throw conflict("The channel has a test picture already. Stop its stream to end it.");
    }
    if (this.#playing.size >= PLAYING_MAX) {
      const message = `The server streams at most ${PLAYING_MAX} test pictures at a time.`;
      throw new AwsError("LimitExceededException", message, { status: 429 });
    }
    await this.#publish(channelArn, `rtmps://${this.#address()}:${port}/app/${streamKey}`);
  }

  /** Ends all of them. */
  close(): void {
    for (const end of this.#playing.values()) end.abort();
  }

  #publish(channelArn: string, url: string): Promise<void> {
    const end = new AbortController();
    const callOff = after(DURATION_MAX_MS, () => end.abort());
    this.#playing.set(channelArn, end);
    return new Promise((resolve, reject) => {
      const picture = testPicture({
        signal: end.signal,
        nowMs: () => this.#options.clock.nowMs(),
        onRead: resolve,
      });
      inBackground(
        publishFlv(url, picture)
          .finally(() => {
            callOff();
            this.#playing.delete(channelArn);
          })
          // Nobody but the log of IVS hears of one that was taken and breaks off later.
          .then(resolve, (error: unknown) =>
            reject(error instanceof MediaError ? conflict(error.message) : error),
          ),
      );
    });
  }

  /** A host in a URL, by which this process reaches its own ingest. */
  #address(): string {
    const { host } = this.#options;
    if (host === "0.0.0.0" || host === "::") return "127.0.0.1";
    return host.includes(":") ? `[${host}]` : host;
  }
}

function conflict(message: string): AwsError {
  return new AwsError("ConflictException", message, { status: 409 });
}
