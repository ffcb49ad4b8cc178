import type { Kysely } from "kysely";
import type { NodePlaces } from "../../../kernel/ports/node-places.ts";
import { findNodeUrl } from "../rows/nodes.ts";
import type { IvsTables } from "../tables.ts";
import { asPlain, type HandedOnRequests, toHandOn } from "./handed-on-requests.ts";
import type { OwnedStreams } from "./owned-streams.ts";
import { streamUnavailable } from "./peer-calls.ts";
import { PeerStreams } from "./peer-streams.ts";
import type { StreamDirectory } from "./stream-directory.ts";

interface Nodes {
  readonly node: { readonly id: string; readonly folderId: string };
  readonly directory: Pick<StreamDirectory, "nodeOf">;
  readonly handedOn: HandedOnRequests;
}

/** The nodes of the shared database for other services. */
export function nodePlacesOf(
  { node, directory, handedOn }: Nodes,
  db: Kysely<IvsTables>,
): NodePlaces {
  const urlOf = (nodeId: string) => findNodeUrl(db, nodeId, node.id);
  const streamsOf = async (nodeId: string): Promise<OwnedStreams> => {
    const streams = await directory.nodeOf(nodeId);
    if (!streams) throw streamUnavailable("its node has gone");
    return streams;
  };
  const provenStreamsOf = async (nodeId: string): Promise<PeerStreams> => {
    const streams = await streamsOf(nodeId);
    if (!(streams instanceof PeerStreams)) throw streamUnavailable("its node is this one");
    // A call that costs nothing: its answer is signed. The address may be another one by now.
    await streams.viewerCounts([]);
    return streams;
  };
  return {
    get id() {
      return node.id;
    },
    folderId: node.folderId,
    urlOf,
    async provenUrl(nodeId) {
      return (await provenStreamsOf(nodeId)).url;
    },
    async handOn(nodeId, request, body) {
      const handed = toHandOn(request, body);
      if (!handed) throw streamUnavailable("it is changing hands");
      return asPlain(await (await provenStreamsOf(nodeId)).handOn(handed));
    },
    async handOnEncoder(nodeId, { protocol, name, secure, remoteAddress }) {
      const streams = await provenStreamsOf(nodeId);
      const place = await streams.expectEncoder({ protocol, name, secure, remoteAddress });
      if (!place) throw streamUnavailable("its node takes no new publishers now");
      return { ...place, host: new URL(streams.url).hostname.replace(/^\[|\]$/g, "") };
    },
    answerHandedOn: (answerer) => handedOn.add(answerer),
  };
}
