import { LruMap } from "../../../kernel/lru-map.ts";

/** Proofs by what they are about: those that ask for one meanwhile wait for it, too. */
export class KnownProofs<Proof> {
  readonly #known: LruMap<string, Promise<Proof>>;

  constructor(max: number) {
    this.#known = new LruMap(max);
  }

  get(key: string, find: () => Promise<Proof>): Promise<Proof> {
    const known = this.#known.get(key);
    if (known) return known;
    const finding = find().catch((error: unknown) => {
      this.#known.delete(key);
      throw error;
    });
    this.#known.set(key, finding);
    return finding;
  }
}
