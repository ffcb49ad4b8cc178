import { CloudFormation } from "@aws-sdk/client-cloudformation";
import { SSM } from "@aws-sdk/client-ssm";
import type { Chance } from "../fuzz/chance.ts";
import type { Node } from "./node.ts";
import { allPages } from "./pages.ts";
import { pause } from "./pause.ts";
import { type Change, remembered } from "./remembered.ts";
import { UNKNOWN } from "./sameness.ts";

/*
 * Refactors that move resources between two stacks, of which they make the second. Each resource is
 * in one stack and in that stack's template, and stays what it is.
 */

const PREFIX = "kills-refactor-";
const PATH = "/kills-refactor/";
const KEYS = 4;
const RESOURCES = ["P0", "P1", "P2"];

interface Pair {
  /** Logical ids of the first stack's resources, and of the second one's. */
  readonly first: readonly string[];
  readonly second: readonly string[];
  /** Names of the parameters that the resources are. */
  readonly parameters: readonly string[];
  /** The refactor that was made and not executed. */
  readonly open: { readonly id: string | symbol; readonly moves: string } | undefined;
}

const namesOf = (key: string) => [`${PREFIX}${key}-first`, `${PREFIX}${key}-second`] as const;
const formation = (at: Node) => at.client(CloudFormation);

function change(key: string, pair: Pair | undefined, chance: Chance): Change<Pair> {
  const [StackName] = namesOf(key);
  const TemplateBody = templateOf(key, RESOURCES);
  if (!pair)
    return {
      says: `CreateStack ${StackName}`,
      send: (at) => formation(at).createStack({ StackName, TemplateBody }),
      after: () => ({
        ...{ first: RESOURCES, second: [], open: undefined },
        parameters: RESOURCES.map((id) => `${PATH}${key}/${id}`),
      }),
      settle: (at) => untilCreated(at, StackName),
    };
  const { open } = pair;
  if (!open) return createRefactor(key, pair, chance);
  const StackRefactorId = String(open.id);
  return {
    says: `ExecuteStackRefactor ${key} ${open.moves}`,
    send: (at) => formation(at).executeStackRefactor({ StackRefactorId }),
    after: () => ({ ...pair, ...moved(pair, open.moves), open: undefined }),
    settle: (at) => untilExecuted(at, StackRefactorId),
  };
}

/** The larger stack gives one of its resources to the other: none gets empty. */
function createRefactor(key: string, pair: Pair, chance: Chance): Change<Pair> {
  const names = namesOf(key);
  const isBack = pair.second.length > pair.first.length;
  const moves = chance.one(isBack ? pair.second : pair.first);
  const { first, second } = moved(pair, moves);
  const [from, to] = isBack ? [names[1], names[0]] : names;
  return {
    says: `CreateStackRefactor ${key} ${moves} from ${from}`,
    async send(at) {
      const { StackRefactorId } = await formation(at).createStackRefactor({
        ...{ Description: `${key} ${moves}`, EnableStackCreation: pair.second.length === 0 },
        StackDefinitions: [
          { StackName: names[0], TemplateBody: templateOf(key, first) },
          { StackName: names[1], TemplateBody: templateOf(key, second) },
        ],
        ResourceMappings: [
          {
            Source: { StackName: from, LogicalResourceId: moves },
            Destination: { StackName: to, LogicalResourceId: moves },
          },
        ],
      });
      return StackRefactorId;
    },
    after: (id) => ({ ...pair, open: { id: typeof id === "string" ? id : UNKNOWN, moves } }),
  };
}

function moved({ first, second }: Pair, id: string): Pick<Pair, "first" | "second"> {
  const [less, more] = first.includes(id) ? [first, second] : [second, first];
  const [rest, grown] = [less.filter((one) => one !== id), [...more, id].sort()];
  return less === first ? { first: rest, second: grown } : { first: grown, second: rest };
}

function templateOf(key: string, ids: readonly string[]): string {
  const resources = ids.map((id) => {
    const Properties = { Name: `${PATH}${key}/${id}`, Type: "String", Value: id };
    return [id, { Type: "AWS::SSM::Parameter", Properties }];
  });
  return JSON.stringify({ Resources: Object.fromEntries(resources) as object });
}

async function untilCreated(at: Node, StackName: string): Promise<void> {
  for (;;) {
    const { Stacks } = await formation(at).describeStacks({ StackName });
    if (Stacks?.[0]?.StackStatus !== "CREATE_IN_PROGRESS") return;
    await pause(50);
  }
}

async function untilExecuted(at: Node, StackRefactorId: string): Promise<void> {
  for (;;) {
    const found = await formation(at).describeStackRefactor({ StackRefactorId });
    if (found.ExecutionStatus !== "EXECUTE_IN_PROGRESS") return;
    await pause(50);
  }
}

/** The resources that a stack has, each of which is in its template. */
async function resourcesOf(at: Node, StackName: string): Promise<readonly string[]> {
  const { StackResources = [] } = await formation(at).describeStackResources({ StackName });
  const { TemplateBody = "" } = await formation(at).getTemplate({ StackName });
  const template = JSON.parse(TemplateBody) as { readonly Resources: object };
  const planned = Object.keys(template.Resources).sort();
  const ids = StackResources.map(({ LogicalResourceId: id = "", ResourceStatus = "" }) =>
    ResourceStatus.endsWith("_COMPLETE") ? id : `${id} ${ResourceStatus}`,
  ).sort();
  return String(planned) === String(ids) ? ids : [...ids, `and in the template ${planned}`];
}

async function read(at: Node): Promise<ReadonlyMap<string, Pair>> {
  const [stacks, refactors, parameters] = await Promise.all([
    allPages(
      (NextToken) => formation(at).describeStacks({ NextToken }),
      ({ Stacks }) => Stacks,
      ({ NextToken }) => NextToken,
    ),
    allPages(
      (NextToken) =>
        formation(at).listStackRefactors({ ExecutionStatusFilter: ["AVAILABLE"], NextToken }),
      ({ StackRefactorSummaries }) => StackRefactorSummaries,
      ({ NextToken }) => NextToken,
    ),
    allPages(
      (NextToken) => at.client(SSM).getParametersByPath({ Path: PATH, Recursive: true, NextToken }),
      ({ Parameters }) => Parameters,
      ({ NextToken }) => NextToken,
    ),
  ]);
  const statuses = new Map(stacks.map((stack) => [stack.StackName, stack.StackStatus]));
  const pairs = new Map<string, Pair>();
  for (let number = 0; number < KEYS; number++) {
    const key = `k${number}`;
    const [first, second] = namesOf(key);
    if (!statuses.has(first)) continue;
    const [open] = refactors.filter(({ Description }) => Description?.startsWith(`${key} `));
    const own = parameters.filter(({ Name = "" }) => Name.startsWith(`${PATH}${key}/`));
    pairs.set(key, {
      first: await resourcesOf(at, first),
      second: statuses.has(second) ? await resourcesOf(at, second) : [],
      parameters: own.map(({ Name = "" }) => Name).sort(),
      open: open && {
        id: open.StackRefactorId ?? "",
        moves: open.Description?.split(" ")[1] ?? "",
      },
    });
  }
  return pairs;
}

export const refactors = remembered<Pair>({
  ...{ name: "cloudformation-refactors", keys: KEYS, change, read },
  isUnderWay: ({ first, second }) =>
    [...first, ...second].some((id) => id.includes("_IN_PROGRESS")),
});
