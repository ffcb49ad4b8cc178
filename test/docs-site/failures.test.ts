import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

const ROOT = join(import.meta.dirname, "../..");
/** Sentences of other programs. */
const FOREIGN = ["Could not connect to the endpoint URL", "Failed to connect to server"];
/** Shorter pieces could be anybody's. */
const PIECE_MIN = 10;

const sources = ["server", "cli", "wire", "policy"].flatMap((name) => {
  const folder = join(ROOT, "packages", name, "src");
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".ts") && !path.endsWith(".test.ts"))
    .map((path) => readFileSync(join(folder, path), "utf8"));
});
/** Literals that are broken over lines become one, escaped quotes quotes. */
const text = sources
  .join("\n")
  .replace(/["'`] \+\s*["'`]/g, "")
  .replaceAll("\\`", "`");

test("every sentence of the page about failures is one that Rolecast prints", () => {
  const page = readFileSync(join(ROOT, "docs/when-something-fails.md"), "utf8");
  const headings = [...page.matchAll(/^### (.+)$/gm)].map(([, heading = ""]) => heading);
  const sentences = headings.flatMap((heading) =>
    [...heading.matchAll(/`([^`]+)`/g)].map(([, sentence = ""]) => sentence),
  );
  expect(sentences.length).toBeGreaterThan(25);
  const pieces = sentences
    .filter((sentence) => !FOREIGN.includes(sentence))
    .flatMap((sentence) => sentence.split("…").map((piece) => piece.trim()))
    .filter((piece) => piece.length >= PIECE_MIN);
  expect(pieces.filter((piece) => !text.includes(piece))).toEqual([]);
});
