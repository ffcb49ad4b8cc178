import { after } from "./timers.ts";

/** Requests that wait for the end of work that a queue does for them, each for a while. */
export class AwaitedEnds {
  readonly #waiting = new Map<string, () => void>();

  /**
   * Runs `begin`, and resolves when the work of this id has ended, at the latest after `ms`. False
   * from `begin`: there is nothing to wait for. Rejects as `begin` does.
   */
  async within(id: string, ms: number, begin: () => Promise<boolean> | boolean): Promise<void> {
    const ended = new Promise<void>((resolve) => this.#waiting.set(id, resolve));
    try {
      if (!(await begin())) return;
      let callOff = (): void => {};
      const long = new Promise<void>((resolve) => {
        callOff = after(ms, resolve);
      });
      await Promise.race([ended, long]);
      callOff();
    } finally {
      this.#waiting.delete(id);
    }
  }

  /** The work has ended. */
  end(id: string): void {
    this.#waiting.get(id)?.();
  }

  /** All waits end. */
  close(): void {
    for (const resolve of this.#waiting.values()) resolve();
  }
}
