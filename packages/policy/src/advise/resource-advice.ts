import type { StatementSubject } from "../checks/subject.ts";
import { ownValue } from "../own-value.ts";
import { canNameResource } from "./arn-overlap.ts";
import type { KnownAction } from "./known-actions.ts";
import type { Advice } from "./policy-warning.ts";

/** Advice on actions whose resources the statement doesn't name, which AWS has no check of. */
export function adviseResources(
  { action, resource }: StatementSubject,
  known: readonly KnownAction[],
): readonly Advice[] {
  if (!resource || resource.negated || action?.negated) return [];
  const patterns = resource.items.map(({ value }) => value);
  if (patterns.includes("*")) return [];
  return known.flatMap((each) => {
    // Of a pattern's actions some may be about other things.
    if (/[*?]/.test(each.item.value)) return [];
    const templates = each.resources.flatMap(
      (type) => ownValue(each.service.resources, type) ?? [],
    );
    if (templates.length === 0) return knowsNone(each);
    const fits = patterns.some((pattern) =>
      templates.some((template) => canNameResource(pattern, template)),
    );
    return fits ? [] : [fitsNone(each, templates)];
  });
}

function knowsNone({ name, item, resources }: KnownAction): readonly Advice[] {
  if (resources.length > 0) return [];
  const message = `\`${name}\` is about no resource, so this never applies to it: it needs \`*\``;
  return [{ code: "ResourceDoesNotFit", message, place: item.place }];
}

function fitsNone({ name, item, resources }: KnownAction, templates: readonly string[]): Advice {
  const example = templates.map((template) => `\`${template}\``).join(" or ");
  const types = resources.map((type) => `\`${type}\``).join(" or ");
  return {
    code: "ResourceDoesNotFit",
    message: `\`${name}\` is about ${types}, and no resource here is one: ${example}`,
    place: item.place,
  };
}
