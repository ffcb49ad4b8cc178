import { CloudFormation } from "@aws-sdk/client-cloudformation";
import { IAM } from "@aws-sdk/client-iam";
import { Ivs } from "@aws-sdk/client-ivs";
import { SSM } from "@aws-sdk/client-ssm";
import type { Chance } from "../fuzz/chance.ts";
import type { Node } from "./node.ts";
import { allPages } from "./pages.ts";
import { pause } from "./pause.ts";
import { type Change, remembered } from "./remembered.ts";
import {
  NOTHING,
  newShape,
  PARAMETER_PREFIX,
  type Physical,
  physicalOf,
  type Shape,
  STACK_PREFIX,
  templateOf,
} from "./stack-template.ts";

/*
 * Stacks that are created, updated and deleted, directly or by a change set, and of which some
 * fail; with all that they have made in other services.
 */

interface Stack extends Physical {
  /** Undefined where resources are without a stack. */
  readonly status: string | undefined;
  readonly changeSets: readonly string[];
}

const Capabilities = ["CAPABILITY_NAMED_IAM" as const];
/** A third of the templates can't be deployed. */
const FAILS_ONCE_IN = 3;

interface PlannedChange {
  readonly shape: Shape;
  readonly fails: boolean;
}
const planned = new Map<string, PlannedChange>();

function change(key: string, stack: Stack | undefined, chance: Chance): Change<Stack> {
  const StackName = STACK_PREFIX + key;
  const [name] = stack?.changeSets ?? [];
  if (stack && name !== undefined) return endChangeSet(key, stack, name, chance);
  const [shape, fails] = [newShape(chance), chance.rarely(FAILS_ONCE_IN)];
  const TemplateBody = templateOf(key, shape, fails);
  const settle = (at: Node) => untilEnded(at, StackName);
  const made = { ...physicalOf(key, shape), changeSets: [] };
  if (!stack)
    return {
      says: `CreateStack ${key} ${fails ? "(fails)" : ""}`,
      send: (at) =>
        at.client(CloudFormation).createStack({ StackName, TemplateBody, Capabilities }),
      after: () =>
        fails
          ? { ...NOTHING, changeSets: [], status: "ROLLBACK_COMPLETE" }
          : { ...made, status: "CREATE_COMPLETE" },
      settle,
    };
  if (stack.status === "ROLLBACK_COMPLETE" || chance.rarely(5))
    return {
      says: `DeleteStack ${key}`,
      send: (at) => at.client(CloudFormation).deleteStack({ StackName }),
      after: () => undefined,
      settle,
    };
  if (chance.rarely(2)) {
    const ChangeSetName = `set-${chance.below(1e9)}`;
    planned.set(ChangeSetName, { shape, fails });
    const input = { StackName, ChangeSetName, TemplateBody, Capabilities };
    return {
      says: `CreateChangeSet ${key} ${ChangeSetName}`,
      send: (at) => at.client(CloudFormation).createChangeSet(input),
      after: () => ({ ...stack, changeSets: [ChangeSetName] }),
      settle: (at) => untilPlanned(at, StackName, ChangeSetName),
    };
  }
  return {
    says: `UpdateStack ${key} ${fails ? "(fails)" : ""}`,
    send: (at) => at.client(CloudFormation).updateStack({ StackName, TemplateBody, Capabilities }),
    after: () => updated(key, stack, { shape, fails }),
    settle,
  };
}

function updated(key: string, stack: Stack, { shape, fails }: PlannedChange): Stack {
  return fails
    ? { ...stack, changeSets: [], status: "UPDATE_ROLLBACK_COMPLETE" }
    : { ...physicalOf(key, shape), changeSets: [], status: "UPDATE_COMPLETE" };
}

function endChangeSet(
  key: string,
  stack: Stack,
  ChangeSetName: string,
  chance: Chance,
): Change<Stack> {
  const StackName = STACK_PREFIX + key;
  const plan = planned.get(ChangeSetName);
  if (!plan || chance.rarely(4))
    return {
      says: `DeleteChangeSet ${key} ${ChangeSetName}`,
      send: (at) => at.client(CloudFormation).deleteChangeSet({ StackName, ChangeSetName }),
      after: () => ({ ...stack, changeSets: [] }),
    };
  return {
    says: `ExecuteChangeSet ${key} ${ChangeSetName} ${plan.fails ? "(fails)" : ""}`,
    send: (at) => at.client(CloudFormation).executeChangeSet({ StackName, ChangeSetName }),
    after: () => updated(key, stack, plan),
    settle: (at) => untilEnded(at, StackName),
  };
}

const isUnderWay = (status: string | undefined) =>
  status?.endsWith("_IN_PROGRESS") === true && status !== "REVIEW_IN_PROGRESS";

async function untilEnded(at: Node, StackName: string): Promise<void> {
  for (;;) {
    const stacks = await readStacks(at);
    if (!isUnderWay(stacks.get(StackName))) return;
    await pause(50);
  }
}

