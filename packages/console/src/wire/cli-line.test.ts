import { execFileSync } from "node:child_process";
import fc from "fast-check";
import { expect, test } from "vitest";
import { cliLine, kebab } from "./cli-line.ts";

const call = (operation: string, input: Readonly<Record<string, unknown>>, service = "iam") => ({
  id: 1,
  service,
  region: "eu-west-1",
  operation,
  input,
  errorCode: undefined,
});

test.each([
  ["ListMFADevices", "list-mfa-devices"],
  ["ListSAMLProviders", "list-saml-providers"],
  ["arn", "arn"],
  ["recordingConfigurationArn", "recording-configuration-arn"],
  ["PolicyARNs", "policy-arns"],
  ["ListObjectsV2", "list-objects-v2"],
])("%s is called %s", (name, expected) => {
  expect(kebab(name)).toBe(expected);
});

test("a line has flags for booleans, words for lists, JSON for structures", () => {
  const input = {
    authorized: true,
    insecureIngest: false,
    tagKeys: ["a b", "c"],
    tags: { x: "y" },
  };
  expect(cliLine(call("CreateChannel", input, "ivs"), "http://h")).toBe(
    `aws ivs create-channel --authorized --no-insecure-ingest --tag-keys 'a b' c --tags '{"x":"y"}' --region eu-west-1 --endpoint-url http://h`,
  );
});

test("a secret isn't shown", () => {
  const line = cliLine(call("CreateLoginProfile", { Password: "hunter2!" }), "http://h");
  expect(line).not.toContain("hunter2");
});

test("a shell reads every value back as it was", () => {
  const text = fc.string({ unit: "binary", maxLength: 30 }).filter((value) => !/\0/.test(value));
  fc.assert(
    fc.property(fc.array(text, { minLength: 20, maxLength: 40 }), (values) => {
      const line = cliLine(call("X", { Names: values }), "http://h");
      const words = execFileSync("/bin/sh", ["-c", `set -- ${line}; printf '%s\\0' "$@"`]);
      expect(
        words
          .toString("utf8")
          .split("\0")
          .slice(4, 4 + values.length),
      ).toEqual(values);
    }),
    { numRuns: 10 },
  );
});
