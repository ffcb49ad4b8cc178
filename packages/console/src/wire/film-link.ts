import { SignatureV4 } from "@smithy/signature-v4";
import type { AwsClients } from "./aws-clients.ts";
import { refusalOf } from "./fetch-signed.ts";

/** A recording by its multivariant playlist. */
export interface FilmPlace {
  readonly bucket: string;
  readonly playlistKey: string;
}

/**
 * A URL that answers a recording as one MP4 file to whoever has it, with the permissions of this
 * key. With `saveAs` browsers save it under that name, else they show it.
 */
export async function filmUrl(
  { s3, region }: AwsClients,
  { bucket, playlistKey }: FilmPlace,
  expiresIn: number,
  saveAs?: string,
): Promise<string> {
  const { protocol, hostname, host, origin } = window.location;
  const signer = new SignatureV4({
    credentials: s3.config.credentials,
    service: "rolecast",
    region,
    sha256: s3.config.sha256,
  });
  const path = "/_rolecast/recording.mp4";
  const name = saveAs === undefined ? {} : { "save-as": saveAs };
  const request = {
    ...{ method: "GET", protocol, hostname, path, headers: { host } },
    query: { bucket, key: playlistKey, ...name },
  };
  const signed = await signer.presign(request, { expiresIn });
  const query = Object.entries(signed.query ?? {}).map(
    ([key, value]) => `${encodeURIComponent(key)}=${encodeURIComponent(String(value))}`,
  );
  return `${origin}${path}?${query.join("&")}`;
}

/** A download may take as long as its film. */
const DOWNLOAD_SECONDS = 6 * 3_600;

/** Saves a recording as a file. @throws the refusal, before the browser begins to save. */
export async function saveFilm(aws: AwsClients, place: FilmPlace, saveAs: string): Promise<void> {
  const url = await filmUrl(aws, place, DOWNLOAD_SECONDS, saveAs);
  const asked = new AbortController();
  const answer = await fetch(url, { signal: asked.signal });
  if (!answer.ok) throw await refusalOf(answer);
  // It can be made: the browser asks again, and saves what comes.
  asked.abort();
  const link = document.createElement("a");
  link.href = url;
  link.download = saveAs;
  link.click();
}
