import { dynamicReferencesIn, TemplateError, UNKNOWN, type Value } from "@rolecast/template";

/**
 * Properties that take `{{resolve:ssm-secure:…}}`, by type. Source: CloudFormation user guide,
 * "Resources that support dynamic parameter patterns for secure strings".
 */
const SUPPORTED: ReadonlyMap<string, readonly string[]> = new Map([
  ["AWS::DirectoryService::MicrosoftAD", ["Password"]],
  ["AWS::DirectoryService::SimpleAD", ["Password"]],
  ["AWS::ElastiCache::ReplicationGroup", ["AuthToken"]],
  ["AWS::IAM::User", ["LoginProfile/Password"]],
  ["AWS::KinesisFirehose::DeliveryStream", ["RedshiftDestinationConfiguration/Password"]],
  ["AWS::OpsWorks::App", ["AppSource/Password"]],
  ["AWS::OpsWorks::Stack", ["CustomCookbooksSource/Password", "RdsDbInstances"]],
  ["AWS::RDS::DBCluster", ["MasterUserPassword"]],
  ["AWS::RDS::DBInstance", ["MasterUserPassword"]],
  ["AWS::Redshift::Cluster", ["MasterUserPassword"]],
]);

/** Names with or without a version's number. Source: the same guide, "Reference pattern". */
const KEY = /^[a-zA-Z0-9_./-]+(?::\d+)?$/;

/** Whether a text may have a reference to a parameter. */
export function mayRefer(text: string): boolean {
  return text.includes("resolve:ssm");
}

/** The references to parameters that aren't as AWS's pattern has them: with a label, or spaces. */
export function malformedReferences(properties: Value): readonly string[] {
  return dynamicReferencesIn(properties)
    .filter(({ service, key }) => service !== "secretsmanager" && !isKey(key))
    .map(({ text }) => text);
}

/** A part that isn't known yet fails when its turn comes. */
function isKey(key: string): boolean {
  return KEY.test(key) || key.includes(UNKNOWN);
}

/** @throws TemplateError in AWS's words if there are such references */
export function refuseMalformedReferences(malformed: readonly string[]): void {
  if (malformed.length === 0) return;
  const references = [...new Set(malformed)].join(",");
  throw new TemplateError(
    `Incorrect format is used in the following SSM reference: [${references}]`,
  );
}

/**
 * The properties with secure strings that may not have any, as AWS names them:
 * `AWS::SSM::Parameter/Properties/Value`. Of a list the list's own name is given.
 */
export function unsupportedSecureReferences(type: string, properties: Value): readonly string[] {
  const supported = SUPPORTED.get(type) ?? [];
  return pathsIn(properties, "")
    .filter((path) => !supported.includes(path))
    .map((path) => `${type}/Properties/${path}`);
}

/** @throws TemplateError in AWS's words if there are such properties */
export function refuseSecureReferences(unsupported: readonly string[]): void {
  if (unsupported.length === 0) return;
  const where = unsupported.join(",");
  throw new TemplateError(`SSM Secure reference is not supported in: [${where}]`);
}

function pathsIn(value: Value, path: string): readonly string[] {
  if (typeof value === "string" || Array.isArray(value)) {
    const references = dynamicReferencesIn(value);
    return references.some(({ service }) => service === "ssm-secure") ? [path] : [];
  }
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([name, below]) =>
    pathsIn(below as Value, path === "" ? name : `${path}/${name}`),
  );
}
