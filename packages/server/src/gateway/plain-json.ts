import type { PlainResponse } from "../kernel/service.ts";

/** An answer of Rolecast's own paths. */
export function plainJson(status: number, body: object): PlainResponse {
  return {
    status,
    headers: { "content-type": "application/json", "cache-control": "no-store" },
    body: `${JSON.stringify(body)}\n`,
  };
}
