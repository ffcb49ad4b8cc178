import type { PlainRequest, PlainResponse } from "../../../kernel/service.ts";
import { HANDED_ON_HEADER } from "../../../kernel/web-sockets.ts";

/** Clients wait no longer. */
const ANSWER_MAX_MS = 10_000;
/** Headers that say how a request is to be answered. */
const ASKED = /^(?:authorization|content-type|user-agent|x-stages-.*)$/;
const ANSWERED: readonly string[] = ["content-type", "location", "link"];

/** Lets the node that has the stage answer a request. Rejects where it isn't reached. */
export async function handOnRequest(
  { method, path, headers }: PlainRequest,
  body: string,
  nodeUrl: string,
): Promise<PlainResponse> {
  const asked = Object.entries(headers).filter(([name]) => ASKED.test(name));
  const response = await fetch(`${nodeUrl.replace(/\/$/, "")}${path}`, {
    method,
    headers: { ...Object.fromEntries(asked), [HANDED_ON_HEADER]: "1" },
    ...(body === "" ? {} : { body }),
    redirect: "error",
    signal: AbortSignal.timeout(ANSWER_MAX_MS),
  });
  const answered = ANSWERED.flatMap((name) => {
    const value = response.headers.get(name);
    return value === null ? [] : [[name, value] as const];
  });
  const text = await response.text();
  return { status: response.status, headers: Object.fromEntries(answered), body: text };
}
