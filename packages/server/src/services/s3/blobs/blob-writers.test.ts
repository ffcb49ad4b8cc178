import {
  type CopySyncOptions,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { systemClock } from "../../../kernel/clock.ts";
import { randomIds } from "../../../kernel/ids.ts";
import { UNWATCHED_DISK } from "../../../kernel/ports/disk-space.ts";
import type { Log } from "../../../kernel/ports/log.ts";
import type { RequestContext } from "../../../kernel/request-context.ts";
import { StoreUnavailableError } from "../../../kernel/store.ts";
import { openStore } from "../../../storage/open-store.ts";
import type { OpenedStore } from "../../../storage/store.ts";
import { s3Migrations } from "../migrations.ts";
import { ObjectCommits } from "../object-commits.ts";
import { findReferencedBlobs } from "../rows/referenced-blobs.ts";
import type { S3Tables } from "../tables.ts";
import { BlobFiles } from "./blob-files.ts";
import { prefixOf } from "./blob-store.ts";
import { type BlobSweepOptions, sweepBlobs } from "./blob-sweep.ts";
import { BlobWriters } from "./blob-writers.ts";

const HOUR_MS = 3_600_000;
const quiet: Log = { debug() {}, info() {}, warn() {}, error() {} };
const blind = { observeBatch: async () => {} };
const DATABASE_FILES = ["rolecast.db", "rolecast.db-wal", "rolecast.db-shm"];

/** A process: what writes blobs and commits rows that refer to them. */
class Life {
  readonly writers: BlobWriters;
  readonly blobs: BlobFiles;
  readonly store: OpenedStore;
  readonly #commits: ObjectCommits;
  readonly #folder: string;
  readonly #dir: string;

  private constructor(folder: string, store: OpenedStore, shared: boolean, url: string) {
    this.#folder = folder;
    this.#dir = join(folder, "s3", "blobs");
    this.store = store;
    const seen = {
      shared,
      db: store.db,
      tables: () => seen,
      transaction: store.transaction.bind(store),
    } as unknown as OpenedStore;
    this.writers = new BlobWriters({
      store: seen,
      marksDir: join(folder, "s3-writers"),
      durable: true,
      clock: systemClock,
      ids: randomIds,
      log: quiet,
      nodeUrl: () => url,
      lost: (prefix) => this.blobs.abandon(prefix),
      ended: () => {},
    });
    const register = () => this.writers.register();
    this.blobs = new BlobFiles({
      dir: this.#dir,
      durable: false,
      register,
      log: quiet,
      disk: UNWATCHED_DISK,
    });
    this.#commits = new ObjectCommits(this.writers);
  }

  static async begin(folder: string, shared = false, url = "http://one"): Promise<Life> {
    const store = await openStore({
      file: join(folder, "rolecast.db"),
      shared: undefined,
      durable: false,
      migrations: s3Migrations,
      nowMs: () => 1,
    });
    const life = new Life(folder, store, shared, url);
    await life.writers.start();
    return life;
  }

  async write(): Promise<string> {
    return (await this.blobs.write(Readable.from([Buffer.from("bytes")]), blind)).blobId;
  }

  async commit(blobId: string): Promise<void> {
    await this.#commits.commit(
      {
        inTransaction: false,
        transaction: (run) => this.store.transaction(run as never),
      } as RequestContext,
      async ({ db }) => {
        const row = { upload_id: blobId, part_number: 1, account_id: "", region: "" };
        const bytes = { blob_id: blobId, size_bytes: 5, etag: "", modified_ms: 0 };
        const rest = { checksum: null, offset_bytes: null };
        await db
          .insertInto("s3_parts")
          .values({ ...row, ...bytes, ...rest })
          .execute();
      },
      { blobId },
    );
  }

  /** Without the file: a crash comes first. */
  async forget(blobId: string): Promise<void> {
    await this.store.tables<S3Tables>().transaction(async ({ db }) => {
      await db.deleteFrom("s3_parts").where("blob_id", "=", blobId).execute();
    });
  }

  async referenced(): Promise<readonly string[]> {
    const rows = await this.store
      .tables<S3Tables>()
      .db.selectFrom("s3_parts")
      .select("blob_id")
      .execute();
    return rows.map((row) => row.blob_id);
  }

  sweep(elsewhere?: Pick<BlobSweepOptions, "sweepElsewhere" | "lateMs">) {
    const { db } = this.store.tables<S3Tables>();
    return sweepBlobs({
      ...elsewhere,
      dir: this.#dir,
      blobs: this.blobs,
      writers: this.writers,
      findReferenced: (blobIds) => findReferencedBlobs(blobIds, db),
      signal: new AbortController().signal,
    });
  }

  async stop(): Promise<void> {
    await this.blobs.close();
    await this.writers.close();
    await this.store.close();
  }

  /** Stops, and puts back whatever a process that is killed wouldn't have changed. */
  async crash(): Promise<void> {
    const aside = mkdtempSync(join(tmpdir(), "rolecast-writers-"));
    copyDatabase(this.#folder, aside);
    const files = filesOf(this.#folder);
    vi.spyOn(this.writers.marks, "end").mockResolvedValue();
    await this.stop();
    copyDatabase(aside, this.#folder);
    for (const blobId of files) {
      const file = join(this.#dir, blobId);
      if (!existsSync(file)) writeFileSync(file, "");
    }
    rmSync(aside, { recursive: true });
  }
}

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "rolecast-writers-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function filesOf(dir: string): readonly string[] {
  const blobs = join(dir, "s3", "blobs");
  if (!existsSync(blobs)) return [];
  return readdirSync(blobs).flatMap((name) =>
    readdirSync(join(blobs, name)).map((file) => `${name}/${file}`),
  );
}

function filesWithBytes(dir: string): readonly string[] {
  return filesOf(dir).filter((blobId) => statSync(join(dir, "s3", "blobs", blobId)).size > 0);
}

function copyDatabase(from: string, to: string): void {
  for (const file of DATABASE_FILES) {
    rmSync(join(to, file), { force: true });
    if (existsSync(join(from, file))) cpSync(join(from, file), join(to, file));
  }
}

type Step =
  | { readonly kind: "put" | "abandon" | "copy" | "crash" | "stop" }
  | { readonly kind: "forget" | "restore"; readonly which: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.constant<Step>({ kind: "put" }) },
  { weight: 3, arbitrary: fc.constantFrom<Step>({ kind: "abandon" }, { kind: "copy" }) },
  { weight: 3, arbitrary: fc.constantFrom<Step>({ kind: "crash" }, { kind: "stop" }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constantFrom("forget" as const, "restore" as const),
      which: fc.nat({ max: 20 }),
    }),
  },
);

test("whatever copy of the database is put back, no file goes that another copy refers to; without it no orphan stays", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 25 }), async (steps) => {
      const home = mkdtempSync(join(tmpdir(), "rolecast-writers-"));
      const data = join(home, "data");
      const copies: { readonly dir: string; readonly refers: readonly string[] }[] = [];
      /** Deleted on purpose, on any of the branches: nothing is owed to those who go back. */
      const deleted = new Set<string>();
      let restored = false;
      mkdirSync(data);
      let life = await Life.begin(data);
      const begin = async () => {
        life = await Life.begin(data);
        await life.sweep();
        const files = new Set(filesWithBytes(data));
        const owed = [...copies.flatMap(({ refers }) => refers), ...(await life.referenced())];
        for (const blobId of owed) if (!deleted.has(blobId)) expect(files).toContain(blobId);
        if (!restored)
          expect([...files].toSorted()).toEqual([...(await life.referenced())].toSorted());
      };
      for (const each of steps) {
        const referenced = await life.referenced();
        switch (each.kind) {
          case "put":
            await life.commit(await life.write());
            break;
          case "abandon":
            await life.write();
            break;
          case "forget": {
            const blobId = referenced[each.which % Math.max(1, referenced.length)];
            if (blobId !== undefined) await life.forget(blobId);
            if (blobId !== undefined) deleted.add(blobId);
            break;
          }
          case "copy": {
            const dir = join(home, `copy${copies.length}`);
            mkdirSync(dir);
            copyDatabase(data, dir);
            copies.push({ dir, refers: referenced });
            break;
          }
          case "crash":
            await life.crash();
            await begin();
            break;
          case "stop":
            await life.stop();
            await begin();
            break;
          case "restore": {
            const copy = copies[each.which % Math.max(1, copies.length)];
            if (!copy) break;
            await life.crash();
            // What is replaced may be put back as well.
            const dir = join(home, `copy${copies.length}`);
            mkdirSync(dir);
            copyDatabase(data, dir);
            copies.push({ dir, refers: referenced });
            copyDatabase(copy.dir, data);
            restored = true;
            await begin();
            break;
          }
          default:
            each satisfies never;
        }
      }
      await life.stop();
      rmSync(home, { recursive: true, force: true });
    }),
    { numRuns: 15 },
  );
});

