import { IVSRealTime } from "@aws-sdk/client-ivs-realtime";
import { WebSocket } from "ws";
import { type Key, ROOT, type TestServer } from "../../support/test-server.ts";
import { until } from "../../support/until.ts";

export function realTimeOf(
  { endpoint }: Pick<TestServer, "endpoint">,
  credentials: Key = ROOT,
): IVSRealTime {
  return new IVSRealTime({ endpoint, region: "us-east-1", credentials, maxAttempts: 1 });
}

export function outcomeOf(sent: Promise<unknown>): Promise<string> {
  return sent.then(
    () => "done",
    (error: Error) => error.name,
  );
}

export function claimsOf(token: string | undefined) {
  const [header = "", claims = ""] = (token ?? "").split(".");
  const read = (part: string) => JSON.parse(Buffer.from(part, "base64url").toString());
  return { header: read(header), claims: read(claims) };
}

/** The members that tests look at, whichever type's they are. */
export interface StagePayload {
  readonly code?: string;
  readonly reason?: string;
  readonly requestId?: string;
  readonly participants?: readonly { readonly id: string }[];
  readonly disconnected?: readonly unknown[];
  /** The address for analytics, in base64. */
  readonly A?: string;
  readonly count?: number;
}

export interface StageMessage {
  readonly type: string;
  readonly payload: StagePayload;
}

/** A client's end of a stage's events socket. */
export interface StageSocket {
  readonly messages: readonly StageMessage[];
  readonly isClosed: () => boolean;
  /** The payload of the newest message of a type, once there is one that fits. */
  seen(type: string, fits?: (payload: StagePayload) => boolean): Promise<StageMessage>;
  send(message: object): void;
  close(): void;
}

/** Joins as Amazon's clients do: the token names the socket, and is its subprotocol. */
export async function joinStage(token: string): Promise<StageSocket> {
  const { events_url: url, topic } = claimsOf(token).claims;
  const query = `?error_over_ws=1&topic=${topic}/publishers&traceid=1-00000000-${"0".repeat(24)}`;
  const headers = {
    "user-agent": "Mozilla/5.0 (X11; Linux x86_64) Chrome/130.0.0.0 Safari/537.36",
  };
  const socket = new WebSocket(`${url}${query}`, [token], { headers });
  const messages: StageMessage[] = [];
  socket.on("message", (text) => messages.push(JSON.parse(String(text))));
  await new Promise<void>((resolve, reject) => {
    socket.once("open", resolve);
    socket.once("error", reject);
  });
  return {
    messages,
    isClosed: () => socket.readyState === WebSocket.CLOSED,
    seen: (type, fits = () => true) =>
      until(
        () => messages.findLast((one) => one.type === type && fits(one.payload)),
        `a message ${type}`,
      ),
    send: (message) => socket.send(JSON.stringify(message)),
    close: () => socket.close(1000),
  };
}
