import type { IngestPorts, OtherServer, PublishRequest } from "@rolecast/media";
import type { Clock } from "../../../kernel/clock.ts";
import type { Ids } from "../../../kernel/ids.ts";
import type { MediaPort } from "../media-port.ts";

/** From the question whether this node takes an encoder to its connection. */
const VALID_MS = 15_000;
/** More encoders than a node can take in that time. */
const EXPECTED_MAX = 10_000;
const PREFIX = "handed-on-";
const SECRET_BYTES = 32;

/** An encoder as the node that has its connection describes it. */
export type EncoderToHandOn = Pick<
  PublishRequest,
  "protocol" | "name" | "secure" | "remoteAddress"
>;

/** The port at which a node takes an encoder of another one, which knows its host. */
export type EncoderPlace = Omit<OtherServer, "host">;

interface Taken {
  readonly request: PublishRequest;
  readonly isHandedOn: boolean;
}

export interface HandedOnEncodersOptions {
  readonly clock: Clock;
  readonly ids: Pick<Ids, "bytes">;
  /** Has the certificate of the secure port. */
  readonly media: Pick<MediaPort, "certificateSha256">;
}

/**
 * Encoders of stages on this node whose connection another node has. That one publishes here by
 * RTMP, as an encoder does, under a name that is good for once: so it says what it knows of the
 * encoder in a call that it has signed, and media comes to the ports that are open for it anyway.
 */
export class HandedOnEncoders {
  readonly #options: HandedOnEncodersOptions;
  readonly #ports: () => IngestPorts;
  /** By name, oldest first. */
  readonly #expected = new Map<string, { readonly encoder: EncoderToHandOn; endsMs: number }>();

  /** `ports`: this node's, by protocol. */
  constructor(options: HandedOnEncodersOptions, ports: () => IngestPorts) {
    this.#options = options;
    this.#ports = ports;
  }

  /** Undefined where this node can't take it: too many are expected, or no port is open. */
  expect(encoder: EncoderToHandOn): EncoderPlace | undefined {
    const { clock, ids, media } = this.#options;
    const { certificateSha256 } = media;
    const nowMs = clock.nowMs();
    this.#forget(nowMs);
    const { rtmp, rtmps } = this.#ports();
    const secure = rtmps === undefined ? undefined : { port: rtmps, certificateSha256 };
    const clear = rtmp === undefined ? undefined : { port: rtmp };
    // Media that nobody could read on its way stays so.
    const place = encoder.secure ? secure : (clear ?? secure);
    if (!place || this.#expected.size >= EXPECTED_MAX) return undefined;
    const name = PREFIX + Buffer.from(ids.bytes(SECRET_BYTES)).toString("hex");
    this.#expected.set(name, { encoder, endsMs: nowMs + VALID_MS });
    return { ...place, name };
  }

  /** Whether a name says that its encoder has reached another node. */
  has({ name }: Pick<PublishRequest, "name">): boolean {
    return this.#expected.has(name);
  }

  /** A request as the encoder itself has made it, whichever node it has reached. */
  take(request: PublishRequest): Taken {
    const { name } = request;
    if (name.startsWith(PREFIX)) this.#forget(this.#options.clock.nowMs());
    const expected = this.#expected.get(name);
    this.#expected.delete(name);
    return expected
      ? { request: { ...request, ...expected.encoder }, isHandedOn: true }
      : { request, isHandedOn: false };
  }

  #forget(nowMs: number): void {
    for (const [name, { endsMs }] of this.#expected) {
      if (endsMs > nowMs) break;
      this.#expected.delete(name);
    }
  }
}