describe("beside other nodes", () => {
  test("a node that was taken for dead commits nothing more under its old name, and goes on under another", async () => {
    const paused = await Life.begin(folder, true, "http://paused");
    const [before, during] = [await paused.write(), await paused.write()];
    await paused.commit(before);
    // Who listens where it did knows that it is dead.
    const other = await Life.begin(folder, true, "http://paused");
    const swept = await other.sweep();
    expect(swept.removed.files).toBeGreaterThan(0);
    await expect(paused.commit(during)).rejects.toThrow(StoreUnavailableError);
    expect(await other.referenced()).toEqual([before]);
    const again = await paused.write();
    expect(prefixOf(again)).not.toBe(prefixOf(before));
    await paused.commit(again);
    await other.sweep();
    expect(filesWithBytes(folder).toSorted()).toEqual([before, again].toSorted());
    await paused.stop();
    await other.stop();
  });

  test("what a living node writes is nobody's to sweep", async () => {
    const one = await Life.begin(folder, true, "http://one");
    const blobId = await one.write();
    const other = await Life.begin(folder, true, "http://other");
    expect((await other.sweep()).removed.files).toBe(0);
    await one.commit(blobId);
    await one.stop();
    const orphans = await other.sweep();
    expect([orphans.kept.files, filesWithBytes(folder)]).toEqual([0, [blobId]]);
    await other.stop();
  });
});

