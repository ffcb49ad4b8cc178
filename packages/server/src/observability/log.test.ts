import { expect, test } from "vitest";
import { LogTail } from "./log.ts";

function linesOf(tail: LogTail): string[] {
  const lines: string[] = [];
  tail.read((json) => lines.push(json))();
  return lines;
}

test("a new reader gets the latest 500 lines, as far as they fit into a megabyte", () => {
  const tail = new LogTail();
  for (let line = 0; line < 600; line += 1) tail.write(`{"line":${line}}\n`);
  expect(linesOf(tail)).toHaveLength(500);
  expect(linesOf(tail)[0]).toBe('{"line":100}');
  const long = `{"text":"${"x".repeat(300_000)}"}`;
  for (let line = 0; line < 10; line += 1) tail.write(`${long}\n`);
  expect(linesOf(tail)).toEqual([long, long, long]);
  tail.write(`{"text":"${"x".repeat(2_000_000)}"}\n`);
  expect(linesOf(tail)).toEqual([]);
  tail.write('{"line":600}\n');
  expect(linesOf(tail)).toEqual(['{"line":600}']);
});
