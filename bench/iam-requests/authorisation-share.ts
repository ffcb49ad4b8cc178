import { createServer } from "@rolecast/server";
import { Authorizer } from "../../packages/server/src/authz/authorizer.ts";
import { Pipeline } from "../../packages/server/src/gateway/pipeline.ts";
import { load } from "../http-load.ts";
import { prepareAccount } from "./callers.ts";
import { OPERATIONS } from "./operations.ts";

export interface Share {
  readonly authorizeUs: number;
  readonly pipelineUs: number;
  /** The time from the client's side, at one connection. */
  readonly requestUs: number;
  readonly ofRequest: number;
}

/** Times one method of every instance, from its call to its answer, promise or not. */
function timed<Name extends string>(
  prototype: { [name in Name]: (...args: never[]) => unknown },
  name: Name,
): () => { readonly meanUs: number; readonly count: number } {
  const original = prototype[name];
  let sumMs = 0;
  let count = 0;
  prototype[name] = async function timedMethod(this: unknown, ...args: never[]) {
    const startedMs = performance.now();
    try {
      return await original.apply(this, args);
    } finally {
      sumMs += performance.now() - startedMs;
      count += 1;
    }
  } as (typeof prototype)[Name];
  return () => ({ meanUs: (sumMs * 1000) / count, count });
}

export async function authorisationShare(): Promise<Share> {
  const server = await createServer({
    data: "memory",
    port: 0,
    rtmpPort: 0,
    rtmpsPort: 0,
    srtPort: 0,
  });
  const root = { id: "000000000000", key: { accessKeyId: "test", secretAccessKey: "test" } };
  const caller = await prepareAccount(server.endpoint, root);
  const [getRole] = OPERATIONS;
  if (!getRole) throw new Error("nothing is measured");
  const request = (await getRole.prepare(server.endpoint, [caller]))();
  const port = Number(new URL(server.endpoint).port);
  await load({ port, request, connections: 1, durationMs: 2_000 });
  const authorize = timed(Authorizer.prototype, "authorize");
  const serve = timed(Pipeline.prototype, "serve");
  const { requestsPerSecond } = await load({ port, request, connections: 1, durationMs: 3_000 });
  await server.close();
  const requestUs = 1e6 / requestsPerSecond;
  const authorizeUs = authorize().meanUs;
  return { authorizeUs, pipelineUs: serve().meanUs, requestUs, ofRequest: authorizeUs / requestUs };
}
