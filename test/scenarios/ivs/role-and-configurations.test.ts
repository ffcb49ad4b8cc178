import {
  DeleteServiceLinkedRoleCommand,
  GetRoleCommand,
  ListRolePoliciesCommand,
} from "@aws-sdk/client-iam";
import {
  CreateRecordingConfigurationCommand,
  DeleteRecordingConfigurationCommand,
  ListRecordingConfigurationsCommand,
} from "@aws-sdk/client-ivs";
import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import { makeBucket } from "../../contract/ivs/recording-bucket.ts";
import { endOfDeletion } from "../../support/role-deletion.ts";
import { type Clients, startTestServer, type TestServer } from "../../support/test-server.ts";

const RoleName = "AWSServiceRoleForIVSRecordToS3";
const REGIONS = ["us-east-1", "eu-west-1", "ap-northeast-1"];

/** A Region's client with the buckets that it may record to. */
interface Place {
  readonly clients: Clients;
  readonly buckets: readonly string[];
}

let server: TestServer;
let places: Place[];
beforeAll(async () => {
  server = await startTestServer();
  places = await Promise.all(
    REGIONS.map(async (region) => {
      const clients = server.clients(undefined, region);
      const buckets = [await makeBucket(clients, region), await makeBucket(clients, region)];
      return { clients, buckets };
    }),
  );
});
afterAll(() => server.close());

const configurationsOf = async ({ clients }: Place) =>
  (await clients.ivs.send(new ListRecordingConfigurationsCommand({}))).recordingConfigurations ??
  [];

async function create({ clients, buckets }: Place, choice: number): Promise<void> {
  const bucketName = buckets[choice % buckets.length] ?? "";
  await clients.ivs.send(
    new CreateRecordingConfigurationCommand({ destinationConfiguration: { s3: { bucketName } } }),
  );
}

async function removeOne(place: Place, choice: number): Promise<void> {
  const all = await configurationsOf(place);
  const arn = all[choice % Math.max(1, all.length)]?.arn;
  if (arn) await place.clients.ivs.send(new DeleteRecordingConfigurationCommand({ arn }));
}

/** Asks for the role's deletion and waits for the decision; there may be no role. */
async function deleteRole({ clients: { iam } }: Place): Promise<void> {
  const { DeletionTaskId } = await iam.send(new DeleteServiceLinkedRoleCommand({ RoleName }));
  await endOfDeletion(iam, DeletionTaskId);
}

/** Errors caused by others in between: the resource is gone already, or there are too many. */
const EXPECTED = [
  "ResourceNotFoundException",
  "NoSuchEntityException",
  "ServiceQuotaExceededException",
];

const step = fc.record({
  act: fc.constantFrom("create", "create", "remove", "remove", "delete-role"),
  place: fc.nat({ max: REGIONS.length - 1 }),
  choice: fc.nat({ max: 5 }),
});

async function runSteps(steps: readonly { act: string; place: number; choice: number }[]) {
  for (const { act, place: index, choice } of steps) {
    const place = places[index];
    if (!place) continue;
    try {
      if (act === "create") await create(place, choice);
      else if (act === "remove") await removeOne(place, choice);
      else await deleteRole(place);
    } catch (error) {
      if (!(error instanceof Error) || !EXPECTED.includes(error.name)) throw error;
    }
  }
}

/** The grants that the role has; undefined without a role. */
async function grants({ iam }: Clients): Promise<readonly string[] | undefined> {
  try {
    await iam.send(new GetRoleCommand({ RoleName }));
    return (await iam.send(new ListRolePoliciesCommand({ RoleName }))).PolicyNames;
  } catch (error) {
    if (error instanceof Error && error.name === "NoSuchEntityException") return undefined;
    throw error;
  }
}

it("no interleaving leaves a recording configuration without its role and grant, or a grant without one", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(step, { maxLength: 8 }), { minLength: 3, maxLength: 3 }),
      async (workers) => {
        await Promise.all(workers.map(runSteps));
        const left = (await Promise.all(places.map(configurationsOf))).flat();
        const buckets = new Set(
          left.map((each) => each.destinationConfiguration?.s3?.bucketName ?? ""),
        );
        const expected = [...buckets].map((bucket) => `IVSRecordToS3-${bucket}`).toSorted();
        const [first] = places;
        const found = first && (await grants(first.clients));
        if (left.length > 0) expect(found).toEqual(expected);
        else expect(found ?? []).toEqual([]);
      },
    ),
    { numRuns: 20 },
  );
});
