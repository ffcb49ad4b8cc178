import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CloudControl, waitUntilResourceRequestSuccess } from "@aws-sdk/client-cloudcontrol";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type ServerProcess, startServerProcess } from "../../support/server-process.ts";
import { ROOT } from "../../support/test-server.ts";

let dir: string;
let server: ServerProcess | undefined;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "rolecast-cloudcontrol-"));
});
afterAll(async () => {
  await server?.stop("SIGKILL");
  await rm(dir, { recursive: true, force: true });
});

const clientOf = ({ endpoint }: ServerProcess) =>
  new CloudControl({ endpoint, region: "us-east-1", credentials: ROOT, maxAttempts: 1 });

/** Ten resources of two types, of which one takes several steps. */
const REQUESTS = Array.from({ length: 10 }, (_, index) => ({
  ClientToken: `token-${index}`,
  ...(index % 2 === 0
    ? { TypeName: "AWS::IVS::Channel", DesiredState: `{"Name": "channel-${index}"}` }
    : {
        TypeName: "AWS::IVS::RecordingConfiguration",
        DesiredState: JSON.stringify({
          Name: `configuration-${index}`,
          DestinationConfiguration: { S3: { BucketName: "takes" } },
        }),
      }),
}));

it("requests outlive a process that is killed, and make each resource once", async () => {
  server = await startServerProcess(["--data", dir]);
  const before = clientOf(server);
  const bucket = { TypeName: "AWS::S3::Bucket", DesiredState: '{"BucketName": "takes"}' };
  await before.createResource(bucket);
  const sent = REQUESTS.map((request) => before.createResource(request));
  // The others are under way, or wait.
  await Promise.race(sent);
  const [, answered] = await Promise.all([server.stop("SIGKILL"), Promise.allSettled(sent)]);
  expect(answered.some(({ status }) => status === "fulfilled")).toBe(true);
  server = await startServerProcess(["--data", dir]);
  const client = clientOf(server);
  for (const [index, request] of REQUESTS.entries()) {
    const { ProgressEvent } = await client.createResource(request);
    const RequestToken = ProgressEvent?.RequestToken;
    const first = answered[index];
    if (first?.status === "fulfilled")
      expect(RequestToken).toBe(first.value.ProgressEvent?.RequestToken);
    const wait = { client, maxWaitTime: 20, minDelay: 1, maxDelay: 1 };
    await waitUntilResourceRequestSuccess(wait, { RequestToken });
  }
  for (const TypeName of ["AWS::IVS::Channel", "AWS::IVS::RecordingConfiguration"]) {
    const { ResourceDescriptions = [] } = await client.listResources({ TypeName });
    const names = await Promise.all(
      ResourceDescriptions.map(async ({ Identifier }) => {
        const found = await client.getResource({ TypeName, Identifier });
        return JSON.parse(found.ResourceDescription?.Properties ?? "{}").Name as string;
      }),
    );
    const wanted = REQUESTS.filter((request) => request.TypeName === TypeName);
    expect(names.sort()).toEqual(wanted.map(({ DesiredState }) => JSON.parse(DesiredState).Name));
  }
});
