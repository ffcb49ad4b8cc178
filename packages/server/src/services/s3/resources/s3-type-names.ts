import type { ResourceTypeSource } from "../../../kernel/resources.ts";

export const s3ResourceTypes: ResourceTypeSource = {
  typeNames: ["AWS::S3::Bucket", "AWS::S3::BucketPolicy"],
  load: async () => (await import("./buckets.ts")).s3Resources,
};
