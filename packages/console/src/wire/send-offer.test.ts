import { expect, test } from "vitest";
import { linksOf, reasonOf } from "./send-offer.ts";

test("links are found by the last part of their relation", () => {
  const header = [
    '</s/1>; rel="urn:ietf:params:whip:ivs-stages:session-delete"',
    '</s/1/layers>; rel="urn:ietf:params:whep:ext:core:layer"',
    '</s/1/next>; rel="next"',
  ].join(", ");
  expect(linksOf(header)).toEqual({
    "session-delete": "/s/1",
    layer: "/s/1/layers",
    next: "/s/1/next",
  });
  expect(linksOf("")).toEqual({});
});

test.each([
  ['{"code":2003,"message":"The token may not publish"}', "The token may not publish"],
  ["The stream key isn't valid.", "The stream key isn't valid."],
  ['{"code":2003}', '{"code":2003}'],
  ["null and void", "null and void"],
])("the reason in %j is %j", (text, reason) => {
  expect(reasonOf(text)).toBe(reason);
});
