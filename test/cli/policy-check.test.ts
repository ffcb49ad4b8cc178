import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { rolecast } from "../support/rolecast-command.ts";

let dir = "";
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), "rolecast-policy-check-"));
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

function file(name: string, ...statements: object[]): string {
  const path = join(dir, name);
  writeFileSync(path, JSON.stringify({ Version: "2012-10-17", Statement: statements }, null, 2));
  return path;
}

const allow = (Action: string, Resource = "*") => ({ Effect: "Allow", Action, Resource });
const check = (...args: string[]) =>
  rolecast(["policy", "check", ...args], { env: { HOME: dir }, cwd: dir });

describe("policy check", () => {
  test("gives the line and column of what AWS would refuse", async () => {
    const good = file("good.json", allow("s3:GetObject"));
    const bad = file("bad.json", allow("s3-GetObject"));
    expect(await check(good)).toMatchObject({ code: 0 });
    const found = await check(good, bad);
    expect(found.code).toBe(1);
    expect(found.out).toContain(`${bad}:6:17: MalformedPolicyDocument`);
  });

  test("warns of what hardly fits, and is strict if asked", async () => {
    const misspelled = file("misspelled.json", allow("s3:GetObjct"));
    const lenient = await check(misspelled);
    expect(lenient.code).toBe(0);
    expect(lenient.out).toContain("warning AWS lists no action `s3:GetObjct`; did you mean");
    const strict = await check("--strict", misspelled);
    expect(strict).toMatchObject({ code: 1, out: expect.stringContaining("error AWS lists no") });
    const json = await check("--json", misspelled);
    expect(JSON.parse(json.out)[0].warnings).toMatchObject([{ code: "NoSuchAction" }]);
  });
});

describe("policy check --aws", () => {
  test("shows ValidatePolicy's findings with their places and links", async () => {
    const passing = file("passing.json", allow("iam:PassRole"));
    const found = await check("--aws", passing);
    expect(found.code).toBe(1);
    expect(found.out).toContain(
      `${passing}:6:17: SECURITY_WARNING PASS_ROLE_WITH_STAR_IN_RESOURCE Using the iam:PassRole`,
    );
    expect(found.out).toContain("#access-analyzer-reference-policy-checks-security-warning-pass");
    const fine = file("fine.json", allow("s3:GetObject", "arn:aws:s3:::media/*"));
    expect(await check("--aws", fine)).toMatchObject({ code: 0, out: `${fine}: no findings\n` });
  });

  test("fails for a suggestion only if it is strict", async () => {
    const suggested = file("suggested.json", { Sid: "", ...allow("s3:GetObject") });
    expect((await check("--aws", suggested)).code).toBe(0);
    expect((await check("--aws", "--strict", suggested)).code).toBe(1);
    const json = await check("--aws", "--json", suggested);
    expect(JSON.parse(json.out)[0].findings).toMatchObject([
      { issueCode: "EMPTY_SID_VALUE", locations: [{ span: { start: { line: 5, column: 13 } } }] },
    ]);
  });

  test("knows the kinds of policies, of which it needs some itself", async () => {
    const guardrail = file("guardrail.json", { ...allow("s3:*"), Effect: "Deny", Principal: "*" });
    const asScp = await check("--aws", "--kind", "scp", guardrail);
    expect(asScp.out).toContain("ERROR SCP_SYNTAX_ERROR_PRINCIPAL");
    expect((await check("--aws", "--kind", "rcp", guardrail)).out).toContain("no findings");
    expect((await check("--aws", "--kind", "resource", guardrail)).out).toContain("no findings");
    expect(await check("--kind", "scp", guardrail)).toMatchObject({
      code: 2,
      err: expect.stringContaining("--kind scp is checked with --aws only"),
    });
  });
});
