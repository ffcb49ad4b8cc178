import type { PolicyStatement } from "../document/policy-document.ts";
import type { NamedAction } from "./action-advice.ts";
import { canNameResource } from "./arn-overlap.ts";
import type { Advice } from "./policy-warning.ts";

/** Advice on actions whose resources the statement doesn't name. */
export function adviseResources(
  { action, resource }: PolicyStatement,
  known: readonly NamedAction[],
): readonly Advice[] {
  if (!resource || resource.negated || action.negated || resource.values.includes("*")) return [];
  return known.flatMap((each) => {
    // Of a pattern's actions some may be about other things.
    if (/[*?]/.test(each.written)) return [];
    const templates = each.resources.flatMap((type) => each.service.resources[type] ?? []);
    if (templates.length === 0) return knowsNone(each);
    const fits = resource.values.some((pattern) =>
      templates.some((template) => canNameResource(pattern, template)),
    );
    return fits ? [] : [fitsNone(each, templates)];
  });
}

function knowsNone({ name, written, resources }: NamedAction): readonly Advice[] {
  if (resources.length > 0) return [];
  const message = `\`${name}\` is about no resource, so this never applies to it: it needs \`*\``;
  return [{ code: "ResourceDoesNotFit", message, about: written }];
}

function fitsNone({ name, written, resources }: NamedAction, templates: readonly string[]): Advice {
  const example = templates.map((template) => `\`${template}\``).join(" or ");
  const types = resources.map((type) => `\`${type}\``).join(" or ");
  return {
    code: "ResourceDoesNotFit",
    message: `\`${name}\` is about ${types}, and no resource here is one: ${example}`,
    about: written,
  };
}
