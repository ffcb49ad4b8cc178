import { createHmac, randomBytes } from "node:crypto";
import { readdir, readFile, rm } from "node:fs/promises";
import { type Kysely, sql } from "kysely";
import { pathBelow, placeBelow } from "../kernel/files/path-below.ts";
import { readOrWriteDurably, writeDurably } from "../kernel/files/write-durably.ts";
import type { Tables } from "../kernel/store.ts";
import { DataFolderError } from "./data-folder-error.ts";
import { SEALING_TABLE } from "./migrate.ts";
import type { OpeningDatabase } from "./store.ts";

const KEY_BYTES = 32;
const KEY_FILE = "sealing.key";
/** The first key until the database has its mark. */
const FIRST_KEY_FILE = "sealing.key.first";
/** Files that may exist beside a key that was put into the folder before the first start. */
const BESIDE_GIVEN_KEY = /^(?:sealing\.key|lock\.db|lost\+found$)/;

/** Tests whether a key opens a database's secrets; `empty` if it holds none. */
export type KeyTrial = (
  db: Kysely<Tables>,
  key: Uint8Array,
) => Promise<"opens" | "fails" | "empty">;

export interface SealingKeyOptions {
  readonly dir: string;
  /** False: the folder is temporary, and so is the key. */
  readonly durable: boolean;
  /** Whether the database is elsewhere, and other nodes may have created it. */
  readonly shared: boolean;
  /** Folders below `dir` whose files only the database knows. */
  readonly referenced: readonly string[];
  readonly trial: KeyTrial;
}

/** The database's secrets are sealed with another key than this data folder has. */
export class SealingKeyError extends DataFolderError {
  override readonly name = "SealingKeyError";
}

/**
 * Makes sure that database and data folder belong together. The database holds a mark of the key
 * (an HMAC, from which the key can't be found), the folder the key. A key is made only for a
 * database without a mark; it is on the disk before the database has its mark, and gets its name
 * `sealing.key` when the mark is on the disk. So wherever the process ends, the next start can tell
 * a first start that broke off from a database that was lost.
 */
export class SealingKey {
  readonly #options: SealingKeyOptions;
  #key: Uint8Array | undefined;

  constructor(options: SealingKeyOptions) {
    this.#options = options;
  }

  /** Chooses the key, in the transaction that opens the database. Throws DataFolderError. */
  async settle({ db, isNew }: OpeningDatabase): Promise<void> {
    const mark = await readMark(db);
    this.#key =
      mark === undefined ? await this.#forUnmarked(db, isNew) : await this.#forMarked(mark);
    if (mark === undefined) await writeMark(db, markOf(this.#key));
  }

  /** Renames the chosen key to its final name, once the database's mark is on the disk. */
  async keep(): Promise<Uint8Array> {
    const { dir, durable } = this.#options;
    if (!this.#key) throw new Error("the database was opened without choosing a key");
    if (durable) {
      await writeDurably(pathBelow(dir, KEY_FILE), this.#key, { ifExists: "keep" });
      await rm(pathBelow(dir, FIRST_KEY_FILE), { force: true });
    }
    return this.#key;
  }

  async #forMarked(mark: string): Promise<Uint8Array> {
    const { dir } = this.#options;
    // Another node that starts at the same time may be giving the key its name: that name first,
    // then, since it may have been gone by then, once more.
    const files = [KEY_FILE, FIRST_KEY_FILE, KEY_FILE];
    let found = false;
    for (const file of files) {
      const key = await this.#read(file);
      if (key && markOf(key) === mark) return key;
      found ||= key !== undefined;
    }
    throw new SealingKeyError(
      found
        ? `The secrets in this database are sealed with another key than the sealing.key of the data folder ${dir}. Use the data folder that belongs to the database, or copy its sealing.key here.`
        : `The secrets in this database are sealed with a key that the data folder ${dir} doesn't have. Put its sealing.key there: from the backup, or from the data folder of another node.`,
    );
  }

  async #forUnmarked(db: Kysely<Tables>, isNew: boolean): Promise<Uint8Array> {
    const { dir, durable, trial } = this.#options;
    const given = await this.#read(KEY_FILE);
    if (isNew) await this.#refuseForeignFiles(given !== undefined);
    // Databases of earlier versions have no mark.
    if (given) {
      if (isNew || (await trial(db, given)) !== "fails") return given;
      throw new SealingKeyError(
        `The secrets in this database are sealed with another key than the sealing.key of the data folder ${dir}. Put the right one there, from the backup.`,
      );
    }
    const made = randomBytes(KEY_BYTES);
    if (!isNew && (await trial(db, made)) !== "empty") {
      throw new SealingKeyError(
        `The secrets in this database are sealed with a key that the data folder ${dir} doesn't have. Put its sealing.key there, from the backup.`,
      );
    }
    if (!durable) return made;
    return wholeKey(
      pathBelow(dir, FIRST_KEY_FILE),
      await readOrWriteDurably(pathBelow(dir, FIRST_KEY_FILE), () => made),
    );
  }

  /**
   * Refuses an empty database beside files that only a used one references: it was lost, or is
   * wrong.
   */
  async #refuseForeignFiles(hasKey: boolean): Promise<void> {
    const { dir, shared, referenced } = this.#options;
    const names = await readdir(dir);
    // On a database elsewhere, nodes may be given their key before the first start.
    const given = shared && names.every((name) => BESIDE_GIVEN_KEY.test(name));
    const found = hasKey && !given ? [KEY_FILE] : [];
    for (const folder of referenced)
      if (await holdsFiles(placeBelow(dir, folder))) found.push(folder);
    if (found.length === 0) return;
    const what = `The data folder ${dir} holds ${found.join(" and ")} of an earlier server`;
    throw new DataFolderError(
      shared
        ? `${what}, but the database is empty: its objects and secrets would be lost. Name the database that belongs to the folder, or restore it from the backup. To begin anew, choose another folder with --data, or move everything but sealing.key out of this one.`
        : `${what}, but its database rolecast.db is missing or empty: its objects and secrets would be lost. Restore rolecast.db, together with rolecast.db-wal if there is one, from the backup. To begin anew, move the folder away or choose another one with --data.`,
    );
  }

  async #read(name: string): Promise<Uint8Array | undefined> {
    const file = pathBelow(this.#options.dir, name);
    try {
      return wholeKey(file, await readFile(file));
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
  }
}

function wholeKey(file: string, key: Uint8Array): Uint8Array {
  if (key.length === KEY_BYTES) return key;
  throw new DataFolderError(
    `${file} is damaged: it holds ${key.length} bytes instead of ${KEY_BYTES}. What the database has sealed can only be opened with the right one: put it back from the backup. If nothing is to be kept, move the data folder away.`,
  );
}

function markOf(key: Uint8Array): string {
  return createHmac("sha256", key).update("rolecast sealing key").digest("hex");
}

async function readMark(db: Kysely<Tables>): Promise<string | undefined> {
  const table = sql.table(SEALING_TABLE);
  const found = await sql<{ key_mark: string }>`select key_mark from ${table}`.execute(db);
  return found.rows[0]?.key_mark;
}

async function writeMark(db: Kysely<Tables>, mark: string): Promise<void> {
  await sql`insert into ${sql.table(SEALING_TABLE)} (key_mark) values (${mark})`.execute(db);
}

async function holdsFiles(dir: string): Promise<boolean> {
  try {
    const entries = await readdir(dir, { withFileTypes: true });
    for (const entry of entries) {
      if (!entry.isDirectory() || (await holdsFiles(pathBelow(dir, entry.name)))) return true;
    }
    return false;
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ENOENT";
}
