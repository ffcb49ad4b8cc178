import { expect, test } from "vitest";
import { shellLine } from "./shell-line.ts";

test.each([
  ["bash", "plain", "export A='plain'"],
  ["bash", "it's \\$x'", "export A='it'\\''s \\$x'\\'''"],
  ["fish", "plain", "set -gx A 'plain'"],
  ["fish", "it's \\$x", "set -gx A 'it\\'s \\\\$x'"],
  ["powershell", "plain", "$Env:A = 'plain'"],
  ["powershell", "it's \\$x", "$Env:A = 'it''s \\$x'"],
] as const)("%s is given %j as its own quotes want it", (shell, value, expected) => {
  expect(shellLine(shell, "A", value)).toBe(expected);
});
