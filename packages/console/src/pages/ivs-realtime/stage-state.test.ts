import { expect, test } from "vitest";
import { stageMessage } from "./stage-state.ts";

const frame = (type: string, payload?: object) => JSON.stringify({ type, payload });

test.each(["STAGE_STATE", "aws:ivs:STAGE_STATE"])("%s shows who is there", (type) => {
  const participants = [
    { id: "p1", userId: "ann", isPublishing: true, audioMuted: true },
    { id: "p2" },
  ];
  expect(stageMessage(frame(type, { sequenceNumber: 3, participants }))).toEqual({
    type: "state",
    people: [
      { id: "p1", userId: "ann", isPublishing: true, audioMuted: true, videoStopped: false },
      { id: "p2", userId: "", isPublishing: false, audioMuted: false, videoStopped: false },
    ],
  });
  expect(stageMessage(frame(type, {}))).toEqual({ type: "state", people: [] });
});

test.each([
  ["aws:ivs:DISCONNECT", { code: "STAGE_DELETED", reason: "gone" }, "STAGE_DELETED: gone"],
  ["aws:ivs:DISCONNECT", { code: "STAGE_DELETED", reason: "" }, "STAGE_DELETED"],
  ["aws:ivs:JOIN_ERROR", { code: "TOKEN_EXPIRED", message: "late" }, "TOKEN_EXPIRED: late"],
])("%s %j ends with %j", (type, payload, reason) => {
  expect(stageMessage(frame(type, payload))).toEqual({ type: "out", reason });
});

test.each(["PONG", "aws:ivs:SSU", "aws:ivs:SUBSCRIBER_COUNT"])("%s changes nothing", (type) => {
  expect(stageMessage(frame(type))).toBeUndefined();
});
