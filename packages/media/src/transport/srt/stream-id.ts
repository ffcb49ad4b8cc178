import { SrtRejection } from "./reject-reason.ts";

/** Beginning of a structured stream id (libsrt, "SRT Access Control"). */
const STRUCTURED = "#!::";

/**
 * The name to publish, as it is or as the resource of a structured id: `#!::r=<name>,m=publish`.
 * Throws SrtRejection for another mode than publishing.
 */
export function nameOfStreamId(streamId: string): string {
  if (!streamId.startsWith(STRUCTURED)) {
    return streamId;
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
  return members.get("r") ?? "";
}
