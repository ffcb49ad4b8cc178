import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { generateDocs } from "../scripts/generated-docs.ts";

test("the generated pages are what the code says (npm run docs writes them)", async () => {
  const docs = await generateDocs();
  expect(docs.size).toBe(9);
  for (const [path, contents] of docs) {
    expect(readFileSync(join(import.meta.dirname, "..", path), "utf8"), path).toBe(contents);
  }
});
