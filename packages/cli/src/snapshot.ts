import { createReadStream, createWriteStream, existsSync, statSync } from "node:fs";
import { mkdir, readdir, rename, rm, stat } from "node:fs/promises";
import { dirname, join, relative, resolve, sep } from "node:path";
import { pipeline } from "node:stream/promises";
import { createGunzip, createGzip } from "node:zlib";
import { commandLine } from "@rolecast/server";
import { Command } from "commander";
import { extract, type Pack, pack } from "tar-stream";
import { CommandError } from "./command-error.ts";
import { defaultData } from "./data-folder.ts";
import { helpNotes } from "./help-notes.ts";
import { bytesText, ProgressLine, print, printJson } from "./terminal.ts";

/** `rolecast snapshot`: a data folder as one file or another folder, and back. */
export function snapshotCommand(): Command {
  return new Command("snapshot")
    .description("Save a data folder as one file, also while in use, or load it.")
    .addCommand(
      new Command("save")
        .description("Save the data folder, its keys included, as FILE (tar.gz).")
        .argument("<FILE>", "before.tar.gz, or before/ for a folder that shares the files by links")
        .option("--data <DIR>", "the data folder (or ROLECAST_DATA)", defaultData())
        .option("--json", "as JSON")
        .addHelpText("after", helpNotes("\nExample:\n  $0 snapshot save before.tar.gz --data data"))
        .action(save),
    )
    .addCommand(
      new Command("load")
        .description("Make the data folder from FILE, or from a folder that was saved.")
        .argument("<FILE>")
        .option("--data <DIR>", "the data folder (or ROLECAST_DATA)", defaultData())
        .option("--replace", "replace a folder that holds data")
        .option("--json", "as JSON")
        .addHelpText(
          "after",
          helpNotes("\nExample:\n  $0 snapshot load before.tar.gz --data data --replace"),
        )
        .action(load),
    )
    .addHelpText(
      "after",
      helpNotes(
        "\nExample:\n  $0 snapshot save before.tar.gz\n  $0 snapshot load before.tar.gz --replace\n\nA snapshot holds secrets (the sealing key, stream keys): keep it as you keep the\nfolder.",
      ),
    );
}

interface SnapshotFlags {
  readonly data: string;
  readonly replace?: boolean;
  readonly json?: boolean;
}

async function save(file: string, { data, json }: SnapshotFlags): Promise<void> {
  const folder = resolve(data);
  checkFolder(folder);
  const target = resolve(file);
  if (target === folder || target.startsWith(folder + sep))
    throw new CommandError(`${file} is in the data folder itself: save the snapshot elsewhere.`);
  const asFolder = /[/\\]$/.test(file) || (existsSync(target) && statSync(target).isDirectory());
  if (asFolder && existsSync(target) && (await readdir(target)).length > 0)
    throw new CommandError(`${file} holds files already: name a new folder, or an empty one.`);
  const { stageSnapshot } = await import("@rolecast/server");
  const stage = await stageSnapshot(folder);
  const progress = new ProgressLine();
  try {
    if (asFolder) await moveFolder(stage.dir, target);
    else await writeArchive(stage.dir, target, progress);
  } finally {
    progress.end();
    await stage.remove();
  }
  const bytes = asFolder ? undefined : (await stat(target)).size;
  const { missing } = stage;
  if (json) printJson({ file: target, data: folder, ...(asFolder ? {} : { bytes }), missing });
  else
    print(
      bytes === undefined ? `${file}: ${folder}.` : `${file}: ${bytesText(bytes)} of ${folder}.`,
    );
  if (missing > 0)
    throw new CommandError(
      `${missing} files of objects were missing in ${folder} before: those objects can't be read there or in the snapshot. \`${commandLine("doctor --objects")}\` names them.`,
    );
}

function checkFolder(folder: string): void {
  if (existsSync(join(folder, "rolecast.db"))) return;
  if (lacksItsRows(folder))
    throw new CommandError(
      `${folder} has no rolecast.db: its rows are in PostgreSQL. Save those with pg_dump, then copy the folder (sealing.key, s3/blobs and the rest) while nobody deletes objects; docs/database.md, "Backup", has the commands.`,
    );
  throw new CommandError(
    `${folder} is no data folder: it has no rolecast.db. Name the one that the server had with --data.`,
  );
}

/** True of the folder of nodes, whose rows are in PostgreSQL, and of one that lost its database. */
function lacksItsRows(folder: string): boolean {
  const holds = (name: string) => existsSync(join(folder, name));
  return !holds("rolecast.db") && (holds("s3") || holds("sealing.key"));
}

async function writeArchive(dir: string, target: string, progress: ProgressLine): Promise<void> {
  const { syncFolder } = await import("@rolecast/server");
  const partial = `${target}.partial`;
  try {
    const archive = pack();
    const output = createWriteStream(partial, { mode: 0o600, flush: true });
    const writing = pipeline(archive, createGzip(), output);
    const outcomes = await Promise.allSettled([writing, fill(archive, dir, progress)]);
    // Whichever broke first makes the other break too; what the disk says comes first.
    for (const outcome of outcomes) if (outcome.status === "rejected") throw outcome.reason;
    await rename(partial, target);
    await syncFolder(dirname(target));
  } finally {
    await rm(partial, { force: true });
  }
}

