import { resourceName } from "./resource-names.ts";

/** A record as far as the event history looks into it. */
export interface ParsedRecord {
  readonly eventID: string;
  readonly eventName: string;
  readonly eventSource: string;
  readonly eventTime: string;
  readonly readOnly: boolean;
  readonly userIdentity: {
    /** A service's own events have none. */
    readonly type?: string;
    readonly userName?: string;
    readonly principalId?: string;
    readonly accessKeyId?: string;
  };
  readonly resources?: readonly { readonly type: string; readonly ARN: string }[];
}

/** The part of a record that says by which attributes it is found, but for its id. */
export type Findable = Omit<ParsedRecord, "eventID" | "eventTime">;

/** What LookupEvents finds an event by. Source: API reference, LookupAttribute. */
export interface Attribute {
  readonly key: string;
  readonly value: string;
}

/** All that an event can be looked up by, but for its id; resources by their ARN too. */
export function attributesOf(record: Findable): readonly Attribute[] {
  const { accessKeyId } = record.userIdentity;
  const userName = userNameOf(record);
  const attributes = [
    { key: "EventName", value: record.eventName },
    { key: "EventSource", value: record.eventSource },
    { key: "ReadOnly", value: String(record.readOnly) },
  ];
  if (accessKeyId !== undefined) attributes.push({ key: "AccessKeyId", value: accessKeyId });
  if (userName !== undefined) attributes.push({ key: "Username", value: userName });
  for (const { type, ARN } of record.resources ?? []) {
    attributes.push({ key: "ResourceType", value: type });
    attributes.push({ key: "ResourceName", value: ARN });
    attributes.push({ key: "ResourceName", value: resourceName(ARN) });
  }
  return attributes;
}

/** The record without the rest of it, which may be long. */
export function findableOf(record: Findable): Findable {
  const { eventName, eventSource, readOnly, userIdentity, resources } = record;
  const found = { eventName, eventSource, readOnly, userIdentity };
  return resources ? { ...found, resources } : found;
}

/** Whether two records have the same attributes. False says nothing. */
export function areAlike(one: Findable, other: Findable): boolean {
  return (
    one.eventName === other.eventName &&
    one.eventSource === other.eventSource &&
    one.readOnly === other.readOnly &&
    // A caller's records share it.
    one.userIdentity === other.userIdentity &&
    haveSameResources(one, other)
  );
}

function haveSameResources({ resources: one = [] }: Findable, { resources: other = [] }: Findable) {
  return (
    one.length === other.length &&
    one.every(
      (each, at) =>
        each === other[at] || (each.ARN === other[at]?.ARN && each.type === other[at]?.type),
    )
  );
}

/** Users by name, sessions by theirs. */
export function userNameOf({ userIdentity }: Findable): string | undefined {
  const { type, userName, principalId = "" } = userIdentity;
  if (type === "Root") return "root";
  if (userName !== undefined) return userName;
  const colon = principalId.indexOf(":");
  return colon < 0 ? undefined : principalId.slice(colon + 1);
}
