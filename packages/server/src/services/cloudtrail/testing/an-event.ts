import { randomIds } from "../../../kernel/ids.ts";
import { findableOf } from "../record/event-attributes.ts";
import { newEventId } from "../record/event-ids.ts";
import type { EventRecord } from "../record/event-record.ts";

export const REGION = "us-east-1";

/** A record like those of calls, told apart by `index`. */
export function anEvent(
  index: number,
  given: Partial<EventRecord> & { readonly note?: string } = {},
): EventRecord {
  const { note = "", ...more } = given;
  const { accountId = "000000000000", readOnly = true, atMs = 0 } = more;
  const userName = `user${Math.floor(index) % 4}`;
  // Every third as earlier versions made them.
  const eventID = index % 3 === 0 ? `${index}-id` : newEventId(atMs, randomIds);
  const record = {
    userIdentity: { type: "IAMUser", userName, accessKeyId: `AKIA${Math.floor(index) % 4}` },
    eventTime: new Date(atMs).toISOString(),
    eventSource: "iam.amazonaws.com",
    eventName: `Operation${Math.floor(index) % 5}`,
    requestParameters: { note },
    eventID,
    readOnly,
    resources: [{ type: "AWS::IAM::User", ARN: `arn:aws:iam::${accountId}:user/thing${index}` }],
  };
  const kind = readOnly ? "read" : "change";
  const own = { eventId: eventID, accountId, region: REGION, kind, readOnly, atMs } as const;
  return { ...own, findable: findableOf(record), text: JSON.stringify(record), ...more };
}
