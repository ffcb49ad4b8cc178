import type { PlaybackRestrictionPolicySummary } from "@aws-sdk/client-ivs";

type Policy = PlaybackRestrictionPolicySummary;

/** A policy's restrictions, as its list and its page show them. */
export const RESTRICTIONS = [
  {
    label: "Countries",
    shown: ({ allowedCountries }: Policy) => allowedCountries?.join(", ") || "All",
  },
  {
    label: "Web sites",
    shown: ({ allowedOrigins }: Policy) => allowedOrigins?.join(", ") || "All",
  },
  {
    label: "Strict",
    shown: ({ enableStrictOriginEnforcement: strict }: Policy) => (strict ? "Yes" : "No"),
  },
] as const;
