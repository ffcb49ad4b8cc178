import type { PolicyKind } from "../../shared/json-editor.tsx";
import { ownValue } from "../../shared/own-value.ts";
import type { Properties } from "./cloud-control.ts";

/** The property of a type that is the policy on the resource, and how its text is checked. */
const POLICIES: Readonly<Record<string, readonly [property: string, kind: PolicyKind]>> = {
  "AWS::ECR::Repository": ["RepositoryPolicyText", "key"],
  "AWS::Events::EventBus": ["Policy", "key"],
  "AWS::IAM::Role": ["AssumeRolePolicyDocument", "trust"],
  "AWS::IAM::ServiceLinkedRole": ["AssumeRolePolicyDocument", "trust"],
  "AWS::KMS::Key": ["KeyPolicy", "key"],
  "AWS::KMS::ReplicaKey": ["KeyPolicy", "key"],
  "AWS::Organizations::ResourcePolicy": ["Content", "key"],
  "AWS::S3::BucketPolicy": ["PolicyDocument", "bucket"],
};

/** Values that are shown when somebody asks for them. */
const SECRETS: Readonly<Record<string, readonly string[]>> = {
  "AWS::IVS::StreamKey": ["Value"],
  "AWS::SSM::Parameter": ["Value"],
};

export interface ResourcePolicy {
  readonly text: string;
  readonly kind: PolicyKind;
}

/** The policy that is among a resource's properties; undefined if there is none. */
export function policyOf(type: string, properties: Properties): ResourcePolicy | undefined {
  const [property = "", kind = "key"] = ownValue(POLICIES, type) ?? [];
  const document = ownValue(properties, property);
  if (document === undefined) return undefined;
  return { text: JSON.stringify(document, null, 2), kind };
}

/** Tags, which types have as a list of Key and Value or as a map. */
export function tagsOfResource({ Tags = [] }: Properties): readonly (readonly [string, string])[] {
  if (Array.isArray(Tags)) {
    return Tags.map(({ Key, Value }: Readonly<Record<string, unknown>>) => [
      String(Key),
      String(Value ?? ""),
    ]);
  }
  return Object.entries(Object(Tags)).map(([key, value]) => [key, String(value)]);
}

export interface ShownProperty {
  readonly name: string;
  readonly text: string;
  /** JSON, on lines of its own. */
  readonly isDocument: boolean;
  readonly isSecret: boolean;
}

/** The properties that are neither tags nor the policy; short values first. */
export function shownProperties(type: string, properties: Properties): readonly ShownProperty[] {
  const elsewhere = ["Tags", ownValue(POLICIES, type)?.[0]];
  const shown = Object.entries(properties)
    .filter(([name]) => !elsewhere.includes(name))
    .map(([name, value]): ShownProperty => {
      const isSecret = ownValue(SECRETS, type)?.includes(name) === true;
      const read = typeof value === "string" && !isSecret ? documentIn(value) : value;
      const isDocument = typeof read === "object" && read !== null;
      const text = isDocument ? JSON.stringify(read, null, 2) : String(read);
      return { name, text, isDocument, isSecret };
    });
  return shown.toSorted((one, other) => Number(one.isDocument) - Number(other.isDocument));
}

/** Some types have documents as text: a dashboard's body. */
function documentIn(text: string): unknown {
  if (!/^\s*[[{]/.test(text)) return text;
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return text;
    throw error;
  }
}

/** The resource's ARN; that of a bucket's policy is the bucket's. */
export function arnOf(type: string, id: string, properties: Properties): string | undefined {
  if (type === "AWS::S3::BucketPolicy") return `arn:aws:s3:::${id}`;
  const arn = ["Arn", "PolicyArn", "ServerCertificateArn", "SerialNumber"]
    .map((name) => ownValue(properties, name))
    .find((value) => typeof value === "string" && value.startsWith("arn:"));
  return typeof arn === "string" ? arn : id.startsWith("arn:") ? id : undefined;
}
