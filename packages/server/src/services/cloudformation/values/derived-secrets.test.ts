import { describe, expect, test } from "vitest";
import { Secrets } from "./secrets.ts";

const HIDDEN = "alpha-42,beta-77";

/** The secrets of a stack whose parameter `P` is hidden, with this template. */
function secretsOf(Resources: object, text = HIDDEN) {
  const P = { text, value: text, noEcho: true };
  const Parameters = { P: { Type: "String", NoEcho: true } };
  const template = JSON.stringify({ Parameters, Resources });
  return new Secrets([{ template, processed: null, parameters: JSON.stringify({ P }) }]);
}

const bucket = (BucketName: unknown) => ({
  It: { Type: "AWS::S3::Bucket", Properties: { BucketName } },
});
const base64 = (text: string) => Buffer.from(text).toString("base64");

describe("what functions make of a hidden parameter is masked", () => {
  test.each(["", "x", "xy", "xyz", "#!/bin/sh\nexport KEY="])("in Base64, after %j", (before) => {
    const secrets = secretsOf(bucket({ "Fn::Base64": { Ref: "P" } }));
    const encoded = base64(`${before}${HIDDEN}; more`);
    expect(secrets.mask({ UserData: encoded })).toEqual({ UserData: "****" });
    expect(secrets.mask(`data:${encoded}, ok`)).toBe("data:****, ok");
  });

  test("in Base64 of a short one, which is the whole value", () => {
    const secrets = secretsOf(bucket({ "Fn::Base64": { Ref: "P" } }), "pin");
    expect(secrets.mask([base64("pin"), "a pin"])).toEqual(["****", "a pin"]);
  });

  test.each([
    ["a Ref", { Ref: "P" }],
    ["a variable", { "Fn::Sub": "${P}" }],
    ["a variable of its own", { "Fn::Sub": ["${Own}", { Own: { Ref: "P" } }] }],
    ["parts of it", { "Fn::Join": ["", ["x,", { Ref: "P" }]] }],
  ])("as the parts of a split of %s", (_of, source) => {
    const split = { "Fn::Select": [1, { "Fn::Split": [",", source] }] };
    const secrets = secretsOf(bucket(split));
    expect(secrets.mask(["beta-77", "is alpha-42.", base64("beta-77")])).toEqual([
      ...["****", "is ****.", "****"],
    ]);
  });

  test("in the JSON that a text has of it", () => {
    const text = 'quoted "secret"';
    const secrets = secretsOf(bucket({ Ref: "P" }), text);
    expect(secrets.mask(JSON.stringify({ key: text }))).toBe('{"key":"****"}');
  });
});

test("parts of what else is split stay as they are", () => {
  const other = bucket({ "Fn::Select": [0, { "Fn::Split": ["-", { Ref: "AWS::Region" }] }] });
  expect(secretsOf(other).mask(["alpha", "beta-77", base64("nothing of it")])).toEqual([
    ...["alpha", "beta-77", base64("nothing of it")],
  ]);
});

test("a template that can't be read keeps nothing else from being masked", () => {
  const parameters = JSON.stringify({ P: { text: HIDDEN, value: HIDDEN, noEcho: true } });
  const secrets = new Secrets([{ template: "Fn::Split: [", processed: null, parameters }]);
  expect(secrets.mask(HIDDEN)).toBe("****");
});

describe("what would take long to be looked for is masked as a whole", () => {
  const listOf = (count: number) => Array.from({ length: count }, (_, index) => `hidden-${index}`);
  const secretsOfList = (count: number, Resources: object = {}) => {
    const P = { text: "", value: listOf(count), noEcho: true };
    const Parameters = { P: { Type: "CommaDelimitedList", NoEcho: true } };
    const template = JSON.stringify({ Parameters, Resources });
    return new Secrets([{ template, processed: null, parameters: JSON.stringify({ P }) }]);
  };

  test("too many hidden texts", () => {
    const values = { text: "a bucket", number: 7, flag: true, none: null, empty: "" };
    const masked = { ...values, text: "****", number: "****" };
    expect(secretsOfList(2_001).mask(values)).toEqual(masked);
    expect(secretsOfList(2_000).mask(values)).toEqual(values);
  });

  test("too many parts of them", () => {
    const split = (by: string) => ({ "Fn::Select": [0, { "Fn::Split": [by, { Ref: "P" }] }] });
    const many = Array.from({ length: 501 }, (_, index) => split(`by ${index}`));
    expect(secretsOfList(200, bucket(many)).mask("a bucket")).toBe("****");
    expect(secretsOfList(200, bucket(many.slice(1))).mask("a bucket")).toBe("a bucket");
  });

  test("more text than all of them are looked for in", () => {
    const long = "a text of nothing hidden ".repeat(400);
    const masked = secretsOfList(1_000).mask([long, long, long, "hidden-1", "short"]);
    expect(masked).toEqual([long, long, "****", "****", "****"]);
  });
});
