import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  CreateServiceLinkedRoleCommand,
  DeleteServiceLinkedRoleCommand,
  GetServiceLinkedRoleDeletionStatusCommand,
  ListRolesCommand,
} from "@aws-sdk/client-iam";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type ServerProcess, startServerProcess } from "../../support/server-process.ts";

const ROLES = 60;
/** The process is killed when so many deletions were answered and others are under way. */
const ANSWERED = 20;
const SUFFIXED_SERVICE = "autoscaling.amazonaws.com";

let dataDir: string;
beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), "rolecast-data-"));
});
afterAll(() => rm(dataDir, { recursive: true, force: true }));

async function createRoles({ root }: ServerProcess): Promise<string[]> {
  const names: string[] = [];
  for (let index = 0; index < ROLES; index++) {
    const input = { AWSServiceName: SUFFIXED_SERVICE, CustomSuffix: String(index) };
    const { Role } = await root.iam.send(new CreateServiceLinkedRoleCommand(input));
    names.push(Role?.RoleName ?? "");
  }
  return names;
}

test("deletions that were answered before a kill -9 are finished after it, the others not lost halfway", async () => {
  const before = await startServerProcess(["--data", dataDir]);
  const names = await createRoles(before);
  const tasks = new Map<string, string>();
  const killed = new Promise<void>((resolve) => {
    for (const RoleName of names)
      before.root.iam.send(new DeleteServiceLinkedRoleCommand({ RoleName })).then(
        ({ DeletionTaskId }) => {
          tasks.set(RoleName, DeletionTaskId ?? "");
          if (tasks.size === ANSWERED) before.stop("SIGKILL").then(() => resolve());
        },
        // A client that got no answer can't know, and asks again.
        () => {},
      );
  });
  await killed;

  const after = await startServerProcess(["--data", dataDir]);
  const { iam } = after.root;
  for (const DeletionTaskId of tasks.values())
    await expect
      .poll(
        async () => {
          const status = new GetServiceLinkedRoleDeletionStatusCommand({ DeletionTaskId });
          return (await iam.send(status)).Status;
        },
        // If other nodes could be at work, the dead one's lease has to end first.
        { interval: 10 },
      )
      .toBe("SUCCEEDED");
  const { Roles } = await iam.send(new ListRolesCommand({ MaxItems: 1000 }));
  const left = new Set(Roles?.map((role) => role.RoleName));
  for (const name of tasks.keys()) expect(left).not.toContain(name);
  // A role whose deletion wasn't answered is whole: it can be deleted now, or is deleted meanwhile.
  for (const RoleName of left)
    await iam.send(new DeleteServiceLinkedRoleCommand({ RoleName })).catch((error: Error) => {
      expect(error.name).toBe("NoSuchEntityException");
    });
  await expect
    .poll(async () => (await iam.send(new ListRolesCommand({}))).Roles, { interval: 20 })
    .toEqual([]);
  expect(await after.stop("SIGTERM")).toBe(0);
});
