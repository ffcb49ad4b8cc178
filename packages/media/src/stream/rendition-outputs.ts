import type { LiveChannel, LiveOutlet } from "../hls/live-channel.ts";
import type { Rendition } from "../hls/rendition.ts";
import type { Recording } from "../recording/recording.ts";
import type { Segment } from "../segmenter/segment.ts";

export interface RenditionOutputsOptions {
  readonly live: LiveChannel;
  /** Segments listed in live playlists; undefined for the default. */
  readonly listedSegments: number | undefined;
  readonly recording: Recording | undefined;
  /** Every expected rendition has its first segment: told once, before anything is given away. */
  readonly onReady: (renditions: readonly Rendition[], startedAtMs: number) => void;
  /** Told once, when players see them. */
  readonly onPlayable: () => void;
}

interface Output {
  rendition: Rendition | undefined;
  /** Held back until the others have theirs: players read the multivariant playlist once. */
  waiting: Segment[];
}

/** The renditions of one broadcast, the best first: each segment goes to live playback and to the recording. */
export class RenditionOutputs {
  readonly #options: RenditionOutputsOptions;
  readonly #outputs = new Map<string, Output>();
  #outlet: LiveOutlet | undefined;

  constructor(options: RenditionOutputsOptions) {
    this.#options = options;
  }

  get ready(): boolean {
    return this.#outlet !== undefined;
  }

  /** The ids of the renditions that there will be. Once, before the first `add`. */
  expect(renditionIds: readonly string[]): void {
    for (const id of renditionIds) {
      this.#outputs.set(id, { rendition: undefined, waiting: [] });
    }
  }

  /** Segments of a rendition that isn't expected go nowhere. */
  add(rendition: Rendition, segment: Segment): void {
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
    this.#deliver(this.#outlet, rendition, segment);
  }

  end(): void {
    this.#outlet?.end();
  }

  #begin(): void {
    const renditions = this.#renditions();
    if (renditions.length < this.#outputs.size) {
      return;
    }
    const { live, listedSegments, onReady, onPlayable } = this.#options;
    const firsts = [...this.#outputs.values()].flatMap(({ waiting }) => waiting.slice(0, 1));
    onReady(renditions, Math.min(...firsts.map((first) => first.programDateTimeMs)));
    const outlet = live.begin(renditions, listedSegments);
    this.#outlet = outlet;
    for (const output of this.#outputs.values()) {
      for (const segment of output.waiting.splice(0)) {
        if (output.rendition !== undefined) {
          this.#deliver(outlet, output.rendition, segment);
        }
      }
    }
    onPlayable();
  }

  #deliver(outlet: LiveOutlet, rendition: Rendition, segment: Segment): void {
    outlet.add(rendition.id, segment);
    this.#options.recording?.add(rendition.name, segment);
  }

  #renditions(): Rendition[] {
    return [...this.#outputs.values()].flatMap(({ rendition }) => rendition ?? []);
  }
}
