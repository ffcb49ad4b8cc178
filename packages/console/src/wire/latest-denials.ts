import type { AwsClients } from "./aws-clients.ts";
import { fetchSigned } from "./fetch-signed.ts";
import { feedItems } from "./follow-feed.ts";

/**
 * The authorization ids of the account's latest denials, by the ids of their requests, without
 * waiting for more. Empty for a key that may not read decisions.
 */
export async function denialIdsByRequest(aws: AwsClients): Promise<ReadonlyMap<string, string>> {
  const path = "/_rolecast/decisions";
  const response = await fetchSigned(aws, {
    path,
    query: { follow: "false" },
    service: "rolecast",
  });
  const ids = new Map<string, string>();
  if (!response.ok) return ids;
  for (const item of feedItems(await response.text())) {
    const { requestId, authorizationId } = item as Readonly<Record<string, unknown>>;
    ids.set(String(requestId), String(authorizationId));
  }
  return ids;
}
