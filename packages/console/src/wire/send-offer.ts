/** The answer to an offer: the peers connect by now, and the headers say how to go on. */
export interface OfferAnswer {
  /** Ends the session by DELETE. */
  readonly location: string;
  /** Paths of the session by their relation's last part, such as `layer`. Source: RFC 8288. */
  readonly links: Readonly<Record<string, string>>;
}

const LINK = /<([^>]+)>;\s*rel="(?:[^"]*:)?([^":]+)"/g;

/**
 * Posts a connection's offer by WHIP (RFC 9725) or WHEP, and takes the answer. Rejects with the
 * server's reason.
 */
export async function sendOffer(
  connection: RTCPeerConnection,
  path: string,
  bearer: string,
): Promise<OfferAnswer> {
  await connection.setLocalDescription();
  const answer = await fetch(path, {
    method: "POST",
    headers: { "content-type": "application/sdp", authorization: `Bearer ${bearer}` },
    body: connection.localDescription?.sdp ?? "",
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(reasonOf(text));
  await connection.setRemoteDescription({ type: "answer", sdp: text });
  const links = linksOf(answer.headers.get("link") ?? "");
  return { location: answer.headers.get("location") ?? "", links };
}

export function linksOf(header: string): Readonly<Record<string, string>> {
  return Object.fromEntries(
    [...header.matchAll(LINK)].map(([, path = "", relation = ""]) => [relation, path]),
  );
}

/** Stages answer with JSON, channels with a sentence. */
export function reasonOf(text: string): string {
  try {
    const { message }: { readonly message?: unknown } = JSON.parse(text);
    return typeof message === "string" ? message : text;
  } catch {
    // A sentence.
    return text;
  }
}
