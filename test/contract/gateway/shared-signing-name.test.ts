import { createServer, type RunningServer } from "@rolecast/server";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { defineService } from "../../../packages/server/src/kernel/define-service.ts";
import { NO_PERMISSION_NEEDED } from "../../../packages/server/src/kernel/operations.ts";
import type { ServiceApi } from "../../../packages/server/src/kernel/service.ts";
import { type RawRequest, type RawResponse, send, sign } from "../../support/signed-request.ts";

/*
 * Two APIs that share a signing name and the path `/tags/{resourceArn}`, as Amazon IVS's two do: a
 * server that has them beside its own services finds out which of them a request is for.
 */

const STRING = 0;
const LABEL = [STRING, 1];

/** An operation in the form of the SDK's schemas. */
function operation(name: string, method: string, path: string, member?: string) {
  const structure = (kind: string, members: readonly string[], types: readonly unknown[]) =>
    [3, "twins", `${name}${kind}`, 0, members, types, 0] as const;
  const input = structure("Request", member ? [member] : [], member ? [LABEL] : []);
  const output = structure("Response", ["answeredBy", "about"], [STRING, STRING]);
  return [9, "twins", name, { http: [method, path, 200] }, input, output];
}

/** Its operations say which API answered. */
function twin(name: string, kind: string, facts: { readonly hostLabel?: string } = {}) {
  const handler = {
    authorize: () => NO_PERMISSION_NEEDED,
    handle: ({ resourceArn }: { readonly resourceArn?: string }) => ({
      answeredBy: name,
      about: resourceArn,
    }),
  };
  const create = `Create${kind}`;
  let loads = 0;
  const module = defineService({
    title: name,
    definition: { name, signingName: "twins", protocol: "restJson1", version: "2026-01-01" },
    ...facts,
    resourceTypes: [kind.toLowerCase()],
    create: () => ({
      api: async (): Promise<ServiceApi> => {
        loads += 1;
        return {
          schemas: {
            Create$: operation(create, "POST", `/${create}`),
            Tags$: operation("ListTags", "GET", "/tags/{resourceArn}", "resourceArn"),
          },
          constraints: { errorCode: "ValidationException", members: {} },
          operations: { [create]: handler, ListTags: handler },
        };
      },
    }),
  });
  return { module, loads: () => loads };
}

const reels = twin("reels", "Reel");
const stages = twin("reels-live", "Stage", { hostLabel: "reelslive" });
/** Its API can't be loaded at first. */
let isBroken = true;
const broken = defineService({
  title: "broken",
  definition: { name: "broken", signingName: "broken", protocol: "restJson1", version: "1" },
  create: () => ({
    api: async (): Promise<ServiceApi> => {
      if (isBroken) throw new Error("its file is gone");
      return {
        schemas: { Get$: operation("Get", "GET", "/get") },
        constraints: { errorCode: "ValidationException", members: {} },
        operations: {
          Get: { authorize: () => NO_PERMISSION_NEEDED, handle: () => ({ answeredBy: "broken" }) },
        },
      };
    },
  }),
});

let server: RunningServer;
beforeAll(async () => {
  const ports = { port: 0, rtmpPort: 0, rtmpsPort: 0, srtPort: 0 };
  const furtherServices = [reels.module, stages.module, broken];
  server = await createServer(
    { data: "memory", logLevel: "silent", ...ports },
    { furtherServices },
  );
});
afterAll(() => server.close());

async function ask(raw: RawRequest, service = "twins"): Promise<RawResponse> {
  const { endpoint } = server;
  const headers = await sign(endpoint, raw, { service });
  return send(endpoint, { ...raw, headers: { ...raw.headers, ...headers } });
}

async function answeredBy(method: string, path: string, host?: string): Promise<string> {
  const { body } = await ask({ method, path, ...(host && { headers: { host } }) });
  return JSON.parse(body).answeredBy;
}

const tagsOf = (resource: string) =>
  `/tags/${encodeURIComponent(`arn:aws:twins:us-east-1:000000000000:${resource}`)}`;

describe("of two APIs with one signing name", () => {
  it("neither is loaded before it is asked", () => {
    expect([reels.loads(), stages.loads()]).toEqual([0, 0]);
  });

  it("the one that has the operation answers", async () => {
    expect(await answeredBy("POST", "/CreateReel")).toBe("reels");
    expect(await answeredBy("POST", "/CreateStage")).toBe("reels-live");
  });

  it.each([
    ["reel/abc", "reels"],
    ["stage/abc", "reels-live"],
    ["stage:abc", "reels-live"],
    // Of neither: the first answers for both.
    ["tape/abc", "reels"],
    ["stagecoach/abc", "reels"],
  ])("the one with such a resource answers for /tags of %s", async (resource, api) => {
    expect(await answeredBy("GET", tagsOf(resource))).toBe(api);
  });

  it("the one whose AWS host was asked answers, whatever the resource", async () => {
    const [reel, stage] = [tagsOf("reel/abc"), tagsOf("stage/abc")];
    expect(await answeredBy("GET", reel, "reelslive.us-east-1.amazonaws.com")).toBe("reels-live");
    expect(await answeredBy("GET", stage, "twins.us-east-1.amazonaws.com")).toBe("reels");
  });

  it("the first refuses what neither has", async () => {
    const { status, headers } = await ask({ method: "GET", path: "/nothing" });
    expect([status, headers["x-amzn-errortype"]]).toEqual([404, "UnknownOperationException"]);
  });

  it("each is loaded once", () => {
    expect([reels.loads(), stages.loads()]).toEqual([1, 1]);
  });
});

describe("an API that can't be loaded", () => {
  it("answers an internal error, and is loaded by a later request", async () => {
    const first = await ask({ method: "GET", path: "/get" }, "broken");
    expect([first.status, JSON.parse(first.body).message]).toEqual([
      500,
      "We encountered an internal error. Please try again.",
    ]);
    isBroken = false;
    const second = await ask({ method: "GET", path: "/get" }, "broken");
    expect([second.status, JSON.parse(second.body).answeredBy]).toEqual([200, "broken"]);
  });
});
