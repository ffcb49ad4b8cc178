/** An operation with its input. */
type Ask = readonly [service: string, operation: string, input: object];

/** How a service lists a resource's tags, and removes one. */
export interface TagAccess {
  readonly list: Ask;
  untag(key: string): Ask;
}

interface Named {
  readonly id: string;
  readonly arn: string;
  readonly accountId: string;
}

/** The tag operations of a type's resource; undefined where the table lacks the type. */
export function tagAccess(typeName: string, { id, arn, accountId }: Named): TagAccess | undefined {
  const [, namespace = "", name = ""] = typeName.split("::");
  const iam = (noun: string, input: object): TagAccess => ({
    list: ["iam", `List${noun}Tags`, input],
    untag: (key) => ["iam", `Untag${noun}`, { ...input, TagKeys: [key] }],
  });
  const byArn = (service: string, member: string, keys: string, of = arn): TagAccess => ({
    list: [service, "ListTagsForResource", { [member]: of }],
    untag: (key) => [service, "UntagResource", { [member]: of, [keys]: [key] }],
  });
  switch (namespace) {
    case "IVS":
      return byArn(REAL_TIME.includes(name) ? "ivs-realtime" : "ivs", "resourceArn", "tagKeys");
    case "IVSChat":
      return byArn("ivschat", "resourceArn", "tagKeys");
    case "AccessAnalyzer":
      return byArn("accessanalyzer", "resourceArn", "tagKeys");
    case "ECR":
      return byArn("ecr", "resourceArn", "tagKeys");
    case "Events":
      return byArn("events", "ResourceARN", "TagKeys");
    case "CloudWatch":
      if (name !== "Dashboard") return byArn("cloudwatch", "ResourceARN", "TagKeys");
      return byArn(
        ...(["cloudwatch", "ResourceARN", "TagKeys"] as const),
        `arn:aws:cloudwatch::${accountId}:dashboard/${id}`,
      );
    case "Organizations":
      return byArn("organizations", "ResourceId", "TagKeys", id);
    case "SSM": {
      const on = { ResourceType: "Parameter", ResourceId: id };
      return {
        list: ["ssm", "ListTagsForResource", on],
        untag: (key) => ["ssm", "RemoveTagsFromResource", { ...on, TagKeys: [key] }],
      };
    }
    case "S3":
      return {
        list: ["s3", "GetBucketTagging", { Bucket: id }],
        untag: () => ["s3", "DeleteBucketTagging", { Bucket: id }],
      };
    case "KMS":
      return {
        list: ["kms", "ListResourceTags", { KeyId: id }],
        untag: (key) => ["kms", "UntagResource", { KeyId: id, TagKeys: [key] }],
      };
    case "CloudTrail":
      return {
        list: ["cloudtrail", "ListTags", { ResourceIdList: [arn] }],
        untag: (Key) => ["cloudtrail", "RemoveTags", { ResourceId: arn, TagsList: [{ Key }] }],
      };
    case "IAM":
      switch (name) {
        case "Role":
        case "User":
          return iam(name, { [`${name}Name`]: id });
        case "OIDCProvider":
          return iam("OpenIDConnectProvider", { OpenIDConnectProviderArn: arn });
        case "SAMLProvider":
          return iam("SAMLProvider", { SAMLProviderArn: arn });
        case "ServerCertificate":
          return iam("ServerCertificate", { ServerCertificateName: id });
        case "VirtualMFADevice":
          return iam("MFADevice", { SerialNumber: id });
      }
  }
  return undefined;
}

const REAL_TIME = [
  ...["EncoderConfiguration", "IngestConfiguration", "PublicKey", "Stage", "StorageConfiguration"],
];

/** All keys of tags that an answer has, in whichever form. */
export function tagKeysIn(answer: unknown): readonly string[] {
  if (Array.isArray(answer)) return answer.flatMap(tagKeysIn);
  if (typeof answer !== "object" || answer === null) return [];
  const { Key, TagKey } = answer as Readonly<Record<string, unknown>>;
  const key = Key ?? TagKey;
  if (typeof key === "string") return [key];
  return Object.entries(answer).flatMap(([name, value]) =>
    name === "tags" && !Array.isArray(value) ? Object.keys(value as object) : tagKeysIn(value),
  );
}
