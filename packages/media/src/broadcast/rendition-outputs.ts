import { strict as assert } from "node:assert";
import type { Segment } from "../container/segment.ts";
import type { DateRange } from "../hls/date-ranges.ts";
import type { LiveChannel, LiveOutlet } from "../hls/live-channel.ts";
import { type Rendition, SOURCE_RENDITION } from "../hls/rendition.ts";
import type { Recording } from "../recording/recording.ts";
import { holdMemory, releaseMemory } from "../runtime/segment-memory.ts";
import type { SegmentPart } from "../segmenter/part-cutter.ts";

export interface RenditionOutputsOptions {
  readonly live: LiveChannel;
  /** Segments listed in live playlists; undefined for the default. */
  readonly listedSegments: number | undefined;
  readonly recording: Recording | undefined;
  /**
   * Called once, when every expected rendition has its first segment, before anything is given
   * away.
   */
  readonly onReady: (renditions: readonly Rendition[], startedAtMs: number) => void;
  /** Told once, when players see them. */
  readonly onPlayable: () => void;
}

interface Output {
  rendition: Rendition | undefined;
  /**
   * The name that it had when the recording began. Its folder is named so, whatever becomes of the
   * picture.
   */
  recordedName?: string;
  /** Held back until the others have theirs: players read the multivariant playlist once. */
  waiting: Segment[];
}

/**
 * The renditions of one broadcast, the best first: each segment goes to live playback and to the
 * recording.
 */
export class RenditionOutputs {
  readonly #options: RenditionOutputsOptions;
  readonly #outputs = new Map<string, Output>();
  #outlet: LiveOutlet | undefined;
  #source: Rendition | undefined;
  /** The source's segments that the best rendition hasn't made yet. */
  #spare: Segment[] = [];
  #standsIn: "no" | "begins" | "goes-on" = "no";

  constructor(options: RenditionOutputsOptions) {
    this.#options = options;
  }

  get ready(): boolean {
    return this.#outlet !== undefined;
  }

  /** True once the source has a segment, whether it is a rendition or not. */
  get hasSource(): boolean {
    return this.#source !== undefined;
  }

  /** The ids of the renditions that there will be. Once, before the first `add`. */
  expect(renditionIds: readonly string[]): void {
    for (const id of renditionIds) {
      this.#outputs.set(id, { rendition: undefined, waiting: [] });
    }
  }

  /**
   * Keeps the segments of a source that is no rendition for a while: it may have to stand in
   * for them.
   */
  add(rendition: Rendition, segment: Segment): void {
    if (rendition.id === SOURCE_RENDITION) {
      this.#source = rendition;
      if (!this.#outputs.has(SOURCE_RENDITION)) {
        this.#addSpare(segment);
        return;
      }
    }
    const output = this.#outputs.get(rendition.id);
    if (output === undefined) {
      return;
    }
    const changed = JSON.stringify(output.rendition) !== JSON.stringify(rendition);
    output.rendition = rendition;
    if (this.#outlet === undefined) {
      output.waiting.push(segment);
      this.#begin();
      return;
    }
    if (changed) {
      this.#outlet.describe(this.#renditions());
    }
    this.#deliver(this.#outlet, output, segment);
  }

  /**
   * Nothing but the source comes any more. Where it wasn't a rendition it goes on in the best one's
   * place, so that who watches or reads that one goes on too.
   */
  fallBack(): void {
    if (this.#outlet === undefined) {
      const waiting = this.#outputs.get(SOURCE_RENDITION)?.waiting ?? this.#spare.splice(0);
      this.#outputs.clear();
      this.#outputs.set(SOURCE_RENDITION, { rendition: this.#source, waiting });
      this.#begin();
      return;
    }
    const [bestId = SOURCE_RENDITION] = this.#outputs.keys();
    for (const id of [...this.#outputs.keys()].slice(1)) {
      this.#outputs.delete(id);
    }
    this.#outlet.describe(this.#renditions());
    if (bestId !== SOURCE_RENDITION) {
      this.#standsIn = "begins";
      for (const segment of this.#spare.splice(0)) {
        this.#addSpare(segment);
        releaseMemory(segment.body);
      }
    }
  }

  /** Parts come between two segments of their rendition. */
  addPart(renditionId: string, part: SegmentPart): void {
    this.#outlet?.addPart(renditionId, part);
  }

  /** Begins with a segment that isn't added yet. */
  addDateRange(range: DateRange): void {
    this.#outlet?.addDateRange(range);
    this.#options.recording?.addAdBreak(range);
  }

  end(): void {
    this.#outlet?.end();
  }

  #best(): Output | undefined {
    const [best] = this.#outputs.values();
    return best;
  }

  #addSpare(segment: Segment): void {
    const best = this.#best();
    if (this.#standsIn !== "no" && this.#source !== undefined && best?.rendition !== undefined) {
      const { id, name } = best.rendition;
      best.rendition = { ...this.#source, id, name };
      this.#outlet?.describe(this.#renditions());
      if (this.#outlet !== undefined) {
        const discontinuity = segment.discontinuity || this.#standsIn === "begins";
        this.#deliver(this.#outlet, best, { ...segment, discontinuity });
        this.#standsIn = "goes-on";
      }
    } else {
      holdMemory(segment.body);
      this.#spare.push(segment);
    }
  }

  #begin(): void {
    const renditions = this.#renditions();
    if (renditions.length === 0 || renditions.length < this.#outputs.size) {
      return;
    }
    const { live, listedSegments, onReady, onPlayable } = this.#options;
    const firsts = [...this.#outputs.values()].flatMap(({ waiting }) => waiting.slice(0, 1));
    onReady(renditions, Math.min(...firsts.map((first) => first.programDateTimeMs)));
    const outlet = live.begin(renditions, listedSegments);
    this.#outlet = outlet;
    for (const output of this.#outputs.values()) {
      output.recordedName = output.rendition?.name ?? "";
      for (const segment of output.waiting.splice(0)) {
        this.#deliver(outlet, output, segment);
      }
    }
    onPlayable();
  }

  #deliver(outlet: LiveOutlet, output: Output, segment: Segment): void {
    const { rendition, recordedName = "" } = output;
    assert(rendition, "a segment is given away with what it is");
    const kept = this.#options.recording?.add(recordedName, segment);
    outlet.add(rendition.id, segment, kept);
    if (output === this.#best()) {
      const isMade = ({ index }: Segment): boolean => index <= segment.index;
      for (const { body } of this.#spare.filter(isMade)) {
        releaseMemory(body);
      }
      this.#spare = this.#spare.filter((spare) => !isMade(spare));
    }
  }

  #renditions(): Rendition[] {
    return [...this.#outputs.values()].flatMap(({ rendition }) => rendition ?? []);
  }
}
