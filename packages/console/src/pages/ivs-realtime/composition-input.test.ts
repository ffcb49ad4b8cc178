import { expect, test } from "vitest";
import { type CompositionChoice, compositionInput, isComplete } from "./composition-input.ts";

const BOTH: CompositionChoice = {
  stageArn: "stage",
  layout: "grid",
  encoderArn: "encoder",
  channelArn: "channel",
  storageArn: "storage",
};

test.each([
  [{}, true],
  [{ channelArn: "" }, true],
  [{ storageArn: "" }, true],
  [{ channelArn: "", storageArn: "" }, false],
  [{ stageArn: "" }, false],
  [{ encoderArn: "" }, false],
])("with %j it is complete: %s", (part, complete) => {
  expect(isComplete({ ...BOTH, ...part })).toBe(complete);
});

test("each destination gets the encoder configuration", () => {
  expect(compositionInput(BOTH)).toEqual({
    stageArn: "stage",
    layout: { grid: {} },
    destinations: [
      { channel: { channelArn: "channel", encoderConfigurationArn: "encoder" } },
      { s3: { storageConfigurationArn: "storage", encoderConfigurationArns: ["encoder"] } },
    ],
  });
  expect(compositionInput({ ...BOTH, layout: "pip", channelArn: "" })).toMatchObject({
    layout: { pip: {} },
    destinations: [{ s3: {} }],
  });
});
