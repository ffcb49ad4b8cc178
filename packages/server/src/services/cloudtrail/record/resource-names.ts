import { splitArn } from "../../../kernel/arn.ts";
import type { Authorization } from "../../../kernel/authorization.ts";

/** A resource of a record, as `LookupEvents` shows it. */
export interface RecordedResource {
  readonly ARN: string;
  readonly accountId: string;
  readonly type: string;
}

/** `role/team/app`, `log-group:x`: the type, then the name. */
const KIND = /^([a-z-]+)[/:]./s;

/** The resources that a call was decided on: those that are named whole. */
export function recordedResources(
  authorizations: readonly Authorization[],
  callerAccount: string,
  typePrefixes: ReadonlyMap<string, string>,
): readonly RecordedResource[] {
  const all: RecordedResource[] = [];
  for (const { resource, resourceAccountId } of authorizations) {
    const arn = splitArn(resource);
    if (!arn?.resource || resource.includes("*") || resource.endsWith("/")) continue;
    const { service, accountId: account } = arn;
    // Of ARNs without an account, S3's, the beginning is a bucket's name.
    const [, kind = ""] = (account !== "" && KIND.exec(arn.resource)) || [];
    const prefix = typePrefixes.get(service) ?? `AWS::${service.toUpperCase()}`;
    all.push({
      ARN: resource,
      accountId: account || resourceAccountId || callerAccount,
      type: `${prefix}::${kind === "" ? bucketOrObject(resource) : pascalCase(kind)}`,
    });
  }
  return all.length > 1 ? [...new Map(all.map((each) => [each.ARN, each])).values()] : all;
}

/** The part after the ARN's last separator; of S3's ARNs everything. */
export function resourceName(arn: string): string {
  const { service, resource = "" } = splitArn(arn) ?? {};
  return service === "s3" ? resource : resource.slice(resource.lastIndexOf("/") + 1);
}

/** S3's ARNs name no type. */
function bucketOrObject(arn: string): string {
  return arn.includes("/") ? "Object" : "Bucket";
}

function pascalCase(kind: string): string {
  if (!kind.includes("-")) return kind.charAt(0).toUpperCase() + kind.slice(1);
  return kind.split("-").map(pascalCase).join("");
}
