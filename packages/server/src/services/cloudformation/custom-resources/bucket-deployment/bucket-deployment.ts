import type { Caller } from "../../../../kernel/principal.ts";
import { CLOUDFORMATION } from "../../../../kernel/resource-types/resource-calls.ts";
import { ResourceError, type ResourceModel, type Step } from "../../../../kernel/resources.ts";
import { StoreUnavailableError } from "../../../../kernel/store.ts";
import type { EngineDependencies } from "../../dependencies.ts";
import { findResource, leftoversOf } from "../../rows/resources.ts";
import type { CloudFormationTables } from "../../tables.ts";
import type { OwnType, StackStepCalls, StepPlace } from "../../types/own-type.ts";
import { pendingOf } from "../../values/stored-json.ts";
import { answering } from "../custom-type.ts";
import { json, optional, required, text } from "../properties.ts";
import { callerOfProvider } from "../provider-session.ts";
import type { S3Call } from "./deploy.ts";
import { type Deployment, deploymentOf } from "./deployment.ts";
import type { DeploymentRuns } from "./deployment-runs.ts";

/** The first pause between two looks whether the objects are there; doubled with each look. */
const LOOK_MS_MIN = 50;
const LOOK_MS_MAX = 1_000;

interface Dependencies extends EngineDependencies {
  readonly runs: DeploymentRuns;
}

interface Asked {
  readonly properties: ResourceModel;
  /** The properties of before, in an update. */
  readonly was?: ResourceModel;
  readonly isDeletion?: true;
  readonly model?: ResourceModel;
}

const list = { kind: "list", of: text } as const;
const boolean = { kind: "boolean" } as const;

/**
 * The CDK's `BucketDeployment`: the files of archives become objects of a bucket, with the
 * permissions of the function's role. Objects' bytes can't be part of a step's transaction, so
 * steps begin the work, look whether it has ended, and begin it again if its process has died.
 */
export function bucketDeployment(deps: Dependencies): OwnType {
  return {
    schema: {
      typeName: "Custom::CDKBucketDeployment",
      properties: {
        ServiceToken: required(text),
        SourceBucketNames: required(list),
        SourceObjectKeys: required(list),
        SourceMarkers: optional({ kind: "list", of: json }),
        SourceMarkersConfig: optional({ kind: "list", of: json }),
        DestinationBucketName: required(text),
        DestinationBucketKeyPrefix: optional(text),
        DestinationBucketArn: optional(text),
        Extract: optional(boolean),
        RetainOnDelete: optional(boolean),
        Prune: optional(boolean),
        Exclude: optional(list),
        Include: optional(list),
        UserMetadata: optional(json),
        SystemMetadata: optional(json),
        OutputObjectKeys: optional(boolean),
        SyncWithSizeOnly: optional(boolean),
        // How the function signs, and what it waits for: neither makes a difference here.
        SignContent: optional(boolean),
        WaitForDistributionInvalidation: optional(boolean),
        DistributionId: optional(text),
        DistributionPaths: optional(list),
        ServiceTimeout: optional(text),
      },
      types: {},
      attributes: { PhysicalResourceId: text, DestinationBucketArn: text, SourceObjectKeys: list },
      primaryIdentifier: ["PhysicalResourceId"],
      ref: ["PhysicalResourceId"],
      writeOnly: [],
    },
    create: (properties, call) => perform({ properties }, call, deps),
    // AWS doesn't look at custom resources either: there is no drift to detect.
    read: async (model) => model,
    async update(model, was, properties, call) {
      if (was.ServiceToken !== properties.ServiceToken)
        throw new ResourceError("InvalidRequest", "Modifying service token is not allowed.");
      return perform({ properties, was, model }, call, deps);
    },
    delete: (model, call) => perform({ properties: model, model, isDeletion: true }, call, deps),
  };
}

async function perform(asked: Asked, call: StackStepCalls, deps: Dependencies): Promise<Step> {
  const { properties, model } = asked;
  const { token, place, tx } = call;
  const { runs } = deps;
  const resource = `${place.stack.stack_id} ${place.logicalId}`;
  const wanted = deploymentOf(properties);
  const outcome = runs.outcomeOf(resource, token);
  if (outcome) {
    tx.afterCommit(() => runs.forget(resource, token));
    return answering(call, async () => {
      // The step is tried again.
      if (outcome.error instanceof StoreUnavailableError) runs.forget(resource, token);
      if ("error" in outcome) throw outcome.error;
      const { PhysicalResourceId = `aws.cdk.s3deployment.${token}` } = model ?? {};
      return { kind: "done", model: { ...properties, ...wanted.data, PhysicalResourceId } };
    });
  }
  if (!runs.isBegun(resource, token)) {
    const as = await answering(call, () => callerOfProvider(properties, call, deps));
    const s3 = callsOf(as, call, deps);
    tx.afterCommit(() => runs.begin(resource, token, (signal) => work(asked, wanted, s3, signal)));
  }
  const ms = Math.min(Number(call.state?.ms ?? LOOK_MS_MIN / 2) * 2, LOOK_MS_MAX);
  return { kind: "wait", ms, state: { ms }, ...(model && { model }) };
}

/** Calls of the run, each a request of its own. */
function callsOf(as: Caller, call: StackStepCalls, deps: Dependencies): S3Call {
  const { region, token, place } = call;
  return async (operation, input) => {
    // Another node may have gone on with the step, ended it, and begun what follows.
    if (deps.store.shared && !(await isPending(place, token, deps)))
      throw new StepEndedError("the step is another node's");
    return deps.invoke("s3", operation, input, { as, region, userAgent: CLOUDFORMATION });
  };
}

class StepEndedError extends Error {}

async function isPending({ stack, logicalId }: StepPlace, token: string, deps: Dependencies) {
  const { db } = deps.store.tables<CloudFormationTables>();
  const row = await findResource(stack.stack_id, logicalId, db);
  if (row && pendingOf(row)?.token === token) return true;
  const leftovers = await leftoversOf(stack.stack_id, db);
  return leftovers.some((each) => pendingOf(each)?.token === token);
}

async function work(
  { was, isDeletion }: Asked,
  wanted: Deployment,
  s3: S3Call,
  signal: AbortSignal,
): Promise<void> {
  const { deploy, isOwned, removeAll } = await import("./deploy.ts");
  if (isDeletion) {
    if (!wanted.retains && !(await isOwned(wanted, s3))) await removeAll(wanted, s3, signal);
    return;
  }
  const before = was && deploymentOf(was);
  const hasMoved = before && (before.bucket !== wanted.bucket || before.front !== wanted.front);
  if (hasMoved && !wanted.retains) await removeAll(before, s3, signal);
  await deploy(wanted, s3, signal);
}
