import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "./snippets.ts";

/** The operations that work, by their services' titles, as the generated page lists them. */
export function workingOperations(): ReadonlyMap<string, readonly string[]> {
  const page = readFileSync(join(ROOT, "docs/operations.md"), "utf8");
  return new Map(
    page
      .split("\n## ")
      .slice(1)
      .map((section) => {
        const [title = ""] = section.split("\n");
        const [, names = ""] = /\n\d+ work: ([^.]*)\./.exec(section) ?? [];
        return [title, names.split(/,\s+/).filter((name) => name !== "")];
      }),
  );
}
