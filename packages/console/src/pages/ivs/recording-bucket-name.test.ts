import fc from "fast-check";
import { expect, test } from "vitest";
import { recordingBucketName } from "./recording-bucket-name.ts";

test.each([
  ["Main_Stage", "000000000000", "main-stage-recordings-000000000000-eu-west-1"],
  ["", "000000000000", "recordings-000000000000-eu-west-1"],
  ["stage", undefined, "stage-recordings-eu-west-1"],
])("the bucket of channel %j in account %j is proposed as %s", (channel, account, name) => {
  expect(recordingBucketName(channel, account, "eu-west-1")).toBe(name);
});

test("of every channel's name a bucket's name is made", () => {
  fc.assert(
    fc.property(fc.stringMatching(/^[a-zA-Z0-9_-]{0,128}$/), (channel) => {
      const name = recordingBucketName(channel, "000000000000", "ap-northeast-1");
      expect(name).toMatch(/^[a-z0-9](?:[a-z0-9-]{1,61})[a-z0-9]$/);
    }),
  );
});
