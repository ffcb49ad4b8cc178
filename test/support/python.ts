import { spawnSync } from "node:child_process";

/** Debian's own, which has python3-boto3 where that is installed. */
export const PYTHON = "/usr/bin/python3";

/**
 * Whether it has all of these modules. They are found, not loaded: that takes a third of a second.
 */
export function hasModules(...names: readonly string[]): boolean {
  const found = names.map((name) => `find_spec("${name}")`).join(" and ");
  const script = `from importlib.util import find_spec; exit(not (${found}))`;
  return spawnSync(PYTHON, ["-c", script]).status === 0;
}
