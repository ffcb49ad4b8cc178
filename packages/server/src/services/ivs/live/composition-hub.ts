import type {
  CompositionEvent,
  CompositionPlan,
  CompositionScene,
  MediaCompositions,
} from "@rolecast/media";
import type { ComposedChannel, CompositionPort } from "../../../kernel/ports/compositions.ts";
import type { Store } from "../../../kernel/store.ts";
import { arns } from "../resource-arn.ts";
import { selectChannel } from "../rows/channels.ts";
import { selectStreamKeys } from "../rows/stream-keys.ts";
import type { IvsTables } from "../tables.ts";

/** The engine's compositions for other services. The engine may be another one after a restart. */
export class CompositionHub implements CompositionPort {
  readonly #store: Store<IvsTables>;
  readonly #current: () => MediaCompositions;
  readonly #listeners = new Set<(event: CompositionEvent) => void>();

  constructor(store: Store, current: () => MediaCompositions) {
    this.#store = store.tables<IvsTables>();
    this.#current = current;
  }

  listen(listener: (event: CompositionEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  publish(event: CompositionEvent): void {
    for (const listener of [...this.#listeners]) listener(event);
  }

  async findChannel(channelArn: string): Promise<ComposedChannel | undefined> {
    const reference = arns.parse(channelArn);
    if (reference?.type !== "channel") return undefined;
    const row = await selectChannel(this.#store.db, reference, reference.id);
    if (!row) return undefined;
    const [key] = await selectStreamKeys(this.#store.db, reference, reference.id);
    return { row, streamKey: key?.value };
  }

  hasRoomFor(picture: CompositionPlan["picture"]) {
    return this.#current().hasRoomFor(picture);
  }

  startComposition(plan: CompositionPlan) {
    return this.#current().startComposition(plan);
  }

  changeScene(composition: string, scene: CompositionScene) {
    return this.#current().changeScene(composition, scene);
  }

  stopComposition(composition: string) {
    return this.#current().stopComposition(composition);
  }
}
