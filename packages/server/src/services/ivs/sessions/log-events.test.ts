import { expect, test } from "vitest";
import { EventLog } from "../../../kernel/event-log.ts";
import type { AwsEvent } from "../../../kernel/events.ts";
import { logIvsEvents } from "./log-events.ts";

const recorded = {
  recording_s3_bucket_name: "media",
  recording_s3_key_prefix: "ivs/v1/x",
  recording_duration_ms: 65_400,
};

test.each([
  [{ event_name: "Stream Start" }, "info: channel first is live"],
  [{ event_name: "Stream End" }, "info: channel first has ended"],
  [{ event_name: "Stream Failure", reason: "no video" }, "warn: channel first failed: no video"],
  [
    { recording_status: "Recording Start", ...recorded },
    "info: channel first is being recorded to s3://media/ivs/v1/x",
  ],
  [
    { recording_status: "Recording End", ...recorded },
    "info: channel first is recorded in s3://media/ivs/v1/x, 1 min 5 s",
  ],
  [
    { recording_status: "Recording Start Failure", recording_status_reason: "Access Denied" },
    "warn: recording of channel first failed: Access Denied",
  ],
  [{ event_name: "Session Created" }, undefined],
])("of %j people read %s", (detail, expected) => {
  const lines: string[] = [];
  const note = (level: string) => (_fields: object, message: string) =>
    void lines.push(`${level}: ${message}`);
  const log = {
    debug: note("debug"),
    info: note("info"),
    warn: note("warn"),
    error: note("error"),
  };
  const events = new EventLog(() => {});
  const stop = logIvsEvents(events, log);
  const event: AwsEvent = {
    ...{ version: "0" as const, id: "1", account: "000000000000", time: "", region: "us-east-1" },
    ...{ "detail-type": "IVS Stream State Change", source: "aws.ivs", resources: [] },
    detail: { channel_name: "first", stream_id: "st-1", ...detail },
  };
  events.publish(event);
  events.publish({ ...event, source: "aws.s3" });
  events.publish({ ...event, "detail-type": "IVS Participant Recording State Change" });
  stop();
  events.publish(event);
  expect(lines).toEqual(expected === undefined ? [] : [expected]);
});
