import type {
  CompositionEvent,
  CompositionPicture,
  CompositionPlan,
  CompositionRoom,
  CompositionScene,
  MediaCompositions,
} from "../port/composition.ts";
import { MediaError } from "../port/media-error.ts";
import type { PoolForwarding } from "./pool-forwarding.ts";
import type { WorkerProcess } from "./worker-process.ts";

interface Place {
  readonly worker: WorkerProcess;
  readonly group: string;
  readonly release: () => void;
  /** Outputs that haven't ended. */
  readonly outputs: Set<string>;
}

/** Compositions in workers: each runs in the one that carries its group, which stays there. */
export class PoolCompositions implements MediaCompositions {
  readonly #forwarding: PoolForwarding;
  readonly #publish: (event: CompositionEvent) => void;
  readonly #places = new Map<string, Place>();

  constructor(forwarding: PoolForwarding, publish: (event: CompositionEvent) => void) {
    this.#forwarding = forwarding;
    this.#publish = publish;
  }

  async hasRoomFor(picture: CompositionPicture): Promise<CompositionRoom> {
    const worker = this.#forwarding.idlest;
    return worker === undefined ? "no-processors" : worker.calls.ask("hasRoomFor", picture);
  }

  async startComposition(plan: CompositionPlan): Promise<void> {
    const { group } = plan.scene;
    const held = this.#forwarding.hold(group);
    if (held === undefined) {
      throw new MediaError("engine", "no worker runs that could compose it");
    }
    const outputs = new Set(plan.outputs.map(({ output }) => output));
    this.#places.set(plan.composition, { ...held, group, outputs });
    try {
      await held.worker.calls.ask("startComposition", plan);
    } catch (error) {
      this.#forget(plan.composition);
      throw error;
    }
  }

  async changeScene(composition: string, scene: CompositionScene): Promise<boolean> {
    const place = this.#places.get(composition);
    if (place === undefined || !this.#follow(composition, place, scene.group)) {
      return false;
    }
    return place.worker.calls.ask("changeScene", composition, scene);
  }

  async stopComposition(composition: string): Promise<boolean> {
    const worker = this.#places.get(composition)?.worker;
    return (await worker?.calls.ask("stopComposition", composition)) ?? false;
  }

  /** A worker's event: the host's, too. */
  note(event: CompositionEvent): void {
    if (event.type === "output-ended" || event.type === "output-failed") {
      this.#places.get(event.composition)?.outputs.delete(event.output);
    } else if (event.type === "composition-over") {
      this.#forget(event.composition);
    }
    this.#publish(event);
  }

  /** A worker has gone, and its compositions with it. */
  release(worker: WorkerProcess): void {
    const message = "the process that composed it has gone";
    const atMs = Date.now();
    for (const [composition, place] of [...this.#places]) {
      if (place.worker === worker) {
        for (const output of place.outputs) {
          this.#publish({ type: "output-failed", composition, output, message, atMs });
        }
        this.#forget(composition);
        this.#publish({ type: "composition-over", composition, atMs });
      }
    }
  }

  /** Keeps another group with the composition's worker. False where one has it already. */
  #follow(composition: string, place: Place, group: string): boolean {
    if (place.group === group) {
      return true;
    }
    const held = this.#forwarding.hold(group, place.worker);
    if (held?.worker !== place.worker) {
      held?.release();
      return false;
    }
    place.release();
    this.#places.set(composition, { ...place, group, release: held.release });
    return true;
  }

  #forget(composition: string): void {
    this.#places.get(composition)?.release();
    this.#places.delete(composition);
  }
}
