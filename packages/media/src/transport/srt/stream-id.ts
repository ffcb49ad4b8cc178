import { type PublishName, parsePublishName } from "../../ingest/publish-name.ts";
import { SrtRejection } from "./reject-reason.ts";

/** What a structured stream id begins with (libsrt, "SRT Access Control"). */
const STRUCTURED = "#!::";

/**
 * The stream key, as it is or as the resource of a structured id: `#!::r=<key>,m=publish`. Throws SrtRejection for
 * another mode than publishing, MediaError `refused` for a malformed name.
 */
export function parseStreamId(streamId: string): PublishName {
  if (!streamId.startsWith(STRUCTURED)) {
    return parsePublishName(streamId);
  }
  const members = new Map(
    streamId
      .slice(STRUCTURED.length)
      .split(",")
      .map((member): readonly [string, string] => {
        const mark = member.indexOf("=");
        return [member.slice(0, mark), member.slice(mark + 1)];
      }),
  );
  if ((members.get("m") ?? "publish") !== "publish") {
    throw new SrtRejection("badMode", "only publishing is spoken here: leave m out, or m=publish");
  }
  return parsePublishName(members.get("r") ?? "");
}
