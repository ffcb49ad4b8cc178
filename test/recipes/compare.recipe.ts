import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { PYTHON } from "../support/python.ts";

const ROOT = join(import.meta.dirname, "../..");
const TSX = join(ROOT, "node_modules/tsx/dist/cli.mjs");

test("every case of `npm run compare` is as on AWS here", async () => {
  const args = [TSX, "scripts/compare/main.ts", "--json", "--python", PYTHON];
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: ROOT });
  const { own } = JSON.parse(stdout) as { own: readonly { instead: string | null }[] };
  expect(own.length).toBeGreaterThan(50);
  expect(own.filter(({ instead }) => instead !== null)).toEqual([]);
});
