import assert from "node:assert";
import { request } from "node:http";
import { expect, test } from "vitest";
import { errorClass, errorTrace } from "./error-class.ts";

const SECRET = "hunter2";
const LOCAL = "http://127.0.0.1";

function thrown(run: () => unknown): unknown {
  try {
    return run();
  } catch (error) {
    return error;
  }
}

test.each([
  ["SyntaxError", () => JSON.parse(`{"password": ${SECRET}}`)],
  ["ERR_INVALID_CHAR", () => request(LOCAL, { headers: { [SECRET]: "a\nb" } })],
  ["ERR_INVALID_URL", () => new URL(SECRET)],
  ["TypeError", () => new Headers({ "x-key": `${SECRET}\n.` })],
])("a log says %s, and not what was refused", (name, run) => {
  const error = thrown(run);
  expect(errorClass(error)).toBe(name);
  if (name !== "TypeError") expect(errorTrace(error)).not.toContain(SECRET);
});

test("a log says what an assertion of our own says, and where", () => {
  const error = thrown(() => assert(false, "a rule without its bus"));
  expect(errorTrace(error)).toContain("a rule without its bus");
  expect(errorTrace(error)).toContain("error-class.test.ts");
});
