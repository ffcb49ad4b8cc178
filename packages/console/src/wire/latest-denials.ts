import type { AwsClients } from "./aws-clients.ts";
import { fetchSigned, refusalOf } from "./fetch-signed.ts";
import { feedItems } from "./follow-feed.ts";

/**
 * The authorization ids of the account's latest denials, by the ids of their requests, without
 * waiting for more. Empty for a key that may not read decisions.
 */
export async function denialIdsByRequest(aws: AwsClients): Promise<ReadonlyMap<string, string>> {
  const response = await readDecisions(aws);
  const ids = new Map<string, string>();
  if (!response.ok) return ids;
  for (const item of feedItems(await response.text())) {
    const { requestId, authorizationId } = item as Readonly<Record<string, unknown>>;
    ids.set(String(requestId), String(authorizationId));
  }
  return ids;
}

/** The account's latest decisions as the feed has them. Rejects with the server's refusal. */
export async function latestDecisions(aws: AwsClients): Promise<readonly unknown[]> {
  const response = await readDecisions(aws);
  if (!response.ok) throw await refusalOf(response);
  return feedItems(await response.text());
}

function readDecisions(aws: AwsClients): Promise<Response> {
  const path = "/_rolecast/decisions";
  return fetchSigned(aws, { path, query: { follow: "false" }, service: "rolecast" });
}
