import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { generateDocs } from "./generated-docs.ts";

for (const [path, contents] of await generateDocs()) {
  writeFileSync(join(import.meta.dirname, "..", path), contents);
}
