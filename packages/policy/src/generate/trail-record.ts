import { canNameResource } from "../advise/arn-overlap.ts";
import { type AuthorizationData, actionNamed } from "../advise/authorization-data.ts";
import { ownValue } from "../own-value.ts";
import { patternFor } from "./generalise.ts";
import type { RecordedCall } from "./generate-policy.ts";
import { S3_EVENT_ACTIONS } from "./s3-event-actions.ts";

/** A record of CloudTrail, as its files and LookupEvents have it, as far as it is read here. */
export interface TrailRecord {
  readonly eventSource: string;
  readonly eventName: string;
  /** Left out, or `AwsApiCall`, of a call; `AwsServiceEvent` of what a service did by itself. */
  readonly eventType?: string;
  /** ISO 8601. */
  readonly eventTime?: string;
  readonly awsRegion?: string;
  readonly recipientAccountId?: string;
  readonly errorCode?: string;
  readonly requestParameters?: Readonly<Record<string, unknown>> | null;
  readonly resources?: readonly { readonly ARN?: string; readonly ARNPrefix?: string }[];
  readonly userIdentity?: {
    readonly type?: string;
    readonly arn?: string;
    readonly accountId?: string;
    readonly sessionContext?: { readonly sessionIssuer?: { readonly arn?: string } };
  };
}

/** Permissions that one recorded call needed, and whose. */
export interface TrailCall extends RecordedCall {
  principalArn: string;
  allowed: boolean;
}

/** Prefixes of actions of services whose event source has another name. */
const PREFIXES: Readonly<Record<string, string>> = {
  email: "ses",
  monitoring: "cloudwatch",
  tagging: "tag",
};

const DENIED = /AccessDenied|Unauthorized|NotAuthorized|^Forbidden$/;
const ROLE_ARN = /^arn:aws[^:]*:iam::\d{12}:role\/./;
const ARN = /^arn:aws[^:]*:/;

/**
 * Finds the permissions that a recorded call needed. Trails name calls, not the actions and
 * resources that were decided on: the action is the one of the call's name (S3's by its own list),
 * the resource what the record names, else all of the type. `iam:PassRole`, which is in no record,
 * is needed for a role that a call's parameters name. Empty if AWS lists no such action, or an AWS
 * service called for itself.
 */
export function callsOfTrailRecord(
  record: TrailRecord,
  data: AuthorizationData,
): readonly TrailCall[] {
  const principalArn =
    record.userIdentity?.sessionContext?.sessionIssuer?.arn ?? record.userIdentity?.arn;
  const source = record.eventSource.replace(/\.amazonaws\.com$/, "");
  const prefix = ownValue(PREFIXES, source) ?? source;
  const service = ownValue(data.services, prefix);
  const name =
    (prefix === "s3" && ownValue(S3_EVENT_ACTIONS, record.eventName)) || record.eventName;
  const action = service && actionNamed(service, name);
  if (principalArn === undefined || !service || !action) {
    return [];
  }
  const templates = action.resources.flatMap((type) => ownValue(service.resources, type) ?? []);
  const shared = {
    principalArn,
    allowed: !DENIED.test(record.errorCode ?? ""),
    operation: `${prefix}:${record.eventName}`,
  };
  const linked = stringIn(record.requestParameters, "aWSServiceName");
  const context = new Map(linked === undefined ? [] : [["iam:awsservicename", linked]]);
  const own = resourcesOf(record, templates).map(({ resource, isPattern }) => ({
    ...{ action: `${prefix}:${action.name}`, resource, isPattern, context },
    ...shared,
  }));
  const passed = prefix === "iam" || prefix === "sts" ? [] : rolesIn(record.requestParameters);
  const passes = passed.map((resource) => ({ action: "iam:PassRole", resource, ...shared }));
  const reads = copySources(record).map((resource) => ({
    ...{ action: "s3:GetObject", resource },
    ...shared,
  }));
  const policies = action.name === "CreateServiceLinkedRole" ? rolesPolicy(own) : [];
  return [...own, ...passes, ...reads, ...policies];
}

