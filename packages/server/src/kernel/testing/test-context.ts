import { RequestContext, type RequestContextInit } from "../request-context.ts";
import type { Store } from "../store.ts";

const ACCOUNT_ID = "000000000000";

/** The context of a request that the account's root made over HTTP, but for what `init` says. */
export function testContext(init: Partial<RequestContextInit> = {}): RequestContext {
  return new RequestContext({
    requestId: "00000000-0000-4000-8000-000000000000",
    service: "s3",
    operation: "PutObject",
    region: "us-east-1",
    caller: {
      principal: { kind: "root", accountId: ACCOUNT_ID, arn: `arn:aws:iam::${ACCOUNT_ID}:root` },
    },
    nowMs: 1,
    sourceIp: "192.0.2.1",
    userAgent: "test",
    secure: true,
    store: noStore,
    invoke: () => Promise.reject(new Error("this request invokes nothing")),
    ...init,
  });
}

const noStore: Store = {
  shared: false,
  get db(): never {
    throw new Error("this request has no store");
  },
  transaction: () => Promise.reject(new Error("this request has no store")),
  tables: () => noStore as never,
};
