import type { RecordedResource } from "./resource-names.ts";
import type { UserIdentity } from "./user-identity.ts";

/** Source: CloudTrail user guide, "CloudTrail record contents": what is longer is left out. */
const ELEMENTS_CHARS_MAX = 100 * 1024;
/** Text that stands in JSON as it is. */
const PLAIN = /^[\x20\x21\x23-\x5b\x5d-\x7e]*$/;

/** The members of a call's record that aren't the same in all of them. */
export interface RecordMembers {
  readonly userIdentity: UserIdentity;
  readonly eventTime: string;
  readonly eventSource: string;
  readonly eventName: string;
  readonly awsRegion: string;
  readonly sourceIPAddress: string;
  readonly userAgent: string;
  readonly errorCode: string | undefined;
  readonly errorMessage: string | undefined;
  readonly requestParameters: unknown;
  readonly responseElements: unknown;
  readonly requestID: string;
  readonly eventID: string;
  readonly readOnly: boolean;
  /** Left out if there are none. */
  readonly resources: readonly RecordedResource[];
  readonly recipientAccountId: string;
  readonly tlsDetails: object | undefined;
  readonly sharedEventID: string | undefined;
}

/** Source: CloudTrail user guide, "CloudTrail record contents". */
export const EVENT_VERSION = "1.11";
const BEGIN = `{"eventVersion":"${EVENT_VERSION}","userIdentity":`;

/** The record's JSON, member by member, which takes less than an object for `JSON.stringify`. */
export function recordText(record: RecordMembers): string {
  const parameters = JSON.stringify(record.requestParameters);
  const elements = JSON.stringify(record.responseElements);
  const text = written(record, parameters, elements);
  if (text.length <= ELEMENTS_CHARS_MAX) return text;
  return written(
    record,
    shortened(parameters, "requestParameters"),
    shortened(elements, "responseElements"),
  );
}

function written(record: RecordMembers, parameters: string, elements: string): string {
  const { errorCode, errorMessage, resources, tlsDetails, sharedEventID } = record;
  // Joined, the text is in one piece, which writing it would have to make of a sum.
  return [
    BEGIN,
    identityText(record.userIdentity),
    ',"eventTime":"',
    record.eventTime,
    '","eventSource":',
    quoted(record.eventSource),
    ',"eventName":',
    quoted(record.eventName),
    ',"awsRegion":',
    quoted(record.awsRegion),
    ',"sourceIPAddress":',
    quoted(record.sourceIPAddress),
    ',"userAgent":',
    quoted(record.userAgent),
    errorCode === undefined ? "" : `,"errorCode":${quoted(errorCode)}`,
    errorMessage === undefined ? "" : `,"errorMessage":${quoted(errorMessage)}`,
    ',"requestParameters":',
    parameters,
    ',"responseElements":',
    elements,
    ',"requestID":',
    quoted(record.requestID),
    ',"eventID":"',
    record.eventID,
    record.readOnly ? '","readOnly":true' : '","readOnly":false',
    resources.length === 0 ? "" : `,"resources":[${resources.map(resourceText).join(",")}]`,
    ',"eventType":"AwsApiCall","managementEvent":true,"recipientAccountId":',
    quoted(record.recipientAccountId),
    ',"eventCategory":"Management"',
    tlsDetails === undefined ? "" : `,"tlsDetails":${JSON.stringify(tlsDetails)}`,
    sharedEventID === undefined ? "}" : `,"sharedEventID":"${sharedEventID}"}`,
  ].join("");
}

/** A string of JSON. */
export function quoted(text: string): string {
  return PLAIN.test(text) ? `"${text}"` : JSON.stringify(text);
}

/** A caller's records share its identity. */
const identityTexts = new WeakMap<UserIdentity, string>();

function identityText(identity: UserIdentity): string {
  let text = identityTexts.get(identity);
  if (text === undefined) {
    text = JSON.stringify(identity);
    identityTexts.set(identity, text);
  }
  return text;
}

function resourceText({ accountId, type, ARN }: RecordedResource): string {
  return `{"accountId":${quoted(accountId)},"type":${quoted(type)},"ARN":${quoted(ARN)}}`;
}

function shortened(elements: string, field: string): string {
  const originalSize = elements.length;
  if (originalSize <= ELEMENTS_CHARS_MAX) return elements;
  return JSON.stringify({ omitted: true, originalSize, reason: `${field} too large` });
}
