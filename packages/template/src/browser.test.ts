import { fileURLToPath } from "node:url";
import { createContext, runInContext } from "node:vm";
import { rolldown } from "rolldown";
import { expect, test } from "vitest";
import type * as template from "./index.ts";

test("the package runs in a browser, without node's modules or globals", async () => {
  const bundle = await rolldown({
    input: fileURLToPath(new URL("index.ts", import.meta.url)),
    platform: "browser",
    onLog(_level, log) {
      throw new Error(`${log.code}: ${log.message}`);
    },
  });
  const { output } = await bundle.generate({ format: "iife", name: "template" });
  await bundle.close();
  const [chunk, ...others] = output;
  expect([...others, ...chunk.imports, ...chunk.dynamicImports]).toEqual([]);

  // A realm that has the language, and of a page only what Node has too.
  const realm = createContext({ TextEncoder });
  const run = (code: string): unknown => runInContext(code, realm);
  run(chunk.code);
  expect(run("typeof process + typeof Buffer + typeof require")).toBe("undefined".repeat(3));
  const { Evaluation, parseTemplate } = run("template") as typeof template;
  const text = "Resources: {A: {Type: AWS::S3::Bucket, Properties: {P: !Base64 ä}}}";
  const evaluation = new Evaluation(parseTemplate(text), {
    accountId: "111111111111",
    region: "eu-west-1",
    partition: "aws",
    urlSuffix: "amazonaws.com",
    stackName: "studio",
    stackId: "arn:aws:cloudformation:eu-west-1:111111111111:stack/studio/1",
    notificationArns: [],
    parameters: new Map(),
    exports: () => undefined,
    availabilityZones: () => [],
  });
  const { properties } = evaluation.resource("A", () => undefined);
  expect(JSON.stringify(properties)).toBe('{"P":"w6Q="}');
});
