import type { AnalyzerType } from "./tables.ts";

export function isOfOrganization(type: AnalyzerType): boolean {
  return type.startsWith("ORGANIZATION");
}

/** The access that an analyzer finds. */
export function accessOf(type: AnalyzerType): "external" | "internal" | "unused" {
  if (type.endsWith("UNUSED_ACCESS")) return "unused";
  return type.endsWith("INTERNAL_ACCESS") ? "internal" : "external";
}
