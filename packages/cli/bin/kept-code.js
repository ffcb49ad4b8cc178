"use strict";
const fs = require("node:fs");
const { dirname, join } = require("node:path");
const vm = require("node:vm");
const { crc32 } = require("node:zlib");

/*
 * Keeps the code that V8 has compiled from one start to the next, which Node 20 doesn't do itself.
 * Remove this file with Node 20; later ones have `module.enableCompileCache`.
 *
 * A file holds what one command of one installation loads: the length of its index, the index as
 * JSON, and each script's code. Of each it has the checksums of source and code: V8 compares
 * versions and flags, but of the source the length alone.
 */
const DIST = join(__dirname, "../dist");
const LENGTH_BYTES = 4;
const WRAPPER = ["(function (exports, require, module, __filename, __dirname) { ", "\n})"];

/**
 * @typedef {{ source: number, code: number, at: number, length: number }} Kept
 * @typedef {{ fd: number, index: Map<string, Kept> }} KeptFile
 */

/** Loads the built files through code that `folder` has; the function writes there what it lacks. */
exports.keepCode = function keepCode(folder) {
  const [, , command = ""] = process.argv;
  const name = /^[a-z]+$/.test(command) ? command : "rolecast";
  const place = crc32(DIST).toString(16);
  const file = join(folder, `${process.version}-${process.arch}`, `${name}-${place}.code`);
  let kept = open(file);
  /** Those that were compiled here. */
  const compiled = new Map();

  require.extensions[".cjs"] = (module, filename) => {
    if (dirname(filename) !== DIST) {
      module._compile(fs.readFileSync(filename, "utf8"), filename);
      return;
    }
    // The build escapes all other characters.
    const source = fs.readFileSync(filename, "latin1");
    const sum = crc32(source);
    const cachedData = codeOf(kept, filename, sum);
    const script = new vm.Script(WRAPPER.join(source), {
      filename,
      columnOffset: -WRAPPER[0].length,
      cachedData,
    });
    if (cachedData === undefined || script.cachedDataRejected)
      compiled.set(filename, { script, source: sum });
    const require = (id) => module.require(id);
    const run = script.runInThisContext();
    run.call(module.exports, module.exports, require, module, filename, DIST);
  };
  const keep = () => {
    if (compiled.size === 0) return;
    write(file, kept, compiled);
    compiled.clear();
    if (kept) fs.closeSync(kept.fd);
    kept = open(file);
  };
  process.once("exit", keep);
  return keep;
};

/** @returns {KeptFile | undefined} nothing where none was written yet, or not to its end. */
function open(file) {
  try {
    const fd = fs.openSync(file);
    const length = Buffer.alloc(LENGTH_BYTES);
    fs.readSync(fd, length, 0, LENGTH_BYTES, 0);
    const index = Buffer.alloc(length.readUInt32LE());
    fs.readSync(fd, index, 0, index.length, LENGTH_BYTES);
    return { fd, index: new Map(JSON.parse(index.toString("latin1"))) };
  } catch {
    return undefined;
  }
}

/** @param {KeptFile | undefined} file */
function codeOf(file, filename, source) {
  const kept = file?.index.get(filename);
  if (kept === undefined || kept.source !== source) return undefined;
  const code = Buffer.allocUnsafeSlow(kept.length);
  fs.readSync(file.fd, code, 0, kept.length, kept.at);
  return crc32(code) === kept.code ? code : undefined;
}

/** Replaces the file by one that has the new code too, unless the disk refuses. */
function write(file, kept, compiled) {
  const codes = new Map();
  for (const [filename, { source }] of kept?.index ?? []) {
    const code = compiled.has(filename) ? undefined : codeOf(kept, filename, source);
    // Of versions that are gone nothing stays.
    if (code !== undefined && fs.existsSync(filename)) codes.set(filename, { source, code });
  }
  for (const [filename, { script, source }] of compiled)
    codes.set(filename, { source, code: script.createCachedData() });
  const draft = `${file}.${process.pid}`;
  try {
    fs.mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    fs.writeFileSync(draft, Buffer.concat(bytesOf(codes)), { mode: 0o600 });
    fs.renameSync(draft, file);
  } catch {
    // The next start compiles again.
    fs.rmSync(draft, { force: true });
  }
}

function bytesOf(codes) {
  // Places are counted from the end of an index whose length they change: of fixed width.
  const entries = [...codes].map(([filename, { source, code }]) => [
    filename,
    { source, code: crc32(code), at: 0, length: code.length },
  ]);
  const width = Buffer.byteLength(JSON.stringify(entries)) + entries.length * 10;
  let at = LENGTH_BYTES + width;
  for (const [, kept] of entries) {
    kept.at = at;
    at += kept.length;
  }
  const length = Buffer.alloc(LENGTH_BYTES);
  length.writeUInt32LE(width);
  const index = Buffer.alloc(width, " ");
  index.write(JSON.stringify(entries));
  return [length, index, ...[...codes.values()].map(({ code }) => code)];
}
