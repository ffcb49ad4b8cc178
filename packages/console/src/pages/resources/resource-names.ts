import { placeOf } from "../../routing/hash-route.ts";

/** `channel/AbCdEf` of an ARN; other identifiers as they are. */
export function shortId(id: string): string {
  const parts = id.split(":");
  return parts[0] === "arn" && parts.length > 5 ? parts.slice(5).join(":") : id;
}

export function placeOfResource(type: string, id: string): string {
  return placeOf("/resources/:type/:id", { type, id });
}
