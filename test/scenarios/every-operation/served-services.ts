import type { RunningServer } from "@rolecast/server";
import type { ApiDefinition, Operation } from "@rolecast/wire";
import { ServiceWire } from "@rolecast/wire";
import { vi } from "vitest";
import { RegisteredService } from "../../../packages/server/src/gateway/registered-service.ts";
import type { ServiceConstraints } from "../../../packages/server/src/kernel/constraints.ts";
import type { ServiceApi } from "../../../packages/server/src/kernel/service.ts";
import { SERVICES } from "../../../packages/server/src/services/index.ts";

/** An operation's schema: its kind, namespace, name, traits, input and output. */
type OperationSchema = readonly [number, string, string, unknown, unknown, unknown];
const OPERATION = 9;

/** A service in one of its protocols, with the operations that work. */
export interface ServedService {
  readonly name: string;
  readonly signingName: string;
  readonly protocol: ApiDefinition["protocol"];
  readonly version: string;
  readonly targetPrefix: string | undefined;
  readonly operations: readonly Operation[];
  readonly constraints: ServiceConstraints;
  /** Codes and names of its model's errors. */
  readonly errors: ReadonlySet<string>;
  schemaOf(operation: string): OperationSchema;
}

/** Every service of a server, as the server itself loads it. */
export async function servedServices(server: RunningServer): Promise<readonly ServedService[]> {
  const load = vi.spyOn(RegisteredService.prototype, "load");
  await server.operations();
  const all = load.mock.contexts as readonly RegisteredService[];
  load.mockRestore();
  const apis = [...new Set(all)].map(async ({ service }) => {
    const api = await service.api();
    const further = SERVICES.find(({ definition }) => definition.name === service.definition.name);
    const definitions = [service.definition, ...(further?.furtherProtocols ?? [])];
    return definitions.map((definition) => servedService(definition, api));
  });
  return (await Promise.all(apis)).flat();
}

function servedService(
  definition: ApiDefinition,
  { schemas, operations, constraints }: ServiceApi,
): ServedService {
  const wire = new ServiceWire({ ...definition, schemas });
  const byName = new Map<string, OperationSchema>();
  for (const schema of Object.values(schemas))
    if (Array.isArray(schema) && schema[0] === OPERATION)
      byName.set(schema[2], schema as unknown as OperationSchema);
  return {
    ...{ name: definition.name, signingName: definition.signingName },
    ...{ protocol: definition.protocol, version: definition.version, constraints },
    targetPrefix: definition.targetPrefix,
    errors: new Set(wire.errors.keys()),
    operations: [...wire.operations.values()].filter(({ name }) => Object.hasOwn(operations, name)),
    schemaOf(operation) {
      const schema = byName.get(operation);
      if (!schema) throw new Error(`no schema of ${operation}`);
      return schema;
    },
  };
}
