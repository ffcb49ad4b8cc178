import { ReadableRows } from "../../kernel/readable-rows.ts";
import type { ResourceTypes } from "../../kernel/resources.ts";
import { bucketDeployment } from "./custom-resources/bucket-deployment/bucket-deployment.ts";
import { customType } from "./custom-resources/custom-type.ts";
import type { EndpointCalls } from "./custom-resources/endpoint-calls.ts";
import { endpointType } from "./custom-resources/endpoint-type.ts";
import { NATIVE_PROVIDERS } from "./custom-resources/native-providers.ts";
import { providerFunction } from "./custom-resources/provider-function.ts";
import { providerLayer } from "./custom-resources/provider-layer.ts";
import { providerLogGroup } from "./custom-resources/provider-log-group.ts";
import type { StepRuns } from "./custom-resources/step-runs.ts";
import type { CloudFormationDependencies, EngineDependencies } from "./dependencies.ts";
import { nestedStack } from "./nested/nested-stack.ts";
import { TemplateReader } from "./reader/template-reader.ts";
import { waitCondition } from "./signals/wait-condition.ts";
import { waitConditionHandle } from "./signals/wait-condition-handle.ts";
import { cdkMetadata } from "./types/cdk-metadata.ts";
import { EngineTypes } from "./types/engine-types.ts";

interface EngineNeeds
  extends Omit<EngineDependencies, "types" | "reader" | "readable">,
    Pick<CloudFormationDependencies, "address" | "settings"> {
  readonly sealingKey: Uint8Array;
  readonly resources: ResourceTypes;
  readonly runs: StepRuns;
  readonly calls: EndpointCalls;
}

/**
 * The engine with the types that are its own. It brings templates, YAML and every step of a stack,
 * so that it is imported by the first request for CloudFormation, or the first operation.
 */
export function engineParts<Needs extends EngineNeeds>(needs: Needs): Needs & EngineDependencies {
  const types = new EngineTypes(needs.resources);
  const readable = new ReadableRows("cloudformation", needs.log);
  const engine = { ...needs, types, reader: new TemplateReader(needs.log), readable };
  types.add(cdkMetadata);
  types.add(nestedStack(engine));
  types.add(waitConditionHandle(engine));
  types.add(waitCondition(engine));
  types.add(providerFunction(engine));
  for (const provider of NATIVE_PROVIDERS) types.add(customType(provider, engine));
  types.add(providerLayer);
  types.add(providerLogGroup);
  types.add(bucketDeployment(engine));
  if (Object.keys(needs.settings.customResources).length > 0)
    types.addCustom((typeName) => endpointType(typeName, engine));
  return engine;
}
