import type { ChannelSummary, StreamSummary } from "@aws-sdk/client-ivs";
import type { Connection } from "./connection.ts";

/** The most that AWS gives in one page. */
const PAGE_MAX = 100;

/** The channels of the Region. */
export async function listChannels(connection: Connection): Promise<readonly ChannelSummary[]> {
  const { paginateListChannels } = await import("@aws-sdk/client-ivs");
  const client = await connection.ivs();
  const found: ChannelSummary[] = [];
  for await (const page of paginateListChannels({ client, pageSize: PAGE_MAX }, {}))
    found.push(...(page.channels ?? []));
  return found;
}

/** The live streams; a key that may not list them gets the server's words instead. */
export async function listLiveStreams(connection: Connection): Promise<{
  readonly streams: readonly StreamSummary[];
  readonly refusal?: string;
}> {
  const { AccessDeniedException, paginateListStreams } = await import("@aws-sdk/client-ivs");
  const client = await connection.ivs();
  const streams: StreamSummary[] = [];
  try {
    for await (const page of paginateListStreams({ client, pageSize: PAGE_MAX }, {}))
      streams.push(...(page.streams ?? []));
    return { streams };
  } catch (error) {
    if (!(error instanceof AccessDeniedException)) throw error;
    return { streams, refusal: error.message };
  }
}
