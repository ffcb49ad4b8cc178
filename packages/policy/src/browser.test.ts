import { fileURLToPath } from "node:url";
import { createContext, runInContext } from "node:vm";
import { rolldown } from "rolldown";
import { expect, test } from "vitest";
import type * as policy from "./index.ts";

test("the package runs in a browser: bundled for one, without a module of node's or its globals", async () => {
  const bundle = await rolldown({
    input: fileURLToPath(new URL("index.ts", import.meta.url)),
    platform: "browser",
    onLog(_level, log) {
      throw new Error(`${log.code}: ${log.message}`);
    },
  });
  const { output } = await bundle.generate({ format: "iife", name: "policy" });
  await bundle.close();
  expect(output).toHaveLength(1);
  const [chunk] = output;
  expect([...chunk.imports, ...chunk.dynamicImports]).toEqual([]);

  // A realm that has the language and nothing else: no process, no Buffer, no require.
  const realm = createContext({});
  const run = (code: string): unknown => runInContext(code, realm);
  run(chunk.code);
  expect(run("typeof process + typeof Buffer + typeof require")).toBe("undefined".repeat(3));
  const { checkPolicy, compilePolicy, decide, explain, PolicySet, validatePolicy } = run(
    "policy",
  ) as typeof policy;
  const text = JSON.stringify({
    Version: "2012-10-17",
    Statement: {
      Effect: "Allow",
      Action: "s3:Get*",
      Resource: "arn:aws:s3:::media/${aws:username}/*",
      Condition: {
        DateGreaterThan: { "aws:CurrentTime": "2020-01-01T00:00:00Z" },
        BinaryEquals: { "x:data": "aGk=" },
      },
    },
  });
  expect(validatePolicy(text, "managed")).toHaveLength(0);
  const data = { services: {}, globalKeys: {}, rcpServices: [] };
  const [finding] = checkPolicy(text, { policyType: "IDENTITY_POLICY", data });
  expect(finding?.issueCode).toBe("INVALID_SERVICE_IN_ACTION");
  const source = { kind: "identity", id: "own", managed: false } as const;
  const layers = { identity: new PolicySet([compilePolicy(text, source)]) };
  const request = {
    principal: {
      kind: "user",
      accountId: "111111111111",
      arn: "arn:aws:iam::111111111111:user/ann",
      id: "AIDAAAAAAAAAAAAAAAAA",
      userName: "ann",
    },
    action: "s3:GetObject",
    resource: "arn:aws:s3:::media/ann/film",
    resourceAccountId: undefined,
    context: new Map([
      ["aws:username", "ann"],
      ["aws:currenttime", "2026-11-24T19:00:00Z"],
      ["x:data", "aGk="],
    ]),
  } as const;
  expect(decide(request, layers)).toBe("allow");
  const other = { ...request, resource: "arn:aws:s3:::media/bob/film" };
  expect(explain(other, layers).reason).toBe(
    "because no identity-based policy allows the s3:GetObject action",
  );
});
