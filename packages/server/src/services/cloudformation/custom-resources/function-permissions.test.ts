import { expect, test } from "vitest";
import type { StackStepCalls } from "../types/own-type.ts";
import { functionPermissions } from "./function-permissions.ts";

const ACCOUNT = "111122223333";
const call = { accountId: ACCOUNT, region: "us-east-1" } as StackStepCalls;
const roleArn = (name: string) => `arn:aws:iam::${ACCOUNT}:role/${name}`;

async function neededFor(roleOfFunction: string, code: readonly [was: string, want: string]) {
  const [was, want] = code.map((ZipFile) => ({ Code: { ZipFile }, Role: roleArn("declared") }));
  const model = { FunctionName: "maker", Role: roleArn(roleOfFunction) };
  const needed = await functionPermissions.update(model, was ?? {}, want ?? {}, call);
  return needed.flat().map(({ action, resource }) => [action, resource]);
}

test("a function gets no role that its changer doesn't pass, whatever its row says", async () => {
  const passed = ["iam:PassRole", roleArn("declared")];
  expect(await neededFor("declared", ["a", "b"])).not.toContainEqual(passed);
  expect(await neededFor("another", ["a", "b"])).toContainEqual(passed);
  expect(await neededFor("another", ["a", "a"])).toContainEqual(passed);
});
