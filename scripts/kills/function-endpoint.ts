import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/* The endpoint of functions that rules have as their targets. */

export type Received = (event: unknown) => void;

const functions = new Map<string, Received>();

export const functionArn = (name: string) =>
  `arn:aws:lambda:us-east-1:000000000000:function:${name}`;

const endpoint = createServer(async (request, response) => {
  let body = "";
  for await (const chunk of request) body += chunk;
  functions.get(request.url?.slice(1) ?? "")?.(JSON.parse(body));
  response.end("{}");
});

/** Says which events come. Answers the variables of the servers, with all functions in them. */
export async function listen(name: string, received: Received): Promise<Record<string, string>> {
  functions.set(name, received);
  if (!endpoint.listening) {
    endpoint.listen(0, "127.0.0.1").unref();
    await once(endpoint, "listening");
  }
  const { port } = endpoint.address() as AddressInfo;
  const urls = [...functions.keys()].map((of) => [
    functionArn(of),
    `http://127.0.0.1:${port}/${of}`,
  ]);
  return { ROLECAST_EVENT_FUNCTIONS: JSON.stringify(Object.fromEntries(urls)) };
}

export async function endFunctions(): Promise<void> {
  endpoint.close();
  endpoint.closeAllConnections();
}
