import { expect, test } from "vitest";
import { NEW_TOKEN, tokenClaims } from "./token-claims.ts";

const ARN = "arn:aws:ivs:us-east-1:000000000000:channel/abcdefghijkl";

test("a token of the channel alone lasts ten minutes, everywhere", () => {
  expect(tokenClaims({ ...NEW_TOKEN, channelArn: ARN }, 1_999)).toEqual({
    "aws:channel-arn": ARN,
    "aws:access-control-allow-origin": "*",
    exp: 601,
  });
});

test("what was typed becomes claims", () => {
  const typed = {
    channelArn: ARN,
    minutes: "1",
    origins: "https://a.example",
    viewerId: "ann",
    resolution: "HD",
  };
  expect(tokenClaims(typed, 10_000)).toEqual({
    "aws:channel-arn": ARN,
    "aws:access-control-allow-origin": "https://a.example",
    exp: 70,
    "aws:viewer-id": "ann",
    "aws:maximum-resolution": "HD",
  });
});
