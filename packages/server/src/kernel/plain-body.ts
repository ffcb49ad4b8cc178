import type { PlainRequest } from "./service.ts";

/** A plain request's body as text; undefined for one that is longer. */
export async function readPlainBody(
  { body }: PlainRequest,
  bytesMax: number,
): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of body) {
    length += chunk.length;
    if (length > bytesMax) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}
