import { CLOUDFORMATION } from "../../../../kernel/resource-types/resource-calls.ts";
import { ResourceError, type ResourceModel, type Step } from "../../../../kernel/resources.ts";
import { StoreUnavailableError } from "../../../../kernel/store.ts";
import type { EngineDependencies } from "../../dependencies.ts";
import type { OwnType, StackStepCalls } from "../../types/own-type.ts";
import { answering } from "../custom-type.ts";
import { json, optional, required, text } from "../properties.ts";
import { callerOfProvider } from "../provider-session.ts";
import { deploymentOf } from "./deployment.ts";
import type { DeploymentRuns } from "./deployment-runs.ts";

/** The pause between two looks whether the objects are there. */
const LOOK_MS = 100;

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
 * The CDK's `BucketDeployment`: the files of archives become objects of a bucket, by the role of the
 * function. Objects' bytes can't be part of a step's transaction, so that steps begin the work,
 * look whether it has ended, and begin it again where the process that did it has died.
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
  const resource = `${place.stack.stack_id} ${place.logicalId}`;
  const wanted = deploymentOf(properties);
  const outcome = deps.runs.outcomeOf(resource, token);
  if (outcome) {
    tx.afterCommit(() => deps.runs.forget(resource, token));
    return answering(call, async () => {
      if (outcome.error instanceof StoreUnavailableError) deps.runs.forget(resource, token);
      if ("error" in outcome) throw outcome.error;
      const { PhysicalResourceId = `aws.cdk.s3deployment.${token}` } = model ?? {};
      return { kind: "done", model: { ...properties, ...wanted.data, PhysicalResourceId } };
    });
  }
  const as = await answering(call, () => callerOfProvider(properties, call, deps));
  const { region, userAgent } = { region: call.region, userAgent: CLOUDFORMATION };
  const s3 = <Output>(operation: string, input: object) =>
    deps.invoke<Output>("s3", operation, input, { as, region, userAgent });
  tx.afterCommit(() =>
    deps.runs.begin(resource, token, async (signal) => {
      const { deploy, isOwned, removeAll } = await import("./deploy.ts");
      if (asked.isDeletion) {
        if (!wanted.retains && !(await isOwned(wanted, s3))) await removeAll(wanted, s3, signal);
        return;
      }
      const before = asked.was && deploymentOf(asked.was);
      const hasMoved = before && (before.bucket !== wanted.bucket || before.front !== wanted.front);
      if (hasMoved && !wanted.retains) await removeAll(before, s3, signal);
      await deploy(wanted, s3, signal);
    }),
  );
  return { kind: "wait", ms: LOOK_MS, state: {}, ...(model && { model }) };
}