/** The object that a copy reads. */
function copySources({ requestParameters }: TrailRecord): readonly string[] {
  const source = stringIn(requestParameters, "x-amz-copy-source");
  if (source === undefined || ARN.test(source)) {
    return source === undefined ? [] : [source];
  }
  const key = source.replace(/^\//, "").replace(/\?versionId=.*$/, "");
  return [`arn:aws:s3:::${decodedKey(key)}`];
}

/** Keys are percent-encoded in the header; one that isn't is taken as it is. */
function decodedKey(key: string): string {
  try {
    return decodeURIComponent(key);
  } catch {
    return key;
  }
}

/** IAM gives a new linked role its policy as the caller, without a record of its own. */
function rolesPolicy(own: readonly TrailCall[]): readonly TrailCall[] {
  return ["iam:AttachRolePolicy", "iam:PutRolePolicy"].flatMap((action) =>
    own.map((call) => ({ ...call, action, context: undefined })),
  );
}

interface Named {
  readonly resource: string;
  readonly isPattern: boolean;
}

/** The record's resources that the action can be about; a pattern where none is named. */
function resourcesOf(record: TrailRecord, templates: readonly string[]): readonly Named[] {
  if (templates.length === 0) {
    return [{ resource: "*", isPattern: false }];
  }
  const fits = (arn: string) => templates.some((template) => canNameResource(arn, template));
  const listed = (record.resources ?? []).flatMap(({ ARN: arn, ARNPrefix: start }): Named[] => {
    if (arn !== undefined) return [{ resource: arn, isPattern: false }];
    return start === undefined
      ? []
      : [{ resource: `${patternFor(start, "exact")}*`, isPattern: true }];
  });
  const given = Object.values(record.requestParameters ?? {})
    .filter((value) => typeof value === "string" && ARN.test(value))
    .map((resource) => ({ resource: String(resource), isPattern: false }));
  for (const named of [listed, given]) {
    const fitting = named.filter(({ resource }) => fits(resource));
    if (fitting.length > 0) {
      return fitting;
    }
  }
  const filled = templates.map((template) => filledIn(template, record));
  const whole = filled.filter(({ isPattern }) => !isPattern);
  return whole.length > 0 ? whole : filled;
}

/** An ARN by its template, with the request's parameters; what they don't say is a star. */
function filledIn(template: string, record: TrailRecord): Named {
  let isPattern = false;
  const resource = template.replace(/\$\{([^}]*)\}/g, (_, placeholder: string) => {
    const value = valueFor(placeholder, record);
    isPattern ||= value === undefined;
    return value ?? "*";
  });
  return { resource, isPattern };
}

function valueFor(placeholder: string, record: TrailRecord): string | undefined {
  const { requestParameters, awsRegion, recipientAccountId, userIdentity } = record;
  switch (placeholder) {
    case "Partition":
      return "aws";
    case "Region":
      return awsRegion;
    case "Account":
      return recipientAccountId ?? userIdentity?.accountId;
    case "ObjectName":
      return stringIn(requestParameters, "key");
    default: {
      const name = placeholder.replace(/WithPath$/, "");
      const found =
        stringIn(requestParameters, name) ??
        stringIn(requestParameters, name.replace(/(?:Name|Id)$/, ""));
      const path = placeholder === name ? undefined : stringIn(requestParameters, "path");
      return found === undefined ? undefined : `${path?.slice(1) ?? ""}${found}`;
    }
  }
}

/** A parameter by its name in any case. */
function stringIn(parameters: TrailRecord["requestParameters"], name: string): string | undefined {
  const wanted = name.toLowerCase();
  const found = Object.entries(parameters ?? {}).find(([key]) => key.toLowerCase() === wanted)?.[1];
  return typeof found === "string" ? found : undefined;
}

/** The roles that parameters name, at any depth. */
function rolesIn(value: unknown): readonly string[] {
  if (typeof value === "string") {
    return ROLE_ARN.test(value) ? [value] : [];
  }
  const parts = typeof value === "object" && value !== null ? Object.values(value) : [];
  return [...new Set(parts.flatMap(rolesIn))];
}
