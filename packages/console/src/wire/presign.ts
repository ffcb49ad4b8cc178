import { GetObjectCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
import type { AwsClients } from "./aws-clients.ts";

/** Long enough to watch a film that was opened; a link for others has its own. */
export const WATCHING_SECONDS = 6 * 3_600;

export interface ObjectPlace {
  readonly bucket: string;
  readonly key: string;
  /** Left out: the latest. */
  readonly versionId?: string;
}

/** A URL that reads an object without further credentials. */
export function presignedUrl(
  { s3Presigner }: AwsClients,
  { bucket, key, versionId }: ObjectPlace,
  expiresIn: number,
  /** Makes the browser save the object under this name instead of showing it. */
  saveAs?: string,
): Promise<string> {
  const disposition =
    saveAs === undefined
      ? {}
      : {
          ResponseContentDisposition: `attachment; filename*=UTF-8''${encodeURIComponent(saveAs)}`,
        };
  const version = versionId === undefined ? {} : { VersionId: versionId };
  const input = { Bucket: bucket, Key: key, ...version, ...disposition };
  const command = new GetObjectCommand(input);
  return getSignedUrl(s3Presigner, command, { expiresIn });
}

/** A URL that writes an object: what a form with progress sends to. */
export function presignedPutUrl(
  { s3Presigner }: AwsClients,
  { bucket, key }: ObjectPlace,
  contentType: string,
  expiresIn: number,
): Promise<string> {
  const command = new PutObjectCommand({ Bucket: bucket, Key: key, ContentType: contentType });
  const signableHeaders = new Set(["content-type"]);
  return getSignedUrl(s3Presigner, command, { expiresIn, signableHeaders });
}

/** Saves an object as a file. */
export async function download(aws: AwsClients, place: ObjectPlace): Promise<void> {
  const name = place.key.split("/").at(-1) ?? place.key;
  const link = document.createElement("a");
  link.href = await presignedUrl(aws, place, WATCHING_SECONDS, name);
  link.download = name;
  link.click();
}
