import type {
  DeleteObjectsOutput,
  GetBucketTaggingOutput,
  ListObjectVersionsOutput,
} from "@aws-sdk/client-s3";
import { AwsError } from "../../../kernel/aws-error.ts";
import type { StepCalls } from "../../../kernel/resource-types/resource-calls.ts";
import type { NativeProvider } from "./custom-type.ts";
import { optional, replaced, required, text } from "./properties.ts";

/** A bucket is emptied only with this tag, so that taking the option back keeps its objects. */
const TAG = "aws-cdk:auto-delete-objects";

/** The CDK's `autoDeleteObjects`: empties a bucket before it is deleted. */
export const autoDeleteObjects: NativeProvider = {
  typeName: "Custom::S3AutoDeleteObjects",
  properties: { BucketName: replaced(required(text)), ServiceTimeout: optional(text) },
  async delete({ BucketName }, calls) {
    const Bucket = String(BucketName);
    if (!(await isTagged(Bucket, calls))) return true;
    const listed = await calls.invoke<ListObjectVersionsOutput>("s3", "ListObjectVersions", {
      Bucket,
    });
    const { Versions = [], DeleteMarkers = [], IsTruncated } = listed;
    const Objects = [...Versions, ...DeleteMarkers].map(({ Key, VersionId }) => ({
      Key,
      VersionId,
    }));
    if (Objects.length === 0) return true;
    const Delete = { Objects, Quiet: true };
    const { Errors = [] } = await calls.invoke<DeleteObjectsOutput>("s3", "DeleteObjects", {
      Bucket,
      Delete,
    });
    const [refused] = Errors;
    if (refused) throw new AwsError(refused.Code ?? "", refused.Message ?? "", { status: 403 });
    return IsTruncated !== true;
  },
};

async function isTagged(Bucket: string, calls: StepCalls): Promise<boolean> {
  try {
    const { TagSet = [] } = await calls.invoke<GetBucketTaggingOutput>("s3", "GetBucketTagging", {
      Bucket,
    });
    return TagSet.some(({ Key, Value }) => Key === TAG && Value === "true");
  } catch (error) {
    if (!(error instanceof AwsError) || !/^NoSuch/.test(error.code)) throw error;
    return false;
  }
}
