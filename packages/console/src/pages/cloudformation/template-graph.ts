import type { Stack } from "@aws-sdk/client-cloudformation";
import { Evaluation, parseProcessedTemplate, type Template } from "@rolecast/template";
import type { GraphNode } from "./graph-layers.ts";

/**
 * The resources of a stack's template, each with those that it waits for, in an order in which they
 * can be made. Conditions are decided by the stack's parameters.
 *
 * @throws TemplateError if the template can't be evaluated.
 */
export function templateGraph(text: string, stack: Stack): readonly GraphNode[] {
  const template = parseProcessedTemplate(text);
  const { StackId = "", StackName = "", NotificationARNs = [] } = stack;
  const [, , , region = "", accountId = ""] = StackId.split(":");
  const { graph, resources } = new Evaluation(template, {
    accountId,
    region,
    partition: "aws",
    urlSuffix: "amazonaws.com",
    stackName: StackName,
    stackId: StackId,
    notificationArns: NotificationARNs,
    parameters: parametersOf(template, stack),
    exports: () => undefined,
    availabilityZones: (name) => ["a", "b", "c"].map((zone) => `${name}${zone}`),
  });
  return graph.order.map((id) => ({
    id,
    type: resources.get(id)?.type ?? "",
    waitsFor: [...(graph.dependencies.get(id) ?? [])],
  }));
}

/** The parameters' values. A hidden one is `****`, so a condition on it may be decided wrongly. */
function parametersOf(template: Template, { Parameters = [] }: Stack) {
  const given = new Map(
    Parameters.map(({ ParameterKey, ParameterValue, ResolvedValue }) => [
      ParameterKey,
      ResolvedValue ?? ParameterValue,
    ]),
  );
  return new Map(
    [...template.parameters.values()].map(({ name, type, defaultValue }) => {
      const text = given.get(name) ?? defaultValue ?? "";
      return [name, /List/.test(type) ? text.split(",") : text];
    }),
  );
}
