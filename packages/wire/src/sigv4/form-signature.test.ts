import { createHmac } from "node:crypto";
import { describe, expect, test } from "vitest";
import { parseSignedForm, verifySignedForm } from "./form-signature.ts";

const SECRET = "a secret of somebody";
const POLICY = Buffer.from('{"conditions":[]}').toString("base64");
const NOW_MS = Date.UTC(2030, 0, 2, 3, 4, 5);
const MINUTE_MS = 60_000;

const mac = (key: string | Buffer, text: string) => createHmac("sha256", key).update(text).digest();
const signingKey = ["20300102", "eu-west-1", "s3", "aws4_request"].reduce<string | Buffer>(
  (key, part) => mac(key, part),
  `AWS4${SECRET}`,
);
const V4 = {
  policy: POLICY,
  "x-amz-algorithm": "AWS4-HMAC-SHA256",
  "x-amz-credential": "AKIA/20300102/eu-west-1/s3/aws4_request",
  "x-amz-date": "20300102T030405Z",
  "x-amz-signature": mac(signingKey, POLICY).toString("hex"),
};
const V2 = {
  policy: POLICY,
  awsaccesskeyid: "AKIA",
  signature: createHmac("sha1", SECRET).update(POLICY).digest("base64"),
};

const parse = (fields: Readonly<Record<string, string>>) =>
  parseSignedForm(new Map(Object.entries(fields)));

function verify(fields: Readonly<Record<string, string>>, nowMs = NOW_MS): void {
  const form = parse(fields);
  if (form === undefined) throw new Error("the form isn't signed");
  verifySignedForm(form, SECRET, nowMs);
}

test("a form says who signed it, in either version, and has the policy that was signed", () => {
  const scope = { date: "20300102", region: "eu-west-1", service: "s3" };
  const common = { kind: "form", accessKeyId: "AKIA", policy: POLICY };
  expect(parse({ ...V4, "x-amz-security-token": "t" })).toEqual({
    ...{ ...common, version: 4, sessionToken: "t", signature: V4["x-amz-signature"] },
    ...{ scope, requestTimeMs: NOW_MS },
  });
  expect(parse(V2)).toEqual({
    ...{ ...common, version: 2, sessionToken: undefined, signature: V2.signature },
    ...{ scope: undefined, requestTimeMs: undefined },
  });
  const { policy: _, ...unsigned } = V4;
  expect(() => parse(unsigned)).toThrow("must contain a field named 'policy'");
  expect(parse({})).toBeUndefined();
});

test("good signatures are taken, however old, up to a quarter of an hour ahead", () => {
  verify(V4);
  verify({ ...V4, "x-amz-signature": V4["x-amz-signature"].toUpperCase() });
  verify(V4, NOW_MS + 1e12);
  verify(V4, NOW_MS - 15 * MINUTE_MS);
  expect(() => verify(V4, NOW_MS - 15 * MINUTE_MS - 1)).toThrow(
    expect.objectContaining({ code: "AccessDenied", message: "Request is not valid yet" }),
  );
  verify(V2, 0);
});

test.each([
  ["another signature", { ...V4, "x-amz-signature": "0".repeat(64) }],
  ["a shorter one", { ...V4, "x-amz-signature": V4["x-amz-signature"].slice(1) }],
  ["another policy", { ...V4, policy: "e30=" }],
  ["another Region", { ...V4, "x-amz-credential": "AKIA/20300102/eu-west-2/s3/aws4_request" }],
  ["another signature of version 2", { ...V2, signature: `A${V2.signature.slice(1)}` }],
  ["another policy of version 2", { ...V2, policy: "e30=" }],
])("%s doesn't match", (_, fields) => {
  expect(() => verify(fields)).toThrow(
    expect.objectContaining({
      code: "SignatureDoesNotMatch",
      fields: expect.objectContaining({ AWSAccessKeyId: "AKIA", StringToSign: fields.policy }),
    }),
  );
});

describe("a form that is wrong in one part is refused for that", () => {
  const credential = (text: string) => ({ ...V4, "x-amz-credential": text });
  const MALFORMED = /the Credential is mal-formed/;
  test.each([
    [/only supports "AWS4-HMAC-SHA256"/, { ...V4, "x-amz-algorithm": "AWS4-HMAC-SHA512" }],
    [MALFORMED, credential("/20300102/eu-west-1/s3/aws4_request")],
    [MALFORMED, credential("AKIA/2030010/eu-west-1/s3/aws4_request")],
    [MALFORMED, credential("AKIA/203001022/eu-west-1/s3/aws4_request")],
    [MALFORMED, credential("AKIA/20300102/eu.west/s3/aws4_request")],
    [MALFORMED, credential("AKIA/20300102//s3/aws4_request")],
    [MALFORMED, credential("AKIA/20300102/eu-west-1/s3/aws4")],
    [MALFORMED, credential("AKIA/20300102/eu-west-1/s3")],
    [MALFORMED, credential("AKIA/20300102/eu-west-1/s3/aws4_request/")],
    [/incorrect service "iam"/, credential("AKIA/20300102/eu-west-1/iam/aws4_request")],
    [/incorrect date format "20300103"/, credential("AKIA/20300103/eu-west-1/s3/aws4_request")],
    [/X-Amz-Date must be/, { ...V4, "x-amz-date": "2030-01-02" }],
  ])("%s", (message, fields) => {
    expect(() => parse(fields)).toThrow(
      expect.objectContaining({
        ...{ code: "InvalidArgument", status: 400 },
        message: expect.stringMatching(message),
      }),
    );
  });

  test.each([
    ...["X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Date", "X-Amz-Signature"].map(
      (name) => [name, V4] as const,
    ),
    ...["AWSAccessKeyId", "Signature"].map((name) => [name, V2] as const),
  ])("without %s, or with an empty one", (name, whole) => {
    const key = name.toLowerCase();
    const { [key]: _, ...without } = whole as Readonly<Record<string, string>>;
    for (const fields of [without, { ...whole, [key]: "" }])
      expect(() => parse(fields)).toThrow(
        expect.objectContaining({
          message: expect.stringContaining(`a field named '${name}'`),
          fields: { ArgumentName: name, ArgumentValue: "" },
        }),
      );
  });

  test("of both versions", () => {
    for (const name of ["awsaccesskeyid", "signature"] as const)
      expect(() => parse({ ...V4, [name]: V2[name] })).toThrow(/Only one auth mechanism allowed/);
  });
});
