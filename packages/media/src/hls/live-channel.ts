import type { Segment } from "../container/segment.ts";
import type { MediaArrival, MediaPosition } from "../port/handle.ts";
import type { MediaLimits } from "../port/limits.ts";
import type { SegmentPart } from "../segmenter/part-cutter.ts";
import { type DateRange, DateRanges } from "./date-ranges.ts";
import { LiveRendition } from "./live-rendition.ts";
import { LiveWindow, POSITION_START, type WindowPosition } from "./live-window.ts";
import { renditionReportTag } from "./media-playlist.ts";
import { renderMultivariantPlaylist } from "./multivariant-playlist.ts";
import type { Rendition } from "./rendition.ts";
import type { KeptBytes } from "./segment-media.ts";
import type { SegmentShelf } from "./segment-shelf.ts";

type LiveLimits = Pick<
  MediaLimits,
  "segmentsKeptMs" | "segmentsKeptBytesMax" | "endedStreamKeptMs"
>;

/** Segments of 2 s: players begin three from the end, and the others are for players that lag. */
const DEFAULT_LISTED_SEGMENTS = 6;

/**
 * Takes one broadcast's segments. It does nothing once a later broadcast of the channel has begun.
 */
export interface LiveOutlet {
  /** The broadcast's renditions changed: those that are missing now are no longer served. */
  describe(renditions: readonly Rendition[]): void;
  /** `kept` is the segment on the disk, if it is put there for others. */
  add(renditionId: string, segment: Segment, kept?: KeptBytes): void;
  /** A piece of the rendition's next segment. */
  addPart(renditionId: string, part: SegmentPart): void;
  /** Listed in every rendition with the segments that it touches. */
  addDateRange(range: DateRange): void;
  end(): void;
}

/**
 * Serves the players of one channel: its renditions, over one broadcast and the next. Media and
 * discontinuity sequence numbers are the same in all renditions, and go on in the next broadcast.
 */
export class LiveChannel {
  readonly #limits: LiveLimits;
  readonly #monotonicMs: () => number;
  readonly #shelf: SegmentShelf | undefined;
  readonly #dateRanges = new DateRanges();
  /** The best first. */
  #renditions = new Map<string, LiveRendition>();
  #current: LiveOutlet | undefined;
  #endedAtMs: number | undefined;

  constructor(limits: LiveLimits, monotonicMs: () => number, shelf?: SegmentShelf) {
    this.#limits = limits;
    this.#monotonicMs = monotonicMs;
    this.#shelf = shelf;
  }

