import type { InitSection } from "../container/segment.ts";

/**
 * The init sections of one recording: each is written once, before the first file that needs it.
 */
export class InitSections {
  /** By path; undefined once it is written. */
  readonly #sections = new Map<string, InitSection | undefined>();

  /** A file will need it. */
  need(path: string, init: InitSection): void {
    if (!this.#sections.has(path)) {
      this.#sections.set(path, init);
    }
  }

  /** Objects that must be written before a file that needs them. */
  unwritten(path: string): InitSection | undefined {
    return this.#sections.get(path);
  }

  written(path: string): void {
    this.#sections.set(path, undefined);
  }
}
