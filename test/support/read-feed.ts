const WITHIN_MS = 45_000;

/**
 * Reads a feed until `text` is in it; left out, until the feed ends. It is closed after that.
 */
export async function readFeed(response: Response, text?: string): Promise<string> {
  const chunks: string[] = [];
  /** The end of what was read, in which `text` may be: it may span two chunks. */
  let tail = "";
  let isLate = false;
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  const deadline = setTimeout(() => {
    isLate = true;
    void reader?.cancel();
  }, WITHIN_MS);
  const isSeen = () => text !== undefined && tail.includes(text);
  while (!isSeen()) {
    const { done, value = "" } = (await reader?.read()) ?? { done: true };
    if (done) break;
    chunks.push(value);
    tail = tail.slice(-(text?.length ?? 0)) + value;
  }
  clearTimeout(deadline);
  await reader?.cancel();
  if (text === undefined ? !isLate : isSeen()) return chunks.join("");
  const why = isLate ? `wasn't seen within ${WITHIN_MS / 1_000} s` : "wasn't in a feed that ended";
  throw new Error(`${text ?? "The feed's end"} ${why}: …${chunks.join("").slice(-500)}`);
}
