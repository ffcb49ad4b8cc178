import type { Authorization } from "../../../kernel/operations.ts";

/** A resource of a record, as `LookupEvents` shows it. */
export interface RecordedResource {
  readonly ARN: string;
  readonly accountId: string;
  readonly type: string;
}

/** `arn:aws:iam::123456789012:role/team/app`: service, then type and name. */
const ARN = /^arn:[^:]+:([^:]+):[^:]*:(\d*):(?:([a-z-]+)[/:])?(.+)$/;

/** The resources that a call was decided on: those that are named whole. */
export function recordedResources(
  authorizations: readonly Authorization[],
  callerAccount: string,
  typePrefixes: ReadonlyMap<string, string>,
): readonly RecordedResource[] {
  const byArn = new Map<string, RecordedResource>();
  for (const { resource, resourceAccountId } of authorizations) {
    const [, service = "", account, kind = ""] = ARN.exec(resource) ?? [];
    if (service === "" || resource.includes("*") || resource.endsWith("/")) continue;
    const prefix = typePrefixes.get(service) ?? `AWS::${service.toUpperCase()}`;
    byArn.set(resource, {
      ARN: resource,
      accountId: account || resourceAccountId || callerAccount,
      type: `${prefix}::${kind === "" ? bucketOrObject(resource) : pascalCase(kind)}`,
    });
  }
  return [...byArn.values()];
}

/** What is behind the ARN's last separator; of S3's ARNs everything. */
export function resourceName(arn: string): string {
  const [, , , , , name = ""] = arn.split(":");
  return arn.startsWith("arn:aws:s3:::") ? name : name.slice(name.lastIndexOf("/") + 1);
}

/** S3's ARNs name no type. */
function bucketOrObject(arn: string): string {
  return arn.includes("/") ? "Object" : "Bucket";
}

function pascalCase(kind: string): string {
  if (!kind.includes("-")) return kind.charAt(0).toUpperCase() + kind.slice(1);
  return kind.split("-").map(pascalCase).join("");
}
