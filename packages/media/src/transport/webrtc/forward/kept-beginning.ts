import type { Feed } from "../../../ingest/protocol.ts";
import type { MediaUnit, TrackConfig } from "../../../port/media-unit.ts";

/** Time from the first call in which the host has asked for a recording, on a busy machine too. */
export const KEPT_MS_MAX = 10_000;
/** So much is 8.5 Mb/s, the most that stages take, for about as long. */
const KEPT_BYTES_MAX = 10 * 1024 * 1024;
/** A call is kept in about so many bytes beside its own: an encoder may send empty ones. */
const CALL_BYTES = 256;

type Call =
  | { readonly tracks: readonly TrackConfig[] }
  | { readonly unit: MediaUnit; readonly cameMs: number };

/**
 * Keeps the first seconds of what an encoder sends: the host decides on a recording after the first
 * keyframe has come, and the encoder makes the next one when it wants to.
 */
export class KeptBeginning {
  readonly #calls: Call[] = [];
  #bytes = 0;
  #untilMs: number | undefined;

  /** Keeps a copy; returns false as `write` does. */
  configure(tracks: readonly TrackConfig[], nowMs: number): boolean {
    if (
      !this.#hasRoom(
        tracks.map(({ config }) => config?.length ?? 0),
        nowMs,
      )
    ) {
      return false;
    }
    const copied = tracks.map(({ config, ...track }) => ({
      ...track,
      config: config && Buffer.from(config),
    }));
    this.#calls.push({ tracks: copied });
    return true;
  }

  /** Keeps a copy; returns false once that was for long enough, and this isn't complete then. */
  write(unit: MediaUnit, nowMs: number): boolean {
    if (
      !this.#hasRoom(
        unit.data.map(({ length }) => length),
        nowMs,
      )
    ) {
      return false;
    }
    const data = unit.data.map((part) => Buffer.from(part));
    this.#calls.push({ unit: { ...unit, data }, cameMs: nowMs });
    return true;
  }

  /** Counts the parts of a call. */
  #hasRoom(lengths: readonly number[], nowMs: number): boolean {
    this.#untilMs ??= nowMs + KEPT_MS_MAX;
    this.#bytes += lengths.reduce((sum, length) => sum + length + CALL_BYTES, CALL_BYTES);
    return nowMs <= this.#untilMs && this.#bytes <= KEPT_BYTES_MAX;
  }

  /** Gives everything to a sink, in the order in which it came. */
  replay(sink: Feed, nowMs: number): void {
    const taken = new Set<number>();
    for (const call of this.#calls) {
      if ("tracks" in call) {
        const tracks = call.tracks.filter(({ codec }) => sink.takes.has(codec));
        for (const { id } of tracks) {
          taken.add(id);
        }
        sink.configure(tracks);
      } else if (taken.has(call.unit.track)) {
        if (call.unit.key) {
          sink.delayed?.(nowMs - call.cameMs);
        }
        sink.write(call.unit);
      }
    }
    sink.delayed?.(0);
  }
}
