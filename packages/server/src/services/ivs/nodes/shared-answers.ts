/**
 * Answers that many ask for at the same time are got once. Those that never change are kept, up to
 * a number of bytes, the ones unused for the longest time going first.
 */
export class SharedAnswers {
  readonly #bytesMax: number;
  readonly #asked = new Map<string, Promise<unknown>>();
  readonly #kept = new Map<string, Uint8Array>();
  #bytes = 0;

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  once<Answer>(key: string, ask: () => Promise<Answer>): Promise<Answer> {
    const asked = this.#asked.get(key);
    if (asked) return asked as Promise<Answer>;
    const answer = ask().finally(() => this.#asked.delete(key));
    this.#asked.set(key, answer);
    return answer;
  }

  async forever(
    key: string,
    ask: () => Promise<Uint8Array | undefined>,
  ): Promise<Uint8Array | undefined> {
    const kept = this.#kept.get(key);
    if (kept) {
      this.#kept.delete(key);
      this.#kept.set(key, kept);
      return kept;
    }
    return this.once(key, async () => {
      const answer = await ask();
      if (answer) this.#keep(key, answer);
      return answer;
    });
  }

  #keep(key: string, answer: Uint8Array): void {
    this.#kept.set(key, answer);
    this.#bytes += answer.length;
    for (const [oldest, { length }] of this.#kept) {
      if (this.#bytes <= this.#bytesMax) return;
      this.#kept.delete(oldest);
      this.#bytes -= length;
    }
  }
}
