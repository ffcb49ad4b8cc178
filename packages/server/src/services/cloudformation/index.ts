import { defineService } from "../../kernel/define-service.ts";
import type { Decide } from "../../kernel/invoke.ts";
import type { CredentialSource } from "../../kernel/ports/identity.ts";
import type { ResourceTypes } from "../../kernel/resources.ts";
import type { PlainRequest, ServiceDependencies } from "../../kernel/service.ts";
import { StoredCallers } from "../../kernel/stored-callers.ts";
import { EndpointCalls } from "./custom-resources/endpoint-calls.ts";
import { RESPONSES_PATH } from "./custom-resources/response-address.ts";
import { StepRuns } from "./custom-resources/step-runs.ts";
import type { CloudFormationSettings } from "./dependencies.ts";
import { OperationWorker } from "./engine/operation-worker.ts";
import { cloudFormationMigrations } from "./migrations.ts";
import { sealColumns } from "./rows/sealed-columns.ts";
import { SIGNALS_PATH } from "./signals/handle-address.ts";

/** Deployments and calls of custom resources at the same time. */
const RUNS_AT_ONCE_MAX = 4;

interface CloudFormationNeeds extends ServiceDependencies {
  readonly sealingKey: Uint8Array;
  readonly decide: Decide;
  readonly sessions: CredentialSource;
  readonly resources: ResourceTypes;
  readonly address: { readonly endpoint: string; readonly publicBaseUrl: string };
  readonly settings: CloudFormationSettings;
}

/** AWS CloudFormation: stacks of the other services' resources, made by their own operations. */
export const cloudformation = defineService({
  title: "CloudFormation",
  definition: {
    name: "cloudformation",
    signingName: "cloudformation",
    protocol: "awsQuery",
    version: "2010-05-15",
    floats: [
      "DescribeResourceScanOutput.PercentageCompleted",
      "ResourceScanSummary.PercentageCompleted",
    ],
    xmlNamespace: "http://cloudformation.amazonaws.com/doc/2010-05-15/",
    precision: "milliseconds",
  },
  migrations: cloudFormationMigrations,
  audit: { resourceTypePrefix: "AWS::CloudFormation", secretMembers: ["ParameterValue"] },
  create: createCloudFormation,
});

function createCloudFormation(needs: CloudFormationNeeds) {
  sealColumns(needs.store, needs.sealingKey);
  const runs = new StepRuns(RUNS_AT_ONCE_MAX);
  const calls = new EndpointCalls();
  const storedCallers = new StoredCallers(needs.sealingKey);
  const openEngine = async () => {
    const { engineParts } = await import("./engine-parts.ts");
    return engineParts({ ...needs, storedCallers, runs, calls });
  };
  let opened: ReturnType<typeof openEngine> | undefined;
  const engine = () => {
    opened ??= openEngine();
    return opened;
  };
  const worker = new OperationWorker(needs, engine);
  return {
    api: async () => {
      const parts = await engine();
      return (await import("./api.ts")).cloudFormationApi({ ...parts, worker });
    },
    plainRequest(request: PlainRequest) {
      if (request.path.startsWith(SIGNALS_PATH)) return takeSignal(request, needs);
      if (request.path.startsWith(RESPONSES_PATH)) return takeResponse(request, needs);
      return undefined;
    },
    async start() {
      worker.start();
    },
    drain: () => worker.drain(),
    async close() {
      await worker.close();
      await (await opened)?.reader.close();
      await calls.close();
      await runs.close();
    },
  };
}

async function takeSignal(request: PlainRequest, needs: CloudFormationNeeds) {
  const { answerSignal } = await import("./signals/signal-requests.ts");
  return answerSignal(request, needs);
}

async function takeResponse(request: PlainRequest, needs: CloudFormationNeeds) {
  const { answerResponse } = await import("./custom-resources/endpoint-responses.ts");
  return answerResponse(request, needs);
}