async function fill(archive: Pack, dir: string, progress: ProgressLine): Promise<void> {
  try {
    let bytes = 0;
    for (const name of await filesOf(dir)) {
      const { size, mode, mtime } = await stat(join(dir, name));
      const entry = archive.entry({ name, size, mode: mode & 0o700, mtime });
      await pipeline(createReadStream(join(dir, name)), entry);
      bytes += size;
      progress.show(`${bytesText(bytes)} kept`);
    }
    archive.finalize();
  } catch (error) {
    archive.destroy(error instanceof Error ? error : new Error(String(error)));
    throw error;
  }
}

/** A folder in another's place: on the same file system nothing is copied. */
async function moveFolder(from: string, to: string): Promise<void> {
  const { syncFolder } = await import("@rolecast/server");
  await mkdir(dirname(to), { recursive: true });
  try {
    await rename(from, to);
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "EXDEV")) throw error;
    const partial = `${to}.partial`;
    try {
      await copyFolder(from, partial);
      await rename(partial, to);
    } finally {
      await rm(partial, { recursive: true, force: true });
    }
  }
  await syncFolder(dirname(to));
}

/** File by file, each on the disk. */
async function copyFolder(from: string, to: string): Promise<void> {
  const { syncFolder } = await import("@rolecast/server");
  await mkdir(to, { recursive: true, mode: 0o700 });
  for (const entry of await readdir(from, { withFileTypes: true })) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    if (entry.isDirectory()) await copyFolder(source, target);
    else if (entry.isFile())
      await pipeline(
        createReadStream(source),
        createWriteStream(target, { mode: 0o600, flush: true }),
      );
  }
  await syncFolder(to);
}

/** Loads the server for it; no start of the command is to wait for that. */
async function lock(folder: string): Promise<() => void> {
  const { lockDataFolder } = await import("@rolecast/server");
  return lockDataFolder(folder);
}

async function load(file: string, { data, replace, json }: SnapshotFlags): Promise<void> {
  const folder = resolve(data);
  if (existsSync(folder) && (await readdir(folder)).length > 0) {
    if (!replace) throw new CommandError(`${folder} holds data already: say --replace to lose it.`);
    (await lock(folder))();
    if (lacksItsRows(folder))
      throw new CommandError(
        `${folder} has no rolecast.db: if its rows are in PostgreSQL, they need its sealing.key. ` +
          "Move it away first, or load the snapshot into another folder.",
      );
  }
  // Written next to its place first: a write that breaks off half-way has changed nothing.
  const partial = `${folder}.partial`;
  await rm(partial, { recursive: true, force: true });
  try {
    if (statSync(file).isDirectory()) await copyFolder(file, partial);
    else await unpack(file, partial);
    if (!existsSync(join(partial, "rolecast.db"))) {
      throw new CommandError(`${file} is no snapshot: it holds no rolecast.db.`);
    }
    const before = `${folder}.replaced`;
    await rm(before, { recursive: true, force: true });
    if (existsSync(folder)) await rename(folder, before);
    await moveFolder(partial, folder);
    await rm(before, { recursive: true, force: true });
  } finally {
    await rm(partial, { recursive: true, force: true });
  }
  if (json) printJson({ file: resolve(file), data: folder });
  else print(`${folder} is as ${file} has it.`);
}

async function unpack(file: string, folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const archive = extract();
  const reading = pipeline(createReadStream(file), createGunzip(), archive).catch(
    (error: NodeJS.ErrnoException) => {
      if (error.syscall !== undefined) throw error;
      throw new CommandError(`${file} can't be read as a snapshot: ${String(error)}`);
    },
  );
  const writing = (async () => {
    for await (const entry of archive) {
      const target = resolve(folder, entry.header.name);
      // A name from a file that somebody else may have made must not lead out of the folder.
      if (!target.startsWith(folder + sep) || entry.header.type !== "file") {
        throw new CommandError(
          `${file} is no snapshot: ${entry.header.name} doesn't belong in one.`,
        );
      }
      await mkdir(dirname(target), { recursive: true, mode: 0o700 });
      const mode = (entry.header.mode ?? 0o600) & 0o700;
      await pipeline(entry, createWriteStream(target, { mode, flush: true }));
    }
  })();
  const [read, wrote] = await Promise.allSettled([reading, writing]);
  // Whichever broke first makes the other break too; the sentence for people comes first.
  for (const outcome of [wrote, read]) {
    if (outcome.status === "rejected" && outcome.reason instanceof CommandError)
      throw outcome.reason;
  }
  for (const outcome of [wrote, read]) if (outcome.status === "rejected") throw outcome.reason;
}

/** Relative names of all files, in a fixed order. */
async function filesOf(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .sort();
}
