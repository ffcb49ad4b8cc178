import type { JsonObject } from "../document/json-node.ts";
import { isPartition } from "./partitions.ts";
import type { Problem } from "./policy-finding.ts";
import { statementsOf, stringsOf } from "./statement-node.ts";

/** Resource and NotResource are ARN patterns whose service and partition are spelled out. */
export function* checkResources(root: JsonObject): Iterable<Problem> {
  for (const statement of statementsOf(root)) {
    for (const { value, start, end } of stringsOf(statement, ["Resource", "NotResource"])) {
      const message = value === "*" ? undefined : problemOf(value);
      if (message !== undefined) {
        yield { message, start, end };
      }
    }
  }
}

function problemOf(resource: string): string | undefined {
  const [arn, partition = "*", vendor = "*", region = "*", account = "*", ...rest] =
    resource.split(":");
  const path = rest.length === 0 ? "*" : rest.join(":");
  // When AWS complains about a partition, it takes any text before the first colon for "arn".
  if (resource.includes(":") && !isPartition(partition)) {
    const whole = ["arn", partition, vendor, region, account, path].join(":");
    return `Partition "${partition}" is not valid for resource "${whole}".`;
  }
  if (arn !== "arn" || resource === "arn") {
    return `Resource ${resource} must be in ARN format or "*".`;
  }
  if (resource.split(":").length < 3 || /[*?]/.test(vendor)) {
    return "Resource vendor must be fully qualified and cannot contain regexes.";
  }
  return vendorProblem(vendor, region, path, resource);
}

function vendorProblem(
  vendor: string,
  region: string,
  path: string,
  resource: string,
): string | undefined {
  if (vendor === "iam") {
    if (region !== "" && region !== "*") {
      return `IAM resource ${resource} cannot contain region information.`;
    }
    return IAM_PATHS.some((start) => path.startsWith(start)) || IAM_WHOLE.has(path)
      ? undefined
      : IAM_PATH_PROBLEM;
  }
  if (vendor === "s3" && region !== "" && region !== "*") {
    return REGIONAL_S3.some((start) => path.startsWith(start))
      ? undefined
      : `Resource ${resource} can not contain region information.`;
  }
  return undefined;
}

/** Access points, access grants and their like are regional; buckets and objects are not. */
const REGIONAL_S3 = ["accesspoint", "access-grants", "job/", "storage-lens", "async-request/"];

const IAM_PATHS = [
  "user/",
  "federated-user/",
  "role/",
  "group/",
  "instance-profile/",
  "mfa/",
  "server-certificate/",
  "policy/",
  "sms-mfa/",
  "saml-provider/",
  "oidc-provider/",
  "report/",
  "access-report/",
];

/** AWS's own managed policies name the root user. */
const IAM_WHOLE: ReadonlySet<string> = new Set(["*", "root"]);

const IAM_PATH_PROBLEM =
  'IAM resource path must either be "*", root, or start with user/, federated-user/, role/, group/, ' +
  "instance-profile/, mfa/, server-certificate/, policy/, sms-mfa/, saml-provider/, " +
  "oidc-provider/, report/, access-report/.";
