import { expect, test } from "vitest";
import { misnamedActions } from "./misnamed-actions.ts";

const KNOWN = {
  s3: ["DeleteObject", "GetObject", "GetObjectAcl", "ListBucket", "PutObject", "PutObjectAcl"],
  ivs: ["CreateChannel", "ListChannels", "ListStreams"],
};

test.each([
  ["s3:GetObjct", ["s3:GetObject"]],
  ["S3:getobjct", ["s3:GetObject"]],
  ["ivs:ListChanels", ["ivs:ListChannels"]],
  ["s3:PutObj", ["s3:PutObject", "s3:PutObjectAcl"]],
  ["s3:Everything", []],
  ["s3:", []],
])("%s may mean %j", (written, meant) => {
  expect(misnamedActions([written, written], KNOWN)).toEqual([{ written, meant }]);
});

test("real actions, patterns and services that aren't known are left alone", () => {
  const fine = ["s3:GetObject", "s3:getobject", "s3:Get*", "s3:*", "ec2:RunInstnces", "GetObject"];
  expect(misnamedActions([...fine, "constructor:x"], KNOWN)).toEqual([]);
});
