import type { Template } from "../declare/template.ts";
import { type NeededCapabilities, neededCapabilities } from "./capabilities.ts";

/**
 * A template in short, with the names of GetTemplateSummary's answer
 * (https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_GetTemplateSummary.html).
 */
export interface TemplateSummary {
  readonly Parameters: readonly ParameterSummary[];
  readonly Description?: string;
  readonly Capabilities?: NeededCapabilities["capabilities"];
  readonly CapabilitiesReason?: string;
  readonly ResourceTypes: readonly string[];
  readonly Version: string;
  /** The template's metadata as JSON. */
  readonly Metadata?: string;
  readonly DeclaredTransforms?: readonly string[];
  readonly ResourceIdentifierSummaries: readonly ResourceIdentifierSummary[];
}

export interface ParameterSummary {
  readonly ParameterKey: string;
  readonly DefaultValue?: string;
  readonly ParameterType: string;
  readonly NoEcho: boolean;
  readonly Description?: string;
  readonly ParameterConstraints: { readonly AllowedValues?: readonly string[] };
}

export interface ResourceIdentifierSummary {
  readonly ResourceType: string;
  readonly LogicalResourceIds: readonly string[];
  readonly ResourceIdentifiers: readonly string[];
}

/**
 * Sums a template up.
 *
 * @param identifiers the properties that identify resources of a type, to import them by.
 */
export function templateSummary(
  template: Template,
  identifiers: (typeName: string) => readonly string[] | undefined,
): TemplateSummary {
  const { capabilities, reason } = neededCapabilities(template);
  const byType = new Map<string, string[]>();
  for (const { logicalId, type } of template.resources.values())
    byType.set(type, [...(byType.get(type) ?? []), logicalId]);
  return {
    Parameters: [...template.parameters.values()].map((parameter) => ({
      ParameterKey: parameter.name,
      ...(parameter.defaultValue !== undefined && { DefaultValue: parameter.defaultValue }),
      ParameterType: parameter.type,
      NoEcho: parameter.noEcho,
      ...(parameter.description !== undefined && { Description: parameter.description }),
      ParameterConstraints: parameter.allowedValues
        ? { AllowedValues: parameter.allowedValues }
        : {},
    })),
    ...(template.description !== undefined && { Description: template.description }),
    ...(capabilities.length > 0 && { Capabilities: capabilities }),
    ...(reason !== undefined && { CapabilitiesReason: reason }),
    ResourceTypes: [...byType.keys()],
    Version: "2010-09-09",
    ...(template.metadata && { Metadata: JSON.stringify(template.metadata) }),
    ...(template.transforms.length > 0 && {
      DeclaredTransforms: template.transforms.map(({ name }) => name),
    }),
    ResourceIdentifierSummaries: [...byType].map(([ResourceType, LogicalResourceIds]) => ({
      ResourceType,
      LogicalResourceIds,
      ResourceIdentifiers: identifiers(ResourceType) ?? [],
    })),
  };
}
