/** At this many different ids, notes are written at once and the oldest forgotten. */
const NOTES_MAX = 10_000;

/** Uses by id. They stay after they are written: rows that were read before lack them. */
export class UseNotes<Use> {
  readonly latest = new Map<string, Use>();
  readonly #unwritten = new Set<string>();

  /** Whether the notes are so many that they should be written now. */
  add(id: string, use: Use): boolean {
    this.latest.set(id, use);
    this.#unwritten.add(id);
    return this.#unwritten.size === NOTES_MAX;
  }

  unwritten(): [id: string, use: Use][] {
    const notes: [string, Use][] = [];
    for (const id of this.#unwritten) {
      const use = this.latest.get(id);
      if (use !== undefined) notes.push([id, use]);
    }
    return notes;
  }

  written(notes: readonly [id: string, use: Use][]): void {
    for (const [id, use] of notes) if (this.latest.get(id) === use) this.#unwritten.delete(id);
    for (const id of this.latest.keys()) {
      if (this.latest.size <= NOTES_MAX) break;
      if (!this.#unwritten.has(id)) this.latest.delete(id);
    }
  }

  clear(): void {
    this.latest.clear();
    this.#unwritten.clear();
  }
}
