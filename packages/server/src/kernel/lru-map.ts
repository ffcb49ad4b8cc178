/**
 * A map that holds at most `max` entries. Those used last, half as many, are always among them;
 * others are forgotten together, once they haven't been used for as many new entries. It keeps two
 * generations, so that an entry in use is found without being put in order again.
 */
export class LruMap<Key, Value> {
  #recent = new Map<Key, Value>();
  #older = new Map<Key, Value>();
  readonly #generationMax: number;

  constructor(max: number) {
    this.#generationMax = Math.ceil(max / 2);
  }

  get(key: Key): Value | undefined {
    return this.#recent.get(key) ?? this.#takeOlder(key);
  }

  set(key: Key, value: Value): void {
    this.#older.delete(key);
    this.#recent.set(key, value);
    if (this.#recent.size < this.#generationMax) return;
    this.#older = this.#recent;
    this.#recent = new Map();
  }

  values(): IterableIterator<Value> {
    return [...this.#older.values(), ...this.#recent.values()].values();
  }

  delete(key: Key): void {
    this.#recent.delete(key);
    this.#older.delete(key);
  }

  clear(): void {
    this.#recent.clear();
    this.#older.clear();
  }

  #takeOlder(key: Key): Value | undefined {
    const value = this.#older.get(key);
    if (value !== undefined) this.set(key, value);
    return value;
  }
}
