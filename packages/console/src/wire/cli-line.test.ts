import { execFileSync } from "node:child_process";
import fc from "fast-check";
import { expect, test } from "vitest";
import { character } from "../testing/unicode.ts";
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

test("a line has flags for booleans, words for lists, JSON for structures and odd lists", () => {
  const input = {
    authorized: true,
    insecureIngest: false,
    tagKeys: ["a", "c:d"],
    arns: ["a b", "[c", "-d"],
    none: [],
    tags: { x: "y" },
    name: "-o'k",
  };
  expect(cliLine(call("CreateChannel", input, "ivs"), "http://h")).toBe(
    `aws ivs create-channel --authorized --no-insecure-ingest --tag-keys a c:d --arns '["a b","[c","-d"]' --none '[]' --tags '{"x":"y"}' --name='-o'\\''k' --region eu-west-1 --endpoint-url http://h`,
  );
});

test("an object is read into a file, and copied from a source that the CLI encodes itself", () => {
  const input = { Bucket: "b", Key: "x/notes é.txt", CopySource: "b/x/notes%20%C3%A9.txt" };
  expect(cliLine(call("GetObject", { ...input, CopySource: undefined }, "s3api"), "http://h")).toBe(
    "aws s3api get-object 'notes é.txt' --bucket b --key 'x/notes é.txt' --region eu-west-1 --endpoint-url http://h",
  );
  expect(cliLine(call("GetObject", { Key: "x/-a" }, "s3api"), "http://h")).toContain(" ./-a --key");
  expect(cliLine(call("CopyObject", input, "s3api"), "http://h")).toContain(
    " --copy-source 'b/x/notes é.txt' ",
  );
});

test("what a version of the CLI would read or fetch itself is written as JSON", () => {
  const input = { Bucket: "b", Key: "file://it's", Names: ["fileb://x"], Password: "file://p" };
  const urls = { Url: "https://u", Origins: ["http://o"] };
  expect(cliLine(call("DeleteObject", { ...input, ...urls }, "s3api"), "http://h")).toBe(
    `aws s3api delete-object --bucket b --names '["fileb://x"]' --password '…' --origins '["http://o"]' --cli-input-json '{"Key":"file://it'\\''s","Url":"https://u"}' --region eu-west-1 --endpoint-url http://h`,
  );
});

test("a secret isn't shown, where a list goes on is", () => {
  const input = { Password: "hunter2!", NextToken: "page2" };
  const line = cliLine(call("CreateLoginProfile", input), "http://h");
  expect(line).not.toContain("hunter2");
  expect(line).toContain("--next-token page2 --region eu-west-1 ");
});

test("a shell reads every value back as it was", () => {
  const text = fc.string({ unit: character, maxLength: 30 }).filter((value) => !/\0/.test(value));
  fc.assert(
    fc.property(fc.array(text, { minLength: 20, maxLength: 40 }), (values) => {
      const input = Object.fromEntries(values.map((value, index) => [`N${index}`, value]));
      const line = cliLine(call("X", { Names: values, ...input }), "http://h");
      const printed = execFileSync("/bin/sh", ["-c", `set -- ${line}; printf '%s\\0' "$@"`]);
      const words = printed.toString("utf8").split("\0").slice(4);
      expect(JSON.parse(words.shift() ?? "")).toEqual(values);
      for (const value of values) {
        const flag = words.shift() ?? "";
        expect(flag.includes("=") ? flag.replace(/^[^=]*=/, "") : words.shift()).toBe(value);
      }
    }),
    { numRuns: 10 },
  );
});
