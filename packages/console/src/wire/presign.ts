import { GetObjectCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
import { inBackground } from "../shared/in-background.ts";
import type { AwsClients } from "./aws-clients.ts";

/** Long enough to watch a film that was opened; a link for others has its own. */
export const WATCHING_SECONDS = 6 * 3_600;

export interface ObjectPlace {
  readonly bucket: string;
  readonly key: string;
  /** Left out: the latest. */
  readonly versionId?: string;
}

/** How the answer to a URL differs from the object. */
interface Shown {
  /** Makes the browser save the object under this name instead of showing it. */
  readonly saveAs?: string;
  /** The type that the browser takes it for; left out: the object's own. */
  readonly type?: string;
}

/** A URL that reads an object without further credentials. */
export function presignedUrl(
  { s3Presigner }: AwsClients,
  { bucket, key, versionId }: ObjectPlace,
  expiresIn: number,
  { saveAs, type }: Shown = {},
): Promise<string> {
  const shownType = type === undefined ? {} : { ResponseContentType: type };
  const disposition =
    saveAs === undefined
      ? {}
      : {
          ResponseContentDisposition: `attachment; filename*=UTF-8''${encodeURIComponent(saveAs)}`,
        };
  const version = versionId === undefined ? {} : { VersionId: versionId };
  const input = { Bucket: bucket, Key: key, ...version, ...disposition, ...shownType };
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
export function download(aws: AwsClients, place: ObjectPlace): void {
  inBackground("The download didn't begin", followDownload(aws, place));
}

async function followDownload(aws: AwsClients, place: ObjectPlace): Promise<void> {
  const name = place.key.split("/").at(-1) ?? place.key;
  const link = document.createElement("a");
  link.href = await presignedUrl(aws, place, WATCHING_SECONDS, { saveAs: name });
  link.download = name;
  link.click();
}
