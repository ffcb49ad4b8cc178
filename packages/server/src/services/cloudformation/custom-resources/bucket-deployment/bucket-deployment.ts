import type { Caller } from "../../../../kernel/principal.ts";
import { CLOUDFORMATION } from "../../../../kernel/resource-types/resource-calls.ts";
import { ResourceError, type ResourceModel, type Step } from "../../../../kernel/resources.ts";
import type { EngineDependencies } from "../../dependencies.ts";
import type { OwnType, StackStepCalls } from "../../types/own-type.ts";
import {
  type OutsideDependencies,
  type OutsideWork,
  outsideInvoke,
  outsideStep,
} from "../outside-step.ts";
import { json, optional, required, text } from "../properties.ts";
import { callerOfProvider } from "../provider-session.ts";
import { serviceTimeoutMs } from "../service-timeout.ts";
import { customPermissions } from "../service-token.ts";
import type { S3Call } from "./deploy.ts";
import { type Deployment, deploymentOf } from "./deployment.ts";

type Dependencies = EngineDependencies & OutsideDependencies;

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
 * permissions of the function's role, outside the steps' transactions.
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
    permissions: customPermissions,
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
  const wanted = deploymentOf(properties);
  const work: OutsideWork<void> = {
    timeoutMs: serviceTimeoutMs(properties),
    model,
    async prepare() {
      const s3 = callsOf(await callerOfProvider(properties, call, deps), call, deps);
      return (signal) => deployed(asked, wanted, s3, signal);
    },
    done() {
      const { PhysicalResourceId = `aws.cdk.s3deployment.${call.token}` } = model ?? {};
      const shown = { SourceObjectKeys: wanted.shownKeys, PhysicalResourceId };
      return { kind: "done", model: { ...properties, ...shown } };
    },
  };
  return outsideStep(work, call, deps);
}

function callsOf(as: Caller, call: StackStepCalls, deps: Dependencies): S3Call {
  const invoke = outsideInvoke(call, deps);
  const { region } = call;
  return (operation, input) =>
    invoke("s3", operation, input, { as, region, userAgent: CLOUDFORMATION });
}

async function deployed(
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
