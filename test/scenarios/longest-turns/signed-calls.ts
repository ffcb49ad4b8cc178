import type { Operation } from "@rolecast/wire";
import { sign } from "../../support/signed-request.ts";
import { ROOT } from "../../support/test-server.ts";
import { SDKS, type Sdk } from "./clients.ts";
import type { Sendable } from "./requests.ts";

type Input = Readonly<Record<string, unknown>>;
type SignCall = (operation: Operation, input: Input) => Promise<Sendable>;

/** Signs a service's calls: as its SDK does, or, for Rolecast's own, as its schema says. */
export function signerOf(title: string, signingName: string, endpoint: string): SignCall {
  const sdk = SDKS[title];
  return sdk ? bySdk(sdk, endpoint) : bySchema(signingName, endpoint);
}

/** Ends an SDK's call where it would send the request. */
class Captured extends Error {
  readonly request: Sendable;
  constructor(request: Sendable) {
    super("captured");
    this.request = request;
  }
}

/** Rejects where the client itself refuses the input. */
function bySdk({ module, client }: Sdk, endpoint: string): SignCall {
  type Client = new (config: object) => { send(command: unknown): Promise<unknown> };
  const sender = new (module[client] as Client)({
    // Names go before the host, as an account's id does.
    endpoint: endpoint.replace("127.0.0.1", "localhost"),
    ...{ region: "us-east-1", credentials: ROOT, maxAttempts: 1, forcePathStyle: true },
    requestHandler: {
      handle(request: Sendable) {
        throw new Captured(request);
      },
    },
  });
  return async ({ name }, input) => {
    const Command = module[`${name}Command`] as new (input: object) => unknown;
    try {
      await sender.send(new Command(structuredClone(input)));
    } catch (error) {
      if (error instanceof Captured) return error.request;
      throw error;
    }
    throw new Error("The client sent no request.");
  };
}

function bySchema(service: string, endpoint: string): SignCall {
  return async ({ input: shape, http }, input) => {
    if (!http) throw new Error("An operation of Rolecast's own has a path.");
    let path = http.uri;
    const query: Record<string, string> = {};
    const rest: Record<string, unknown> = {};
    for (const { name, traits } of shape?.members ?? []) {
      const value = input[name];
      if (value === undefined) continue;
      const text = value instanceof Date ? value.toISOString() : String(value);
      if (traits.httpLabel) path = path.replace(`{${name}}`, encodeURIComponent(text));
      else if (traits.httpQuery) query[traits.httpQuery] = text;
      else rest[name] = value;
    }
    const hasBody = !["GET", "DELETE"].includes(http.method);
    const raw = {
      ...{ method: http.method, path, query },
      ...(hasBody ? { headers: { "content-type": "application/json" } } : {}),
      ...(hasBody ? { body: JSON.stringify(rest) } : {}),
    };
    return { ...raw, headers: await sign(endpoint, raw, { service }) };
  };
}
