import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { checkPolicy } from "@rolecast/policy";
import { expect, test } from "vitest";
import { readAuthorizationData } from "../../../packages/server/src/index.ts";

const ROOT = join(import.meta.dirname, "../../..");
const DECIDED = /action: "([a-z0-9-]+:[A-Z]\w+)"|"(rolecast:[A-Z]\w+)"/g;

/** The actions that the server's sources name to decide on. */
function decidedActions(): readonly string[] {
  const listed = execFileSync("git", ["ls-files", "packages/server/src/**/*.ts"], {
    cwd: ROOT,
    encoding: "utf8",
  });
  const sources = listed.split("\n").filter((path) => path !== "" && !path.includes(".test"));
  const found = sources.flatMap((path) =>
    [...readFileSync(join(ROOT, path), "utf8").matchAll(DECIDED)].map(
      ([, action, own]) => action ?? own ?? "",
    ),
  );
  return [...new Set(found)].sort();
}

test("every action that the server decides on is known to its checks of policies", async () => {
  const actions = decidedActions();
  expect(actions.length).toBeGreaterThan(100);
  expect(actions).toEqual(
    expect.arrayContaining(["rolecast:ReadDecisions", "iam:GetRequestAuthorizationDetails"]),
  );
  const data = await readAuthorizationData();
  const unknown = actions.filter((action) => {
    const Statement = [{ Effect: "Allow", Action: action, Resource: "*" }];
    const text = JSON.stringify({ Version: "2012-10-17", Statement });
    const found = checkPolicy(text, { policyType: "IDENTITY_POLICY", data });
    return found.some(({ issueCode }) => /^INVALID_(?:ACTION|SERVICE)/.test(issueCode));
  });
  expect(unknown).toEqual([]);
});
