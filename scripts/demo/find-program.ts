import { accessSync, constants } from "node:fs";
import { createRequire } from "node:module";
import { delimiter, join } from "node:path";

/** The first executable file of that name on PATH. */
export function findOnPath(name: string): string | undefined {
  for (const dir of (process.env.PATH ?? "").split(delimiter)) {
    if (dir !== "" && isExecutable(join(dir, name))) return join(dir, name);
  }
  return undefined;
}

/** ROLECAST_FFMPEG, then PATH, then the copy that comes with npm's optional package. */
export function findFfmpeg(): string | undefined {
  return process.env.ROLECAST_FFMPEG ?? findOnPath("ffmpeg") ?? packagedFfmpeg();
}

function packagedFfmpeg(): string | undefined {
  try {
    const found: unknown = createRequire(import.meta.url)("@ffmpeg-installer/ffmpeg");
    return typeof found === "object" && found !== null && "path" in found
      ? String(found.path)
      : undefined;
  } catch {
    // An optional dependency: not every platform has it, and nobody has to install it.
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
