import { readdirSync, statSync } from "node:fs";
import fs, { type FileHandle } from "node:fs/promises";
import { syncBuiltinESMExports } from "node:module";
import { dirname, join } from "node:path";

type FileSystem = Pick<typeof fs, "open" | "link" | "rename">;

/** Methods of a file handle that change what is in the file. */
const WRITES: ReadonlySet<string | symbol> = new Set([
  "write",
  "writev",
  "writeFile",
  "appendFile",
  "truncate",
]);
const SYNCS: ReadonlySet<string | symbol> = new Set(["sync", "datasync"]);

/**
 * Knows which of `node:fs/promises`'s work a power cut would leave: bytes that were synced, under
 * names whose folder was synced afterwards. What was written in any other way counts as lost.
 */
export class RecordedDisk {
  /** Inodes whose bytes are on the disk as they are now. */
  readonly #wholeFiles = new Set<number>();
  /** Path → inode, as the folders on the disk name them. */
  readonly #names = new Map<string, number>();
  /** Names that were given to files whose bytes weren't on the disk yet. */
  readonly hasty: string[] = [];

  /** Paths of files and folders below `dir` that a power cut would now damage or lose. */
  lost(dir: string): string[] {
    return readdirSync(dir, { recursive: true, withFileTypes: true })
      .filter((entry) => {
        const path = join(entry.parentPath, entry.name);
        const { ino, size } = statSync(path);
        const named = this.#names.get(path) === ino;
        return !named || (entry.isFile() && size > 0 && !this.#wholeFiles.has(ino));
      })
      .map((entry) => join(entry.parentPath, entry.name).slice(dir.length + 1))
      .sort();
  }

  /** All that import `node:fs/promises` use this disk, until what is returned is called. */
  install(): () => void {
    const { open, link, rename } = fs;
    const real: FileSystem = { open, link, rename };
    const replaceBy = (used: FileSystem) => {
      Object.assign(fs, used);
      syncBuiltinESMExports();
    };
    replaceBy(this.#wrap(real));
    return () => replaceBy(real);
  }

  #wrap(real: FileSystem): FileSystem {
    return {
      open: async (...args: Parameters<FileSystem["open"]>) =>
        this.#wrapHandle(await real.open(...args), String(args[0])),
      link: async (from, to) => {
        this.#noteName(String(from), String(to));
        await real.link(from, to);
      },
      rename: async (from, to) => {
        this.#noteName(String(from), String(to));
        await real.rename(from, to);
      },
    };
  }

  #noteName(from: string, to: string): void {
    const found = statSync(from);
    if (found.isFile() && !this.#wholeFiles.has(found.ino)) this.hasty.push(to);
  }

  #wrapHandle(handle: FileHandle, path: string): FileHandle {
    return new Proxy(handle, {
      get: (target, name) => {
        const value: unknown = Reflect.get(target, name, target);
        if (typeof value !== "function") return value;
        return async (...args: unknown[]) => {
          const ino = WRITES.has(name) || SYNCS.has(name) ? (await target.stat()).ino : 0;
          if (WRITES.has(name)) this.#wholeFiles.delete(ino);
          const result: unknown = await value.apply(target, args);
          if (SYNCS.has(name)) this.#noteSync(path, ino);
          return result;
        };
      },
    });
  }

  #noteSync(path: string, ino: number): void {
    if (!statSync(path).isDirectory()) {
      this.#wholeFiles.add(ino);
      return;
    }
    for (const name of [...this.#names.keys()]) {
      if (dirname(name) === path) this.#names.delete(name);
    }
    for (const name of readdirSync(path)) {
      // Meanwhile a thread may remove another write's temporary file.
      const found = statSync(join(path, name), { throwIfNoEntry: false });
      if (found) this.#names.set(join(path, name), found.ino);
    }
  }
}
