import type { ResourceModel } from "../../../kernel/resources.ts";
import type { VersionInput } from "./requested-version.ts";

/** The version that the properties of a nested stack ask for. */
export function nestedVersionInput(
  want: ResourceModel,
  capabilities: readonly string[],
): VersionInput {
  const parameters = Object.entries((want.Parameters ?? {}) as Readonly<Record<string, unknown>>);
  return {
    TemplateURL: want.TemplateURL as string | undefined,
    Parameters: parameters.map(([ParameterKey, value]) => ({
      ParameterKey,
      ParameterValue: Array.isArray(value) ? value.join(",") : String(value),
    })),
    NotificationARNs: (want.NotificationARNs ?? []) as string[],
    Tags: (want.Tags ?? []) as { Key: string; Value: string }[],
    Capabilities: capabilities,
  };
}
