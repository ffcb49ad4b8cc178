import { PacketHistory, type SourcePacket } from "./packet-history.ts";
import { RateMeter } from "./rate-meter.ts";

/** A second of the largest picture that is forwarded: 8.5 Mb/s. */
const HISTORY_BYTES_MAX = 1_536 * 1024;
const SOUND_HISTORY_BYTES_MAX = 32 * 1024;

/** Which wall time of the sender a timestamp has, and when we heard so. */
export interface SourceClock {
  readonly wallMs: number;
  readonly timestamp: number;
  readonly atMs: number;
}

/** Takes the packets of the layers that it follows, as they come: not always in order. */
export interface LayerFollower {
  /** `following`: so many come at once after this one. */
  packet(layer: SourceLayer, packet: SourcePacket, nowMs: number, following: number): void;
}

export interface SourceLayerOptions {
  readonly kind: "audio" | "video";
  /** Empty where there is one layer. */
  readonly name: string;
  readonly clockHz: number;
  /** Asks the publisher for a keyframe. */
  readonly askKeyframe: (nowMs: number) => void;
  /** Calls a function once what has arrived by now is received. Default: `setImmediate`. */
  readonly soon?: (act: () => void) => void;
}

/**
 * One stream of packets that subscribers may be given: a publisher's sound, its picture, or a layer
 * of its picture. Each sequence number comes once.
 */
export class SourceLayer {
  readonly kind: "audio" | "video";
  readonly name: string;
  readonly clockHz: number;
  readonly history: PacketHistory;
  readonly rate = new RateMeter();
  readonly #askKeyframe: (nowMs: number) => void;
  readonly #soon: (act: () => void) => void;
  #followers: readonly LayerFollower[] = [];
  #waiting: SourcePacket[] = [];
  /** The first of those that wait. */
  #arrivedMs = 0;
  clock: SourceClock | undefined;
  /** 0 before the first keyframe. */
  width = 0;
  height = 0;
  packets = 0;
  bytes = 0;

  constructor({ kind, name, clockHz, askKeyframe, soon = setImmediate }: SourceLayerOptions) {
    this.kind = kind;
    this.name = name;
    this.clockHz = clockHz;
    this.#askKeyframe = askKeyframe;
    this.#soon = soon;
    this.history = new PacketHistory(
      kind === "video" ? HISTORY_BYTES_MAX : SOUND_HISTORY_BYTES_MAX,
    );
  }

  /** Whether packets come now. */
  get isAlive(): boolean {
    return this.rate.bitrate > 0;
  }

  follow(follower: LayerFollower): void {
    if (!this.#followers.includes(follower)) {
      this.#followers = [...this.#followers, follower];
    }
  }

  leave(follower: LayerFollower): void {
    this.#followers = this.#followers.filter((other) => other !== follower);
  }

  /** Requests of many subscribers become one. */
  needKeyframe(nowMs: number): void {
    this.#askKeyframe(nowMs);
  }

  /** Counts what came; nothing of it is given to followers. */
  count(bytes: number, endsPicture: boolean, nowMs: number): void {
    this.packets += 1;
    this.bytes += bytes;
    this.rate.add(bytes, endsPicture, nowMs);
  }

  /**
   * Gives a packet to all followers, together with others that arrive at the same time: a picture's
   * packets come at once, and a follower that has its turn with several of them finds its keys and
   * numbers in the processor's caches.
   */
  deliver(packet: SourcePacket, nowMs: number): void {
    this.count(packet.payload.length, packet.marker, nowMs);
    this.history.add(packet, nowMs);
    this.#waiting.push(packet);
    if (this.#waiting.length === 1) {
      this.#arrivedMs = nowMs;
      this.#soon(() => this.flush());
    }
  }

  /** Gives the packets that wait for others to the followers now. */
  flush(): void {
    const nowMs = this.#arrivedMs;
    const packets = this.#waiting;
    this.#waiting = [];
    for (const follower of this.#followers) {
      let following = packets.length;
      for (const packet of packets) {
        following -= 1;
        follower.packet(this, packet, nowMs, following);
      }
    }
  }
}
