import type { ResourceSchema } from "../../kernel/resources.ts";
import { invalid } from "./errors.ts";
import { type Operation, tokensOf } from "./json-patch.ts";

type Path = readonly string[];

/**
 * Throws ValidationException for a patch of what only the service sets, and for one that changes
 * what isn't read, so that it isn't there to be replaced.
 */
export function checkProtectedPaths(
  { properties, attributes, writeOnly }: ResourceSchema,
  patch: readonly Operation[],
): void {
  const operations = patch.filter(({ op }) => op !== "test");
  const changed = operations.flatMap(changedPaths);
  const readOnly = Object.keys(attributes)
    .map((name) => name.split("."))
    .filter(([name = ""]) => !Object.hasOwn(properties, name))
    .filter((path) => changed.some((each) => isWithin(each, path)));
  if (readOnly.length > 0)
    throw invalid(
      `Invalid patch update: readOnlyProperties [${readOnly
        .map((path) => `/properties/${path.join("/")}`)
        .join(", ")}] cannot be updated`,
    );
  const replaced = operations.filter(({ op }) => op !== "add").flatMap(changedPaths);
  const unread = writeOnly
    .filter((path) => replaced.some((each) => isWithin(each, path.split("/"))))
    .map((path) => `/${path}`);
  if (unread.length > 0)
    throw invalid(
      `Invalid patch update: writeOnlyProperties [${unread.join(", ")}] ` +
        "can only be updated using 'add' operation",
    );
}

/** The paths at which an operation puts something or takes it away. */
function changedPaths({ op, path, from }: Operation): readonly Path[] {
  const moved = op === "move" && typeof from === "string" ? [from] : [];
  return [path, ...moved].map((pointer) => tokensOf(pointer).slice(1));
}

/** Whether a path leads to `outer` or into it; `*` in it is any item of a list. */
function isWithin(path: Path, outer: Path): boolean {
  return outer.every((token, index) => token === path[index] || (token === "*" && index in path));
}
