import { expect, test } from "vitest";
import { channelNameFault } from "./channel-name.ts";

test.each(["", "stage", "Main_Stage-2", "a".repeat(128)])("the name %j is taken", (name) => {
  expect(channelNameFault(name)).toBe("");
});

test.each([
  ["main stage", "A space can't be in it"],
  ["bühne", "“ü” can't be in it"],
  ["a.b", "“.” can't be in it"],
  ["a".repeat(129), "It has 129 characters; 128 are the most."],
])("the name %j isn't", (name, why) => {
  expect(channelNameFault(name)).toContain(why);
});