test("another place is swept again while something of a writer may come there", async () => {
  const dying = await Life.begin(folder);
  const prefix = prefixOf(await dying.write());
  await dying.crash();
  const next = await Life.begin(folder);
  const asked: string[] = [];
  const sweep = async (lateMs: number) => {
    asked.length = 0;
    const sweepElsewhere = async (writer: string) => {
      asked.push(writer);
      return { files: 0, bytes: 0 };
    };
    const { isOver } = await next.sweep({ sweepElsewhere, lateMs });
    return [...asked, isOver];
  };
  // The first one has the writer's folder to remove.
  await sweep(HOUR_MS);
  expect(await sweep(HOUR_MS)).toEqual([prefix, false]);
  expect(await sweep(HOUR_MS)).toEqual([prefix, false]);
  expect(await sweep(0)).toEqual([prefix, true]);
  expect(await sweep(0)).toEqual([true]);
  await next.stop();
});

describe("a mark", () => {
  const rewrite = (change: (text: string) => string) => (mark: string) =>
    writeFileSync(mark, change(readFileSync(mark, "latin1")));
  const putBack = (mark: string, options: CopySyncOptions) => {
    cpSync(mark, `${folder}/aside`, { preserveTimestamps: true });
    cpSync(`${folder}/aside`, mark, options);
  };
  const damages: Readonly<Record<string, (mark: string) => void>> = {
    "that is missing": (mark) => rmSync(mark),
    "that is empty": rewrite(() => ""),
    "that was cut off": rewrite((text) => text.slice(0, -20)),
    "of another start of the machine": rewrite((text) =>
      text.replace(/^open \S+/, "open 11111111-1111-1111-1111-111111111111"),
    ),
    "of another file": rewrite((text) => text.replace(/ \d+ (\d+ \d+)$/, " 1 $1")),
    "of more commits": rewrite((text) => text.replace(/\d( \d+)$/, "9$1")),
    "of more commits, and of the end": rewrite(() => "ended 9"),
    "over which an older one was put": rewrite((text) =>
      text.replace(/\d+$/, (writtenMs) => String(Number(writtenMs) - 60_000)),
    ),
    "over which a copy was put with its times": (mark) =>
      putBack(mark, { preserveTimestamps: true }),
    "that was moved away and back": (mark) => {
      renameSync(mark, `${mark}.moved`);
      const text = readFileSync(`${mark}.moved`);
      writeFileSync(mark, text);
    },
  };

  async function crashed(): Promise<string> {
    const life = await Life.begin(folder);
    await life.commit(await life.write());
    await life.write();
    await life.crash();
    const [name = ""] = readdirSync(join(folder, "s3-writers"));
    return join(folder, "s3-writers", name);
  }

  test.each(Object.entries(damages))("%s proves nothing", async (_, damage) => {
    const mark = await crashed();
    // A copy that is made in the same instant would have the same times.
    await sleep(20);
    damage(mark);
    const next = await Life.begin(folder);
    const swept = await next.sweep();
    expect([swept.removed.files, swept.kept.files]).toEqual([0, 31]);
    await next.stop();
  });

  test("that nobody has touched does", async () => {
    await crashed();
    const next = await Life.begin(folder);
    const swept = await next.sweep();
    expect([swept.removed.files, swept.kept.files]).toEqual([31, 0]);
    await next.stop();
  });
});
