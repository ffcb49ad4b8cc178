import { sign } from "../../test/support/signed-request.ts";
import { ROOT } from "../../test/support/test-server.ts";
import type { Node } from "./node.ts";

export interface ListedVersion {
  readonly key: string;
  readonly id: string;
  readonly isMarker: boolean;
}

/** A bucket's versions and delete markers, each key's newest first: the SDK parts the two. */
export async function listVersions(at: Node, bucket: string): Promise<readonly ListedVersion[]> {
  const raw = { method: "GET", path: `/${bucket}`, query: { versions: "" } };
  const headers = await sign(at.endpoint, raw, { service: "s3", key: ROOT });
  const response = await fetch(`${at.endpoint}${raw.path}?versions=`, { headers });
  const text = await response.text();
  if (!response.ok || text.includes("<IsTruncated>true")) throw new Error(text);
  const versions = text.matchAll(/<(Version|DeleteMarker)>(.*?)<\/\1>/gs);
  return [...versions].map(([, kind = "", members = ""]) => ({
    key: /<Key>(.*?)<\/Key>/.exec(members)?.[1] ?? "",
    id: /<VersionId>(.*?)<\/VersionId>/.exec(members)?.[1] ?? "",
    isMarker: kind === "DeleteMarker",
  }));
}
