import type { ServiceApi } from "../../kernel/service.ts";
import { accessAnalyzerConstraints } from "./constraints.ts";
import { customCheckOperations } from "./custom-checks.ts";
import { accessAnalyzerSchemas } from "./schema.ts";
import { validatePolicyOperations } from "./validate-policy.ts";

export function accessAnalyzerApi(): ServiceApi {
  return {
    schemas: accessAnalyzerSchemas,
    constraints: accessAnalyzerConstraints,
    operations: { ...customCheckOperations(), ...validatePolicyOperations() },
  };
}
