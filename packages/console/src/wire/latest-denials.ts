import type { AwsClients } from "./aws-clients.ts";
import { keptItems } from "./kept-items.ts";

/**
 * The authorization ids of the account's latest denials, by the ids of their requests, without
 * waiting for more. Empty for a key that may not read decisions.
 */
export async function denialIdsByRequest(aws: AwsClients): Promise<ReadonlyMap<string, string>> {
  const decisions = await latestDecisions(aws).catch(() => []);
  return new Map(
    decisions.map((item) => {
      const { requestId, authorizationId } = item as Readonly<Record<string, unknown>>;
      return [String(requestId), String(authorizationId)];
    }),
  );
}

/** The account's latest decisions as the feed has them. Rejects with the server's refusal. */
export function latestDecisions(aws: AwsClients): Promise<readonly unknown[]> {
  return keptItems(aws, "/_rolecast/decisions");
}
