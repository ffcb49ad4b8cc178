import {
  type CloudTrailClient,
  LookupEventsCommand,
  type LookupEventsCommandInput,
} from "@aws-sdk/client-cloudtrail";

/** A CloudTrail record, as far as tests look into it. */
export interface EventRecord {
  readonly eventID: string;
  readonly eventName: string;
  readonly eventSource: string;
  readonly eventTime: string;
  readonly awsRegion: string;
  readonly requestID: string;
  readonly userIdentity: Readonly<Record<string, unknown>>;
  readonly sourceIPAddress: string;
  readonly requestParameters: Readonly<Record<string, unknown>> | null;
  readonly responseElements: Readonly<Record<string, unknown>> | null;
  readonly errorCode?: string;
  readonly errorMessage?: string;
  readonly readOnly: boolean;
  readonly recipientAccountId: string;
  readonly sharedEventID?: string;
}

/** All records that a search finds, newest first, over as many pages as there are. */
export async function lookupRecords(
  client: CloudTrailClient,
  search: LookupEventsCommandInput = {},
): Promise<readonly EventRecord[]> {
  const records: EventRecord[] = [];
  let NextToken: string | undefined;
  do {
    const page = await client.send(
      new LookupEventsCommand({ ...search, ...(NextToken === undefined ? {} : { NextToken }) }),
    );
    for (const { CloudTrailEvent = "" } of page.Events ?? []) {
      records.push(JSON.parse(CloudTrailEvent) as EventRecord);
    }
    NextToken = page.NextToken;
  } while (NextToken !== undefined);
  return records;
}

export function named(AttributeValue: string): LookupEventsCommandInput {
  return { LookupAttributes: [{ AttributeKey: "EventName", AttributeValue }] };
}
