import { expect, test } from "vitest";
import { isSamePolicy, onlyStatement, withStatement, withStatements } from "./edited-statement.ts";

const POLICY =
  '{"Version":"2012-10-17","Id":"x","Statement":[{"Sid":"A"},{"Sid":"B"},{"Sid":"C"}]}';

test("one statement is edited by itself, and put back into its place", () => {
  const own = onlyStatement(POLICY, 1);
  expect(JSON.parse(own)).toEqual({ Version: "2012-10-17", Id: "x", Statement: [{ Sid: "B" }] });
  expect(JSON.parse(withStatement(POLICY, 1, own))).toEqual(JSON.parse(POLICY));
  const two = own.replace('"B"', '"D"').replace("]", ',{"Sid":"E"}]');
  const { Statement } = JSON.parse(withStatement(POLICY, 1, two));
  expect(Statement).toEqual(["A", "D", "E", "C"].map((Sid) => ({ Sid })));
});

test("a single statement needn't be in a list", () => {
  const single = '{"Statement":{"Sid":"A"}}';
  expect(JSON.parse(onlyStatement(single, 0)).Statement).toEqual([{ Sid: "A" }]);
  expect(JSON.parse(withStatement(single, 0, '{"Statement":{"Sid":"B"}}')).Statement).toEqual([
    { Sid: "B" },
  ]);
});

test("what isn't JSON is left to the server's answer", () => {
  expect(withStatement(POLICY, 1, "{")).toBe("{");
});

test("statements are added to the policy that is there, or are the first", () => {
  const added = '{"Version":"2012-10-17","Statement":{"Sid":"D"}}';
  expect(withStatements(undefined, added)).toBe(added);
  const { Id, Statement } = JSON.parse(withStatements(POLICY, added));
  expect([Id, Statement]).toEqual(["x", ["A", "B", "C", "D"].map((Sid) => ({ Sid }))]);
  expect(isSamePolicy(POLICY, JSON.stringify(JSON.parse(POLICY), null, 2))).toBe(true);
  expect(isSamePolicy(POLICY, added)).toBe(false);
});
