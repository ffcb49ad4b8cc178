import { defineService } from "../../kernel/define-service.ts";
import type { CredentialSource } from "../../kernel/ports/identity.ts";
import type { ResourceTypes } from "../../kernel/resources.ts";
import type { PlainRequest, ServiceDependencies } from "../../kernel/service.ts";
import { StoredCallers } from "../../kernel/stored-callers.ts";
import { bucketDeployment } from "./custom-resources/bucket-deployment/bucket-deployment.ts";
import { DeploymentRuns } from "./custom-resources/bucket-deployment/deployment-runs.ts";
import { customType } from "./custom-resources/custom-type.ts";
import { EndpointCalls } from "./custom-resources/endpoint-calls.ts";
import { endpointType } from "./custom-resources/endpoint-type.ts";
import { NATIVE_PROVIDERS } from "./custom-resources/native-providers.ts";
import { providerFunction } from "./custom-resources/provider-function.ts";
import { providerLayer } from "./custom-resources/provider-layer.ts";
import { providerLogGroup } from "./custom-resources/provider-log-group.ts";
import { RESPONSES_PATH } from "./custom-resources/response-address.ts";
import type { CloudFormationSettings, EngineDependencies } from "./dependencies.ts";
import { OperationWorker } from "./engine/operation-worker.ts";
import { cloudFormationMigrations } from "./migrations.ts";
import { nestedStack } from "./nested/nested-stack.ts";
import { SIGNALS_PATH } from "./signals/handle-address.ts";
import { waitCondition } from "./signals/wait-condition.ts";
import { waitConditionHandle } from "./signals/wait-condition-handle.ts";
import { cdkMetadata } from "./types/cdk-metadata.ts";
import { EngineTypes } from "./types/engine-types.ts";

interface CloudFormationNeeds extends ServiceDependencies {
  readonly sealingKey: Uint8Array;
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
    xmlNamespace: "http://cloudformation.amazonaws.com/doc/2010-05-15/",
    precision: "milliseconds",
  },
  migrations: cloudFormationMigrations,
  audit: { resourceTypePrefix: "AWS::CloudFormation", secretMembers: ["ParameterValue"] },
  create: createCloudFormation,
});

function createCloudFormation(needs: CloudFormationNeeds) {
  const storedCallers = new StoredCallers(needs.sealingKey);
  const types = new EngineTypes(needs.resources);
  const engine = { ...needs, storedCallers, types };
  types.add(cdkMetadata);
  types.add(nestedStack(engine));
  types.add(waitConditionHandle(engine));
  types.add(waitCondition(engine));
  types.add(providerFunction(engine));
  for (const provider of NATIVE_PROVIDERS) types.add(customType(provider, engine));
  types.add(providerLayer(engine));
  types.add(providerLogGroup(engine));
  const runs = new DeploymentRuns();
  types.add(bucketDeployment({ ...engine, runs }));
  const calls = new EndpointCalls();
  if (Object.keys(needs.settings.customResources).length > 0)
    types.addCustom((typeName) => endpointType(typeName, { ...engine, calls }));
  const worker = new OperationWorker(engine);
  return {
    api: async () => (await import("./api.ts")).cloudFormationApi({ ...engine, worker }),
    plainRequest(request: PlainRequest) {
      if (request.path.startsWith(SIGNALS_PATH)) return takeSignal(request, engine);
      if (request.path.startsWith(RESPONSES_PATH)) return takeResponse(request, engine);
      return undefined;
    },
    async start() {
      worker.start();
    },
    drain: () => worker.drain(),
    async close() {
      await worker.close();
      await calls.close();
      await runs.close();
    },
  };
}

async function takeSignal(request: PlainRequest, engine: EngineDependencies) {
  const { answerSignal } = await import("./signals/signal-requests.ts");
  return answerSignal(request, engine);
}

async function takeResponse(
  request: PlainRequest,
  engine: EngineDependencies & { readonly sealingKey: Uint8Array },
) {
  const { answerResponse } = await import("./custom-resources/endpoint-responses.ts");
  return answerResponse(request, engine);
}
