import { mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";

type Prune = (folder: string, bytesMax: number) => Promise<void>;
const { pruneKeptCode } = createRequire(import.meta.url)("../bin/prune-kept-code.js") as {
  readonly pruneKeptCode: Prune;
};

const folder = mkdtempSync(join(tmpdir(), "rolecast-kept-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("keeps the newest code of all versions of Node, up to a limit in bytes", async () => {
  await pruneKeptCode(join(folder, "none"), 100);
  const files = [
    { name: "v20/start-1.code", age: 3 },
    { name: "v24/one", age: 2 },
    { name: "v24/two", age: 1 },
    { name: "v20/start-2.code", age: 0 },
  ];
  for (const { name, age } of files) {
    mkdirSync(join(folder, name, ".."), { recursive: true });
    writeFileSync(join(folder, name), Buffer.alloc(50));
    utimesSync(join(folder, name), 1_000 - age, 1_000 - age);
  }
  await pruneKeptCode(folder, 150);
  const found = readdirSync(folder, { recursive: true }).map(String).sort();
  expect(found).toEqual(["v20", "v20/start-2.code", "v24", "v24/one", "v24/two"]);
});