async function untilPlanned(at: Node, StackName: string, ChangeSetName: string): Promise<void> {
  for (;;) {
    const of = { StackName, ChangeSetName };
    const { Status = "" } = await at.client(CloudFormation).describeChangeSet(of);
    if (!/PENDING|IN_PROGRESS/.test(Status)) return;
    await pause(50);
  }
}

/** Statuses of this model's stacks, by their names. */
async function readStacks(at: Node): Promise<ReadonlyMap<string, string>> {
  const stacks = await allPages(
    (NextToken) => at.client(CloudFormation).describeStacks({ NextToken }),
    ({ Stacks }) => Stacks,
    ({ NextToken }) => NextToken,
  );
  const all = stacks.map(
    ({ StackName = "", StackStatus = "" }) => [StackName, StackStatus] as const,
  );
  return new Map(all.filter(([name]) => name.startsWith(STACK_PREFIX)));
}

async function readChangeSets(at: Node, StackName: string): Promise<readonly string[]> {
  const { Summaries = [] } = await at.client(CloudFormation).listChangeSets({ StackName });
  const open = Summaries.filter(({ ExecutionStatus = "" }) => !/^EXECUTE/.test(ExecutionStatus));
  return open.map(({ ChangeSetName = "" }) => ChangeSetName);
}

/** Everything in the other services that is one of a stack's, whether or not it has an owner. */
async function readPhysical(at: Node): Promise<Physical> {
  const [parameters, roles, channels] = await Promise.all([
    allPages(
      (NextToken) =>
        at.client(SSM).getParametersByPath({ Path: PARAMETER_PREFIX, Recursive: true, NextToken }),
      ({ Parameters }) => Parameters,
      ({ NextToken }) => NextToken,
    ),
    allPages(
      (Marker) => at.client(IAM).listRoles({ Marker }),
      ({ Roles }) => Roles,
      ({ Marker }) => Marker,
    ),
    allPages(
      (nextToken) => at.client(Ivs).listChannels({ nextToken }),
      ({ channels: page }) => page,
      ({ nextToken }) => nextToken,
    ),
  ]);
  const own = (name: string) => name.startsWith(STACK_PREFIX);
  return {
    parameters: Object.fromEntries(parameters.map(({ Name = "", Value = "" }) => [Name, Value])),
    roles: roles.map(({ RoleName = "" }) => RoleName).filter(own),
    channels: channels.map(({ name = "" }) => name).filter(own),
  };
}

/** The key that a resource's name begins with. */
const keyIn = (prefix: string, name: string) =>
  /^k\d+/.exec(name.slice(prefix.length))?.[0] ?? name;

async function read(at: Node): Promise<ReadonlyMap<string, Stack>> {
  const stacks = await readStacks(at);
  const all = await readPhysical(at);
  const keys = new Set([
    ...[...stacks.keys()].map((name) => keyIn(STACK_PREFIX, name)),
    ...Object.keys(all.parameters).map((name) => keyIn(PARAMETER_PREFIX, name)),
    ...[...all.roles, ...all.channels].map((name) => keyIn(STACK_PREFIX, name)),
  ]);
  const found = new Map<string, Stack>();
  for (const key of keys) {
    const own = (name: string) => keyIn(STACK_PREFIX, name) === key;
    const status = stacks.get(STACK_PREFIX + key);
    found.set(key, {
      status,
      changeSets: status === undefined ? [] : await readChangeSets(at, STACK_PREFIX + key),
      parameters: Object.fromEntries(
        Object.entries(all.parameters).filter(([name]) => keyIn(PARAMETER_PREFIX, name) === key),
      ),
      roles: all.roles.filter(own).sort(),
      channels: all.channels.filter(own),
    });
  }
  return found;
}

/** Each resource that a stack has made is one stack's, and each that a stack claims is there. */
async function inspect(at: Node, there: ReadonlyMap<string, Stack>): Promise<readonly string[]> {
  const formation = at.client(CloudFormation);
  const owners = new Map<string, string[]>();
  for (const [key, { status }] of there) {
    if (status === undefined || isUnderWay(status)) continue;
    const StackName = STACK_PREFIX + key;
    const { StackResources = [] } = await formation.describeStackResources({ StackName });
    for (const { PhysicalResourceId: id = "", ResourceStatus = "" } of StackResources)
      if (!/^DELETE_COMPLETE$|_FAILED$/.test(ResourceStatus) && id !== "")
        owners.set(id, [...(owners.get(id) ?? []), key]);
  }
  const twice = [...owners].filter(([, keys]) => keys.length > 1);
  return twice.map(([id, keys]) => `${id} has several owners: ${keys}`);
}

export const stacks = remembered<Stack>({
  name: "cloudformation-stacks",
  keys: 5,
  change,
  read,
  isUnderWay: ({ status }) => isUnderWay(status),
  inspect,
});
