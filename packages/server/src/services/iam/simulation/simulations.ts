import type * as iam from "@aws-sdk/client-iam";
import { type CompiledPolicy, PolicySet } from "@rolecast/policy";
import { parseArn, splitArn } from "../../../kernel/arn.ts";
import type { Checked } from "../../../kernel/checked.ts";
import { defineOperations, withSubject } from "../../../kernel/operations.ts";
import { organizationsNow } from "../../../kernel/ports/organizations.ts";
import { accountOf } from "../../../kernel/principal.ts";
import type { RequestContext } from "../../../kernel/request-context.ts";
import { invalidInput } from "../errors.ts";
import { onAccount } from "../identities/authorization.ts";
import { onIdentityArn } from "../identities/identity-arns.ts";
import { existing, findOwner, type PolicyOwner } from "../identities/owners.ts";
import { pageOf } from "../pagination.ts";
import type { IamParts } from "../parts.ts";
import {
  managedDocument,
  type OwnedPolicy,
  policiesOfOwner,
} from "../policies/policies-of-owner.ts";
import { tagsOf } from "../rows/tags.ts";
import type { IamTables } from "../tables.ts";
import { contextKeyNames } from "./context-key-names.ts";
import { compileInput } from "./input-policies.ts";
import { refuseMissingResources } from "./resource-handling.ts";
import {
  anyCaller,
  requireCallerArn,
  type SimulatedCaller,
  simulatedCaller,
} from "./simulated-callers.ts";
import { type Simulation, simulate } from "./simulation.ts";
import { entriesOf } from "./simulation-context.ts";

/** Pairs of action and resource in one answer; the rest comes with the next page. */
const PAIRS_PER_PAGE_MAX = 10_000;
/** Characters of policies that one answer may weigh, counted anew for each pair. */
const WEIGHED_PER_PAGE_MAX = 200_000_000;
const DEFAULT_PAGE = 100;
const ACCOUNT_ID = /^[0-9]{12}$/;

type Parts = Pick<IamParts, "awsPolicies" | "organizations">;

export function simulationOperations(parts: Parts) {
  return defineOperations<typeof iam>()({
    SimulateCustomPolicy: {
      authorize: (_input, context) => onAccount(context),
      handle: async (input, context) => {
        refuseMissingCaller(input);
        const caller =
          input.CallerArn === undefined
            ? anyCaller(context.accountId)
            : await namedCaller(context, input.CallerArn);
        return answer(input, prepare(input, caller, [], boundaryInput(input)));
      },
    },
    SimulatePrincipalPolicy: withSubject({
      authorize: (input, context) => onIdentityArn(context, input.PolicySourceArn),
      handle: async (input, context, subject) => {
        const source = existing(subject);
        // Source: API reference, SimulatePrincipalPolicy, `CallerArn`.
        if (source.kind !== "user") refuseMissingCaller(input);
        const caller = await namedCaller(context, input.CallerArn ?? input.PolicySourceArn);
        const db = context.db<IamTables>();
        const owned = await policiesOfOwner(parts, db, context.accountId, source);
        const boundary = boundaryInput(input) ?? (await storedBoundary(parts, context, source));
        const policies = owned.map(compileOwned);
        const levels = await organizationLevels(parts, accountOf(caller.principal));
        return answer(input, prepare(input, caller, policies, boundary, levels));
      },
    }),
  });
}

/** A resource policy decides about a user, whom the request must name. @throws InvalidInput */
function refuseMissingCaller(input: Pick<SimulationInput, "ResourcePolicy" | "CallerArn">): void {
  if (input.ResourcePolicy !== undefined && input.CallerArn === undefined)
    throw invalidInput("Invalid caller - Caller cannot be null or empty.");
}

type SimulationInput = Omit<Checked<iam.SimulateCustomPolicyRequest>, "PolicyInputList"> & {
  PolicyInputList?: string[] | undefined;
};

/** The caller that an ARN names, with its id and tags if the account has it. */
async function namedCaller(context: RequestContext, arn: string): Promise<SimulatedCaller> {
  const identity = requireCallerArn(arn);
  const db = context.db<IamTables>();
  const { accountId, kind, name } = identity;
  const found =
    accountId === context.accountId ? await findOwner(db, accountId, kind, name) : undefined;
  const owner = found?.arn === arn ? found : undefined;
  return simulatedCaller(identity, owner, owner ? await tagsOf(db, owner.id) : []);
}

/** `role_app_inline` for an inline policy, the name alone for a managed one, as AWS has them. */
function compileOwned({ owner, name, arn, text }: OwnedPolicy): CompiledPolicy {
  const id = arn === undefined ? `${owner.kind}_${owner.name}_${name}` : name;
  return compileInput(text, { kind: "identity", id, managed: arn !== undefined });
}

/** A boundary in the request replaces the one that is set. */
function boundaryInput(input: SimulationInput): CompiledPolicy | undefined {
  const [text, ...others] = input.PermissionsBoundaryPolicyInputList ?? [];
  if (others.length > 0)
    throw invalidInput("The list of Permissions Boundary policies cannot exceed 1 items.");
  if (text === undefined) return undefined;
  const id = "PermissionsBoundaryPolicyInputList.1";
  return compileInput(text, { kind: "boundary", id, managed: false });
}

async function storedBoundary(
  parts: Parts,
  context: RequestContext,
  { boundaryArn }: PolicyOwner,
): Promise<CompiledPolicy | undefined> {
  if (boundaryArn === null) return undefined;
  const { accountId } = context;
  const text = await managedDocument(parts, context.db<IamTables>(), accountId, boundaryArn);
  const id = boundaryArn.slice(boundaryArn.lastIndexOf("/") + 1);
  return compileInput(text ?? NOTHING, { kind: "boundary", id, managed: true });
}

