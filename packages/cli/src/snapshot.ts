import { createReadStream, createWriteStream, existsSync } from "node:fs";
import { mkdir, readdir, rename, rm, stat } from "node:fs/promises";
import { dirname, join, relative, resolve, sep } from "node:path";
import { pipeline } from "node:stream/promises";
import { createGunzip, createGzip } from "node:zlib";
import { Command } from "commander";
import { extract, pack } from "tar-stream";
import { CommandError } from "./command-error.ts";
import { defaultData } from "./data-folder.ts";
import { bytesText, ProgressLine, print, printJson } from "./terminal.ts";

/** Locks and sockets of a running process: no part of what is kept. */
const NOT_KEPT = /^lock\.db/;

/** `rolecast snapshot`: a data folder as one file, and back. */
export function snapshotCommand(): Command {
  return new Command("snapshot")
    .description("Keep a stopped server's data folder as one file, or make a folder from it.")
    .addCommand(
      new Command("save")
        .description("Write the data folder, its keys included, into FILE (tar.gz).")
        .argument("<FILE>")
        .option("--data <DIR>", "the data folder (or ROLECAST_DATA)", defaultData())
        .option("--json", "as JSON")
        .addHelpText("after", "\nExample:\n  rolecast snapshot save before.tar.gz --data data")
        .action(save),
    )
    .addCommand(
      new Command("load")
        .description("Make the data folder from FILE.")
        .argument("<FILE>")
        .option("--data <DIR>", "the data folder (or ROLECAST_DATA)", defaultData())
        .option("--replace", "replace a folder that holds data")
        .option("--json", "as JSON")
        .addHelpText(
          "after",
          "\nExample:\n  rolecast snapshot load before.tar.gz --data data --replace",
        )
        .action(load),
    )
    .addHelpText(
      "after",
      "\nExample:\n  rolecast snapshot save before.tar.gz && rolecast snapshot load before.tar.gz --replace\n\nA snapshot holds secrets (the sealing key, stream keys): keep it as you keep the folder.",
    );
}

interface SnapshotFlags {
  readonly data: string;
  readonly replace?: boolean;
  readonly json?: boolean;
}

async function save(file: string, { data, json }: SnapshotFlags): Promise<void> {
  const folder = resolve(data);
  if (!existsSync(join(folder, "rolecast.db"))) {
    throw new CommandError(
      `${folder} is no data folder: it has no rolecast.db. Name the one that the server had with --data.`,
    );
  }
  const unlock = await lock(folder);
  const progress = new ProgressLine();
  const partial = `${file}.partial`;
  try {
    const archive = pack();
    const written = pipeline(archive, createGzip(), createWriteStream(partial, { mode: 0o600 }));
    let bytes = 0;
    for (const name of await filesOf(folder)) {
      const { size, mode, mtime } = await stat(join(folder, name));
      const entry = archive.entry({ name, size, mode: mode & 0o777, mtime });
      await pipeline(createReadStream(join(folder, name)), entry);
      bytes += size;
      progress.show(`${bytesText(bytes)} kept`);
    }
    archive.finalize();
    await written;
    await rename(partial, file);
    progress.end();
    const { size } = await stat(file);
    if (json) printJson({ file: resolve(file), data: folder, bytes: size });
    else print(`${file}: ${bytesText(size)} of ${folder}.`);
  } finally {
    progress.end();
    await rm(partial, { force: true });
    unlock();
  }
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
  }
  // Beside its place first: what breaks off half-way has changed nothing.
  const partial = `${folder}.partial`;
  await rm(partial, { recursive: true, force: true });
  try {
    await unpack(file, partial);
    if (!existsSync(join(partial, "rolecast.db"))) {
      throw new CommandError(`${file} is no snapshot: it holds no rolecast.db.`);
    }
    await rm(folder, { recursive: true, force: true });
    await rename(partial, folder);
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
      await pipeline(entry, createWriteStream(target, { mode: entry.header.mode ?? 0o600 }));
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
    .filter((name) => !NOT_KEPT.test(name))
    .sort();
}
