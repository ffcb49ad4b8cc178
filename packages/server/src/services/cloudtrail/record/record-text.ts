import { quoted } from "../../../kernel/json-text.ts";
import type { RecordedResource } from "./resource-names.ts";
import type { UserIdentity } from "./user-identity.ts";

/** Source: CloudTrail user guide, "CloudTrail record contents": what is longer is left out. */
const ELEMENTS_CHARS_MAX = 100 * 1024;

/** The members of a call's record that aren't the same in all of them. */
export interface RecordMembers {
  readonly userIdentity: UserIdentity;
  readonly eventTime: string;
  /** The JSON of `eventSource` and `eventName`, which an operation's records share. */
  readonly named: string;
  readonly awsRegion: string;
  readonly sourceIPAddress: string;
  readonly userAgent: string;
  readonly errorCode: string | undefined;
  readonly errorMessage: string | undefined;
  /** JSON. */
  readonly requestParameters: string;
  /** JSON. */
  readonly responseElements: string;
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
  const { requestParameters: parameters, responseElements: elements } = record;
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
    '",',
    record.named,
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

/** A caller's records share its identity, and those of a resource what they say of it. */
const knownTexts = new WeakMap<UserIdentity | RecordedResource, string>();

function identityText(identity: UserIdentity): string {
  return knownTexts.get(identity) ?? keptText(identity, JSON.stringify(identity));
}

function resourceText(resource: RecordedResource): string {
  const known = knownTexts.get(resource);
  if (known !== undefined) return known;
  const { accountId, type, ARN } = resource;
  return keptText(resource, JSON.stringify({ accountId, type, ARN }));
}

function keptText(of: UserIdentity | RecordedResource, text: string): string {
  knownTexts.set(of, text);
  return text;
}

function shortened(elements: string, field: string): string {
  const originalSize = elements.length;
  if (originalSize <= ELEMENTS_CHARS_MAX) return elements;
  return JSON.stringify({ omitted: true, originalSize, reason: `${field} too large` });
}
