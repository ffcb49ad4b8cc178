import { expect, test } from "vitest";
import { AwsError } from "../kernel/aws-error.ts";
import { LogTail, loggedError } from "./log.ts";

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

test("an error is logged with what it says, without the headers of its answer", () => {
  const headers = { "x-amzn-authorization-message": "x".repeat(2_000) };
  const denied = new AwsError("AccessDenied", "is not authorized", { status: 403, headers });
  const line = JSON.stringify(loggedError(denied));
  expect(line).not.toContain("xxxx");
  expect(JSON.parse(line)).toMatchObject({ message: "is not authorized", code: "AccessDenied" });
  expect(JSON.parse(line)).toMatchObject({ stack: expect.stringContaining("log.test.ts") });
});
