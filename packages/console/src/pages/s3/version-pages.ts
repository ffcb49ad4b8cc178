import {
  ListObjectVersionsCommand,
  type ListObjectVersionsCommandInput,
  type ListObjectVersionsCommandOutput,
  type S3Client,
} from "@aws-sdk/client-s3";

/** The pages of ListObjectVersions, for which the SDK has no paginator. */
export async function* versionPages(
  s3: S3Client,
  input: ListObjectVersionsCommandInput,
): AsyncIterable<ListObjectVersionsCommandOutput> {
  let next: ListObjectVersionsCommandInput | undefined = input;
  while (next) {
    const page: ListObjectVersionsCommandOutput = await s3.send(
      new ListObjectVersionsCommand(next),
    );
    yield page;
    const { NextKeyMarker: KeyMarker, NextVersionIdMarker: VersionIdMarker } = page;
    next = page.IsTruncated ? { ...input, KeyMarker, VersionIdMarker } : undefined;
  }
}
