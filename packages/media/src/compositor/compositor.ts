import { performance } from "node:perf_hooks";
import type { ProtocolForwarding } from "../ingest/protocol.ts";
import type {
  CompositionPicture,
  CompositionPlan,
  CompositionRoom,
  CompositionScene,
  MediaCompositions,
} from "../port/composition.ts";
import { MediaError } from "../port/media-error.ts";
import type { TranscodeCapacity } from "../transcode/transcode-capacity.ts";
import { Composition, type UntimedCompositionEvent } from "./composition.ts";
import type { Publish } from "./published-output.ts";
import type { RecordUnits } from "./recorded-output.ts";

/**
 * Cores of a composition without its participants' decoders, per pixel and second: encoding, and
 * the copies that make its frames. Measured: docs/adr/0041.
 */
const ENCODE_CORES_PER_PIXEL_RATE = 8e-9;
const DRAW_CORES_PER_PIXEL_RATE = 2.5e-9;

export interface CompositorOptions {
  /** Path of ffmpeg; without it nothing is composed. */
  readonly program: string | undefined;
  readonly capacity: TranscodeCapacity;
  readonly tagBytesMax: number;
  /** Begins the ids of its connections. */
  readonly idPrefix: string;
  readonly forwarding: ProtocolForwarding;
  readonly publish: Publish;
  readonly record: RecordUnits;
  readonly onEvent: (event: UntimedCompositionEvent) => void;
}

/** The compositions of this process. */
export class Compositor implements MediaCompositions {
  readonly #options: CompositorOptions;
  readonly #running = new Map<string, Composition>();
  #connections = 0;

  constructor(options: CompositorOptions) {
    this.#options = options;
  }

  async hasRoomFor(picture: CompositionPicture): Promise<CompositionRoom> {
    const { program, capacity } = this.#options;
    if (program === undefined) {
      return "no-ffmpeg";
    }
    const share = capacity.admit(estimateCores(picture));
    share?.release();
    return share === undefined ? "no-processors" : "yes";
  }

  async startComposition(plan: CompositionPlan): Promise<void> {
    const { program, capacity, tagBytesMax, forwarding, publish, record, onEvent } = this.#options;
    if (program === undefined) {
      throw new MediaError("engine", "nothing can be composed: there is no ffmpeg");
    }
    if (this.#running.has(plan.composition)) {
      throw new MediaError("engine", "the composition runs already");
    }
    const share = capacity.admit(estimateCores(plan.picture));
    if (share === undefined) {
      throw new MediaError("limit", "the machine has no processors left for a composition");
    }
    const composition = new Composition({
      ...{ program, plan, capacity, share, tagBytesMax, publish, record },
      tap: (feed, sink) => forwarding.tap({ ...feed, fromKeyframe: true }, sink),
      newConnectionId: () => this.#newConnectionId(),
      monotonicMs: () => performance.now(),
      onEvent,
      onOver: () => this.#running.delete(plan.composition),
    });
    this.#running.set(plan.composition, composition);
  }

  async changeScene(composition: string, scene: CompositionScene): Promise<boolean> {
    const running = this.#running.get(composition);
    running?.change(scene);
    return running !== undefined;
  }

  async stopComposition(composition: string): Promise<boolean> {
    const running = this.#running.get(composition);
    await running?.stop();
    return running !== undefined;
  }

  async close(): Promise<void> {
    await Promise.all([...this.#running.values()].map((composition) => composition.stop()));
  }

  #newConnectionId(): string {
    this.#connections += 1;
    return `${this.#options.idPrefix}composition${this.#connections}`;
  }
}

function estimateCores({ width, height, frameRate }: CompositionPicture): number {
  return width * height * frameRate * (ENCODE_CORES_PER_PIXEL_RATE + DRAW_CORES_PER_PIXEL_RATE);
}
