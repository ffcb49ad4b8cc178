import { open } from "node:fs/promises";

/**
 * Makes a folder's entries durable. One fsync serves everybody who asked before it began; who asks
 * while it runs shares the next one, because the running one may have missed their entry.
 */
export class FolderSync {
  readonly #dir: string;
  #running: Promise<void> | undefined;
  #next: Promise<void> | undefined;

  constructor(dir: string) {
    this.#dir = dir;
  }

  sync(): Promise<void> {
    if (this.#next) return this.#next;
    if (!this.#running) return this.#begin();
    const afterwards = () => {
      this.#next = undefined;
      return this.#begin();
    };
    this.#next = this.#running.then(afterwards, afterwards);
    return this.#next;
  }

  #begin(): Promise<void> {
    const running = fsyncFolder(this.#dir).finally(() => {
      if (this.#running === running) this.#running = undefined;
    });
    this.#running = running;
    return running;
  }
}

async function fsyncFolder(dir: string): Promise<void> {
  const handle = await open(dir, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
