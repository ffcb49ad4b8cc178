import { expect, test } from "vitest";
import { type CompositionChoice, compositionInput, isComplete } from "./composition-input.ts";

const BOTH: CompositionChoice = {
  stageArn: "stage",
  layout: "grid",
  encoderArn: "encoder",
  channelArn: "channel",
  storageArn: "storage",
  segmentSeconds: "",
  thumbnails: false,
};

test.each([
  [{}, true],
  [{ channelArn: "" }, true],
  [{ storageArn: "" }, true],
  [{ channelArn: "", storageArn: "" }, false],
  [{ stageArn: "" }, false],
  [{ encoderArn: "" }, false],
  [{ segmentSeconds: "2" }, true],
  [{ segmentSeconds: "1" }, false],
  [{ segmentSeconds: "11" }, false],
  [{ segmentSeconds: "2.5" }, false],
  [{ segmentSeconds: "11", storageArn: "" }, true],
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
  const recorded = { ...BOTH, channelArn: "", segmentSeconds: "6", thumbnails: true };
  expect(compositionInput(recorded).destinations).toMatchObject([
    {
      s3: {
        recordingConfiguration: { hlsConfiguration: { targetSegmentDurationSeconds: 6 } },
        thumbnailConfigurations: [{}],
      },
    },
  ]);
});
