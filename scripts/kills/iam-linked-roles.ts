import { IAM } from "@aws-sdk/client-iam";
import type { Chance } from "../fuzz/chance.ts";
import type { Node } from "./node.ts";
import { allPages } from "./pages.ts";
import { pause } from "./pause.ts";
import { type Change, remembered } from "./remembered.ts";

/* Service-linked roles that nobody needs, and their deletions, which are tasks that end. */

const SERVICES: Readonly<Record<string, readonly [service: string, role: string]>> = {
  k0: ["autoscaling.amazonaws.com", "AWSServiceRoleForAutoScaling"],
  k1: ["rds.amazonaws.com", "AWSServiceRoleForRDS"],
  k2: ["ecs.amazonaws.com", "AWSServiceRoleForECS"],
};
const ENDS_MS_MAX = 120_000;

interface LinkedRole {
  readonly service: string;
}

/** Deletions whose end nobody has seen yet. */
const tasks = new Set<string>();

function change(key: string, role: LinkedRole | undefined, _chance: Chance): Change<LinkedRole> {
  const [service = "", RoleName = ""] = SERVICES[key] ?? [];
  if (!role)
    return {
      says: `CreateServiceLinkedRole ${service}`,
      send: (at) => at.client(IAM).createServiceLinkedRole({ AWSServiceName: service }),
      after: () => ({ service }),
    };
  return {
    says: `DeleteServiceLinkedRole ${RoleName}`,
    async send(at) {
      const iam = at.client(IAM);
      // The one without an answer may have happened by now.
      const sent = iam.deleteServiceLinkedRole({ RoleName }).catch((error: Error) => {
        if (error.name === "NoSuchEntityException") return undefined;
        throw error;
      });
      const { DeletionTaskId: task } = (await sent) ?? {};
      if (task !== undefined) tasks.add(task);
    },
    after: () => undefined,
    isRepeated: true,
    settle: untilEnded,
  };
}

/** Rejects where the server goes away meanwhile. */
async function untilEnded(at: Node): Promise<void> {
  for (const DeletionTaskId of tasks) {
    const beganMs = performance.now();
    let status: string | undefined;
    do {
      const found = await at.client(IAM).getServiceLinkedRoleDeletionStatus({ DeletionTaskId });
      status = found.Status;
      if (performance.now() - beganMs > ENDS_MS_MAX)
        throw new Error(`${DeletionTaskId} is ${status} after two minutes`);
      await pause(50);
    } while (status === "NOT_STARTED" || status === "IN_PROGRESS");
    if (status === "FAILED") throw new Error(`${DeletionTaskId} failed, and nobody needs the role`);
    tasks.delete(DeletionTaskId);
  }
}

async function read(at: Node): Promise<ReadonlyMap<string, LinkedRole>> {
  await untilEnded(at);
  const roles = await allPages(
    (Marker) => at.client(IAM).listRoles({ Marker }),
    ({ Roles }) => Roles,
    ({ Marker }) => Marker,
  );
  const names = new Set(roles.map(({ RoleName = "" }) => RoleName));
  const there = Object.entries(SERVICES).filter(([, [, name]]) => names.has(name));
  return new Map(there.map(([key, [service]]) => [key, { service }]));
}

export const linkedRoles = remembered<LinkedRole>({
  ...{ name: "iam-linked-roles", keys: 3, change, read },
});
