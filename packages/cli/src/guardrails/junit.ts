import type { GuardrailResult } from "./run-tests.ts";

/** The results in the form of JUnit's reports, which CI systems read. */
export function junitReport(results: readonly GuardrailResult[]): string {
  const failures = results.filter(({ expected, decision }) => expected !== decision).length;
  const counts = `tests="${results.length}" failures="${failures}"`;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites ${counts}>`,
    `  <testsuite name="guardrails" ${counts}>`,
    ...results.map(testCase),
    "  </testsuite>",
    "</testsuites>",
    "",
  ].join("\n");
}

function testCase(result: GuardrailResult): string {
  const { name, principal, action, resource, expected, decision, decidedBy } = result;
  const title = escaped(`${name}: ${principal} ${action} ${resource}`);
  const head = `    <testcase classname="guardrails" name="${title}"`;
  const decided = escaped(decidedBy === "" ? decision : `${decision}, by ${decidedBy}`);
  const failure = `<failure message="expected ${expected}, decided ${decided}"/>`;
  const output = `<system-out>${decided}</system-out>`;
  return `${head}>${expected === decision ? "" : failure}${output}</testcase>`;
}

/** Characters that XML can't have are left out. */
function escaped(text: string): string {
  return text
    .replace(/[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/gu, "")
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}
