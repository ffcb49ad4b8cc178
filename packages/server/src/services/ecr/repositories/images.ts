import type * as ecr from "@aws-sdk/client-ecr";
import { defineOperations, type OperationTable } from "../../../kernel/operations.ts";
import { repositoryOperation } from "../access/repository-access.ts";
import { imageNotFound } from "../errors.ts";

type ImageId = Pick<ecr.ImageIdentifier, "imageDigest" | "imageTag">;

const NOT_FOUND = { failureCode: "ImageNotFound", failureReason: "Requested image not found" };

/**
 * ListImages, DescribeImages, BatchGetImage, BatchDeleteImage of repositories without images:
 * there is no registry here to push them to.
 */
export function imageOperations(): OperationTable {
  const notFound = (imageIds: readonly ImageId[]) =>
    imageIds.map((imageId) => ({ imageId, ...NOT_FOUND })) as ecr.ImageFailure[];
  return defineOperations<typeof ecr>()({
    ListImages: repositoryOperation("ListImages", () => ({ imageIds: [] })),
    DescribeImages: repositoryOperation("DescribeImages", (row, { imageIds }) => {
      const [first] = imageIds ?? [];
      if (first) throw imageNotFound(first, row);
      return { imageDetails: [] };
    }),
    BatchGetImage: repositoryOperation("BatchGetImage", (_row, { imageIds }) => ({
      images: [],
      failures: notFound(imageIds),
    })),
    BatchDeleteImage: repositoryOperation("BatchDeleteImage", (_row, { imageIds }) => ({
      imageIds: [],
      failures: notFound(imageIds),
    })),
  });
}
