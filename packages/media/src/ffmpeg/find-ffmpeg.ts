import { accessSync, constants } from "node:fs";
import { createRequire } from "node:module";
import { delimiter, join } from "node:path";
import { MediaError } from "../port/media-error.ts";

/**
 * The ffmpeg program to use. `wanted` is `auto` (the one on `searchPath`, else the copy that comes
 * with npm's optional package), `off`, or a program's path or name: MediaError `engine` when that
 * one isn't there.
 */
export function findFfmpeg(wanted: string, searchPath: string | undefined): string | undefined {
  if (wanted === "off") {
    return undefined;
  }
  if (wanted === "auto") {
    return onPath("ffmpeg", searchPath) ?? packaged();
  }
  const found = isExecutable(wanted) ? wanted : onPath(wanted, searchPath);
  if (found === undefined) {
    throw new MediaError("engine", `${wanted} is not a program`);
  }
  return found;
}

function onPath(name: string, searchPath = ""): string | undefined {
  if (name.includes("/")) {
    return undefined;
  }
  const names = process.platform === "win32" ? [`${name}.exe`, name] : [name];
  const files = searchPath
    .split(delimiter)
    .filter((folder) => folder !== "")
    .flatMap((folder) => names.map((file) => join(folder, file)));
  return files.find(isExecutable);
}

/** The package's own main throws strings where a platform has no copy. */
function packaged(): string | undefined {
  try {
    const found: unknown = createRequire(import.meta.url)("@ffmpeg-installer/ffmpeg");
    const isNamed = typeof found === "object" && found !== null && "path" in found;
    return isNamed && isExecutable(String(found.path)) ? String(found.path) : undefined;
  } catch {
    // An optional dependency: not every platform has it, and it needn't be installed.
    return undefined;
  }
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
