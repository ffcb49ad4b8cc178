import { expect, test } from "vitest";
import {
  allowsMultitrack,
  type ChannelSettings,
  coherent,
  NEW_CHANNEL,
  settingsInput,
  settingsOf,
} from "./channel-settings.ts";

const MULTITRACK = { enabled: true, policy: "ALLOW", maximumResolution: "HD" } as const;
const PRESET = "CONSTRAINED_BANDWIDTH_DELIVERY";
const DEFAULT_PRESET = "HIGHER_BANDWIDTH_DELIVERY";

test.each([
  ["BASIC", PRESET, ""],
  ["STANDARD", PRESET, ""],
  ["ADVANCED_SD", "", DEFAULT_PRESET],
  ["ADVANCED_HD", "", DEFAULT_PRESET],
  ["ADVANCED_HD", PRESET, PRESET],
] as const)("a channel %s with the preset %j gets %j", (type, preset, expected) => {
  const settings = coherent({ ...NEW_CHANNEL, type, preset });
  expect(settings.preset).toBe(expected);
  const { preset: sent } = settingsInput(settings);
  expect(sent).toBe(expected === "" ? undefined : expected);
  expect("preset" in settingsInput(settings)).toBe(expected !== "");
});

test.each([
  ["STANDARD", "FRAGMENTED_MP4", true],
  ["STANDARD", "TS", false],
  ["BASIC", "FRAGMENTED_MP4", false],
  ["ADVANCED_HD", "FRAGMENTED_MP4", false],
] as const)("multitrack video of a channel %s in %s: %s", (type, containerFormat, allowed) => {
  const settings: ChannelSettings = {
    ...NEW_CHANNEL,
    type,
    containerFormat,
    multitrackInputConfiguration: MULTITRACK,
  };
  expect(allowsMultitrack(settings)).toBe(allowed);
  expect(coherent(settings).multitrackInputConfiguration).toEqual(
    allowed ? MULTITRACK : { enabled: false },
  );
});

test("a channel's settings are sent as they were read", () => {
  expect(settingsOf({})).toEqual(NEW_CHANNEL);
  const channel = {
    ...settingsInput(NEW_CHANNEL),
    name: "studio",
    type: "ADVANCED_SD",
    preset: PRESET,
    latencyMode: "NORMAL",
    authorized: true,
    insecureIngest: false,
    containerFormat: "FRAGMENTED_MP4",
    multitrackInputConfiguration: MULTITRACK,
    recordingConfigurationArn: "arn:1",
    playbackRestrictionPolicyArn: "arn:2",
    adConfigurationArn: "arn:3",
  } as const;
  expect(settingsInput(settingsOf({ ...channel, arn: "arn:4" }))).toEqual(channel);
});
