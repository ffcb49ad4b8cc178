import { ARN_PARTS } from "../compile/arn-parts.ts";
import { escapePattern, resourcePattern } from "../resource-pattern.ts";

/**
 * How far a generated policy goes beyond the resources that were asked for: not at all, to all with
 * the same text up to the last slash, or to all of the service.
 */
export type ResourceRule = "exact" | "prefix" | "service";

/** A resource as a pattern. "*" is that of actions without resources. */
export function patternFor(resource: string, rule: ResourceRule): string {
  const exact = resourcePattern(resource);
  if (exact === "*") {
    return exact;
  }
  const parts = resource.split(":");
  const slash = resource.lastIndexOf("/");
  const name = parts.slice(0, ARN_PARTS - 1).join(":").length + 1;
  switch (rule) {
    case "exact":
      return exact;
    case "prefix":
      return slash > name ? `${escapePattern(resource.slice(0, slash + 1))}*` : exact;
    case "service":
      return `${parts.slice(0, 3).join(":")}:*`;
    default:
      return rule satisfies never;
  }
}

/**
 * The patterns without those that another one covers. In order, all that begin alike stand
 * together, so each is compared with the last star only.
 */
export function withoutCovered(patterns: Iterable<string>): readonly string[] {
  const ordered = [...new Set(patterns)]
    .map((pattern) => ({ pattern, start: pattern.replace(/\*$/, "") }))
    .sort((one, other) =>
      one.start === other.start
        ? other.pattern.length - one.pattern.length
        : one.start < other.start
          ? -1
          : 1,
    );
  const kept: string[] = [];
  let star: string | undefined;
  for (const { pattern, start } of ordered) {
    if (star === undefined || !start.startsWith(star)) {
      kept.push(pattern);
      if (start.length < pattern.length) {
        star = start;
      }
    }
  }
  return kept;
}