  get bytes(): number {
    return [...this.#renditions.values()].reduce((sum, { window }) => sum + window.bytes, 0);
  }

  /**
   * True when a broadcast ended so long ago that no player can be waiting for its last segments.
   */
  expired(monotonicMs: number): boolean {
    const endedAtMs = this.#endedAtMs;
    return endedAtMs !== undefined && monotonicMs - endedAtMs > this.#limits.endedStreamKeptMs;
  }

  /** A broadcast begins to be playable: its first segments follow at once. */
  begin(renditions: readonly Rendition[], listedSegments = DEFAULT_LISTED_SEGMENTS): LiveOutlet {
    const at = this.#position();
    const kept = this.#renditions;
    this.#renditions = new Map();
    this.#dateRanges.clear();
    for (const rendition of renditions) {
      const live = kept.get(rendition.id) ?? this.#rendition(rendition, listedSegments, at);
      live.describe(rendition);
      live.window.resume(listedSegments, at);
      this.#renditions.set(rendition.id, live);
    }
    this.#closeAllBut(this.#renditions, kept);
    this.#endedAtMs = undefined;
    const outlet = this.#outlet(listedSegments);
    this.#current = outlet;
    return outlet;
  }

  /**
   * Undefined until a broadcast's first segment is complete, and where no picture is small enough.
   */
  multivariantPlaylist(baseUrl: string, heightMax = Number.POSITIVE_INFINITY): string | undefined {
    const variants = [...this.#renditions.values()]
      .filter((live) => live.height <= heightMax)
      .map((live) => live.variant(baseUrl));
    return variants.length > 0 ? renderMultivariantPlaylist(variants) : undefined;
  }

  /** Lines of its picture; 0 for sound alone. */
  renditionHeight(renditionId: string): number | undefined {
    return this.#renditions.get(renditionId)?.height;
  }

  /**
   * In parts it says how far the other renditions have come, so that players switch without a
   * playlist too many; those above `heightMax` aren't for this viewer.
   */
  mediaPlaylist(renditionId: string, heightMax = Number.POSITIVE_INFINITY): string | undefined {
    const playlist = this.#renditions.get(renditionId)?.window.playlist();
    if (playlist === undefined) {
      return undefined;
    }
    const reports = [...this.#renditions].flatMap(
      ([
        id,
        {
          height,
          window: { lastPart },
        },
      ]) =>
        id === renditionId || height > heightMax || lastPart === undefined
          ? []
          : [`${renditionReportTag(`../${id}/playlist.m3u8`, lastPart)}\n`],
    );
    return playlist + reports.join("");
  }

  async segment(renditionId: string, sequence: number): Promise<Buffer | undefined> {
    return this.#renditions.get(renditionId)?.window.segment(sequence);
  }

  init(renditionId: string, name: string): Buffer | undefined {
    return this.#renditions.get(renditionId)?.window.init(name);
  }

  awaitMedia(renditionId: string, position: MediaPosition): Promise<MediaArrival> {
    const window = this.#renditions.get(renditionId)?.window;
    return window?.awaitMedia(position) ?? Promise.resolve("never");
  }

  async part(renditionId: string, sequence: number, part: number): Promise<Buffer | undefined> {
    return this.#renditions.get(renditionId)?.window.part(sequence, part);
  }

  #outlet(listedSegments: number): LiveOutlet {
    const outlet: LiveOutlet = {
      describe: (renditions) => {
        if (this.#current === outlet) {
          this.#describe(renditions, listedSegments);
        }
      },
      add: (renditionId, segment, kept) => {
        if (this.#current === outlet) {
          this.#renditions.get(renditionId)?.window.add(segment, kept);
        }
      },
      addPart: (renditionId, part) => {
        if (this.#current === outlet) {
          this.#renditions.get(renditionId)?.window.addPart(part);
        }
      },
      addDateRange: (range) => {
        if (this.#current === outlet) {
          this.#dateRanges.add(range);
        }
      },
      end: () => {
        if (this.#current === outlet) {
          this.#end();
        }
      },
    };
    return outlet;
  }

  #describe(renditions: readonly Rendition[], listedSegments: number): void {
    const at = this.#position();
    const described = renditions.map((rendition): [string, LiveRendition] => {
      const live =
        this.#renditions.get(rendition.id) ?? this.#rendition(rendition, listedSegments, at);
      live.describe(rendition);
      return [rendition.id, live];
    });
    const before = this.#renditions;
    this.#renditions = new Map(described);
    this.#closeAllBut(this.#renditions, before);
  }

  /** Nothing is served any more. */
  close(): void {
    this.#closeAllBut(new Map(), this.#renditions);
    this.#renditions.clear();
  }

  #closeAllBut(
    served: ReadonlyMap<string, LiveRendition>,
    before: ReadonlyMap<string, LiveRendition>,
  ): void {
    for (const [id, { window }] of before) {
      if (!served.has(id)) {
        window.close();
      }
    }
  }

  #end(): void {
    this.#endedAtMs = this.#monotonicMs();
    for (const { window } of this.#renditions.values()) {
      window.end();
    }
  }

  #rendition(rendition: Rendition, listedSegments: number, at: WindowPosition): LiveRendition {
    const dateRanges = this.#dateRanges;
    const window = new LiveWindow(listedSegments, this.#limits, at, dateRanges, this.#shelf);
    return new LiveRendition(rendition, window);
  }

  /** The position of the rendition that has come furthest. */
  #position(): WindowPosition {
    return [...this.#renditions.values()]
      .map(({ window }) => window.position)
      .reduce((most, at) => (at.sequence > most.sequence ? at : most), POSITION_START);
  }
}