/** A boundary whose policy is missing allows nothing, as in real decisions. */
const NOTHING = JSON.stringify({
  Version: "2012-10-17",
  Statement: [{ Effect: "Deny", Action: "*", Resource: "*" }],
});

function prepare(
  input: SimulationInput,
  caller: SimulatedCaller,
  owned: readonly CompiledPolicy[],
  boundary: CompiledPolicy | undefined,
  organization: readonly PolicySet[] = [],
): Simulation {
  const inputs = (input.PolicyInputList ?? []).map((text, index) =>
    compileInput(text, { kind: "identity", id: `PolicyInputList.${index + 1}`, managed: false }),
  );
  const identity = [...owned, ...inputs];
  const resources = requestedResources(input);
  const resource = resourcePolicy(input, resources);
  const levels = input.OrderedOrganizationPolicyInputList?.map(organizationLevel) ?? organization;
  refuseMissingResources(input.ResourceHandlingOption, resources);
  const shown = [...identity, ...[boundary, resource].filter((policy) => policy !== undefined)];
  const given = entriesOf(input.ContextEntries);
  return {
    principal: caller.principal,
    layers: {
      identity: new PolicySet(identity),
      ...(boundary ? { boundary: new PolicySet([boundary]) } : {}),
      ...(resource ? { resource: new PolicySet([resource]) } : {}),
      ...(levels.length > 0 ? { scpLevels: levels } : {}),
    },
    known: new Map([...caller.context, ...given]),
    resources,
    resourceOwner: accountIn(input.ResourceOwner),
    policiesLength: Math.max(
      1,
      shown.reduce((sum, { text }) => sum + text.length, 0),
    ),
    // What follows from the caller counts as missing too: it is only assumed.
    missing: [...contextKeyNames(shown.map(({ text }) => text))]
      .filter(([key]) => !given.has(key))
      .map(([, name]) => name)
      .sort(),
  };
}

/** ARNs, or `*` alone. @throws InvalidInput */
function requestedResources({ ResourceArns }: SimulationInput): readonly string[] {
  const resources = ResourceArns?.length ? ResourceArns : ["*"];
  const invalid = resources.find(
    (arn) => !splitArn(arn)?.resource && (arn !== "*" || resources.length > 1),
  );
  if (invalid !== undefined) throw invalidResource(invalid);
  return resources;
}

/** A resource policy is about named resources only. @throws InvalidInput */
function resourcePolicy(
  input: SimulationInput,
  resources: readonly string[],
): CompiledPolicy | undefined {
  if (input.ResourcePolicy === undefined) return undefined;
  if (resources.includes("*"))
    throw invalidInput("Invalid Entity Arn: * does not clearly define entity type and name.");
  const source = { kind: "resource", id: "ResourcePolicy", managed: false } as const;
  const policy = compileInput(input.ResourcePolicy, source);
  if (policy.statements.some(({ resource }) => resource.everything)) throw invalidResource("*");
  return policy;
}

function invalidResource(text: string) {
  return invalidInput(`ResourceNames are not in a valid ARN format: ${text}.`);
}

/** The policies that apply to the account; those of the input replace them. */
async function organizationLevels(
  { organizations }: Parts,
  accountId: string,
): Promise<readonly PolicySet[]> {
  const levels = (await organizationsNow(organizations))?.members.get(accountId)?.scpLevels ?? [];
  return levels.map(
    ({ policies }) =>
      new PolicySet(
        policies.map(({ id, text }) => compileInput(text, { kind: "scp", id, managed: true })),
      ),
  );
}

function organizationLevel(level: iam.OrderedOrganizationPolicyType, index: number): PolicySet {
  return new PolicySet(
    (level.ServiceControlPolicyInputList ?? []).map((text, at) => {
      const id = `OrderedOrganizationPolicyInputList.${index + 1}.${at + 1}`;
      return compileInput(text, { kind: "scp", id, managed: false });
    }),
  );
}

/** The account of an ARN such as `arn:aws:iam::111122223333:root`. @throws InvalidInput */
function accountIn(owner: string | undefined): string | undefined {
  if (owner === undefined) return undefined;
  const arn = parseArn(owner);
  if (arn?.service === "iam" && ACCOUNT_ID.test(arn.accountId) && arn.resource !== "")
    return arn.accountId;
  throw invalidInput("Invalid Resource Owner.");
}

/** One result per action, by pages. */
async function answer(
  input: Pick<SimulationInput, "ActionNames" | "Marker" | "MaxItems">,
  simulation: Simulation,
): Promise<iam.SimulatePolicyResponse> {
  const { ActionNames: names } = input;
  if (names.some((name) => !name.includes(":")))
    throw invalidInput("The action is invalid since it is missing names");
  const digits = String(names.length).length;
  const actions = names.map((name, index) => ({
    name,
    key: String(index).padStart(digits, "0"),
  }));
  const pairs = Math.min(PAIRS_PER_PAGE_MAX, WEIGHED_PER_PAGE_MAX / simulation.policiesLength);
  const most = Math.max(1, Math.floor(pairs / simulation.resources.length));
  const page = await pageOf(
    { Marker: input.Marker, MaxItems: Math.min(input.MaxItems ?? DEFAULT_PAGE, most) },
    actions,
    ({ key }) => key,
  );
  const EvaluationResults: iam.EvaluationResult[] = [];
  for (const { name } of page.items) EvaluationResults.push(await simulate(simulation, name));
  return { EvaluationResults, ...page.output };
}
