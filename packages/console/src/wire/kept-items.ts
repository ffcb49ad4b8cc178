import type { AwsClients } from "./aws-clients.ts";
import { fetchSigned, refusalOf } from "./fetch-signed.ts";
import { feedItems } from "./follow-feed.ts";

/**
 * The items that the server keeps of a feed, without waiting for more. Rejects with the server's
 * refusal.
 */
export async function keptItems(aws: AwsClients, path: string): Promise<readonly unknown[]> {
  const query = { follow: "false" };
  const response = await fetchSigned(aws, { path, query, service: "rolecast" });
  if (!response.ok) throw await refusalOf(response);
  return feedItems(await response.text());
}
