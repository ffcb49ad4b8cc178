"use strict";
const fs = require("node:fs");
const { join } = require("node:path");

/** An installation keeps 3 to 5 MB. */
const BYTES_MAX = 64 * 1024 * 1024;

/**
 * Removes the oldest files below `folder`, written by installations and versions of Node that may
 * be gone, until those that stay have at most `bytesMax` bytes. A file that another process removes
 * at the same time, or that the disk keeps, is passed over.
 */
exports.pruneKeptCode = async function pruneKeptCode(folder, bytesMax = BYTES_MAX) {
  const files = [];
  for (const name of await fs.promises.readdir(folder, { recursive: true }).catch(() => [])) {
    const file = join(folder, name);
    const stats = await fs.promises.lstat(file).catch(() => undefined);
    if (stats?.isFile()) files.push({ file, sizeBytes: stats.size, writtenMs: stats.mtimeMs });
  }
  files.sort((a, b) => b.writtenMs - a.writtenMs);
  let bytes = 0;
  for (const { file, sizeBytes } of files) {
    bytes += sizeBytes;
    if (bytes > bytesMax) await fs.promises.rm(file, { force: true }).catch(() => {});
  }
};
