import {
  CreateServiceLinkedRoleCommand,
  DeleteServiceLinkedRoleCommand,
  GetRoleCommand,
  ListRolePoliciesCommand,
} from "@aws-sdk/client-iam";
import {
  CreateRecordingConfigurationCommand,
  DeleteRecordingConfigurationCommand,
} from "@aws-sdk/client-ivs";
import { CreateBucketCommand } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, expect, test } from "vitest";
import { endOfDeletion } from "../../support/role-deletion.ts";
import { type Clients, startTestServer, type TestServer } from "../../support/test-server.ts";

/*
 * The same question as in the model-based test next to the code, asked from outside: requests of
 * several Regions and of IAM reach a running server at the same time, round after round.
 */

const ROUNDS = 25;
const REGIONS = ["us-east-1", "us-west-2", "eu-west-1", "ap-northeast-1"] as const;
const RoleName = "AWSServiceRoleForIVSRecordToS3";

let server: TestServer;
let root: Clients;
const buckets = new Map<string, string>();

beforeAll(async () => {
  server = await startTestServer();
  root = server.clients();
  for (const region of REGIONS) {
    const Bucket = `race-${region}`;
    const location =
      region === "us-east-1"
        ? {}
        : { CreateBucketConfiguration: { LocationConstraint: region as "eu-west-1" } };
    await server
      .clients(undefined, region)
      .s3.send(new CreateBucketCommand({ Bucket, ...location }));
    buckets.set(region, Bucket);
  }
});
afterAll(() => server.close());

async function create(region: string): Promise<string> {
  const s3 = { bucketName: buckets.get(region) ?? "" };
  const { recordingConfiguration } = await server
    .clients(undefined, region)
    .ivs.send(new CreateRecordingConfigurationCommand({ destinationConfiguration: { s3 } }));
  return recordingConfiguration?.arn ?? "";
}

/** Deletes the role and returns the final status; undefined when there was no role to delete. */
async function deleteRole(): Promise<string | undefined> {
  const { iam } = root;
  let DeletionTaskId: string | undefined;
  try {
    ({ DeletionTaskId } = await iam.send(new DeleteServiceLinkedRoleCommand({ RoleName })));
  } catch (error) {
    expect(error).toMatchObject({ name: "NoSuchEntityException" });
    return undefined;
  }
  return (await endOfDeletion(iam, DeletionTaskId)).Status;
}

async function createRoleIfMissing(): Promise<void> {
  const command = new CreateServiceLinkedRoleCommand({ AWSServiceName: "ivs.amazonaws.com" });
  await root.iam.send(command).catch((error: Error) => {
    expect(error.name).toBe("InvalidInputException");
  });
}

test("whatever comes first, a recording configuration has its role", async () => {
  const ends = new Set<string | undefined>();
  for (let round = 0; round < ROUNDS; round++) {
    await createRoleIfMissing();
    // The participants change from round to round, and with them the one that comes first.
    const regions = REGIONS.filter((_, index) => (round + index) % 3 !== 0);
    const deletion = deleteRole();
    const arns = await Promise.all(regions.map(create));
    ends.add(await deletion);
    await root.iam.send(new GetRoleCommand({ RoleName }));
    const { PolicyNames } = await root.iam.send(new ListRolePoliciesCommand({ RoleName }));
    for (const region of regions)
      expect(PolicyNames).toContainEqual(expect.stringContaining(buckets.get(region) ?? ""));
    await Promise.all(
      arns.map((arn, index) =>
        server
          .clients(undefined, regions[index])
          .ivs.send(new DeleteRecordingConfigurationCommand({ arn })),
      ),
    );
    ends.add(await deleteRole());
  }
  expect(ends).toContain("SUCCEEDED");
});
