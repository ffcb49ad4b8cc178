import assert from "node:assert";
import { join, relative, sep } from "node:path";

/** Source: Linux's NAME_MAX, in bytes; other systems' file systems take no more. */
const NAME_BYTES_MAX = 255;
const UNSAFE = /[/\\\p{Cc}]/u;

/**
 * The path of a file or folder below `root`: everything that the server keeps below the data folder
 * is named by this. Each part must be one plain name, so that no text, wherever it came from, leads
 * elsewhere. A part that isn't is a bug of its maker's, and fails the assertion. The data
 * folder is its owner's alone, so nobody else could place a symbolic link in it.
 */
export function pathBelow(root: string, ...parts: readonly string[]): string {
  assert(parts.length > 0 && parts.every(isPlainName), "a file's name leads out of its folder");
  const path = join(root, ...parts);
  assert(relative(root, path).split(sep)[0] !== "..", "a file's path leads out of its folder");
  return path;
}

/** The same of names with slashes between them: `s3/blobs`. */
export function placeBelow(root: string, place: string): string {
  return pathBelow(root, ...place.split("/"));
}

/** True if a text names something in a folder, and not the folder, another one or a path. */
export function isPlainName(text: string): boolean {
  if (text === "" || text === "." || text === ".." || UNSAFE.test(text)) return false;
  return text.length * 3 <= NAME_BYTES_MAX || Buffer.byteLength(text) <= NAME_BYTES_MAX;
}
