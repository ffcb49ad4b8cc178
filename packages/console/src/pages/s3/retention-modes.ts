import type { ObjectLockRetentionMode } from "@aws-sdk/client-s3";

/** What keeps versions from being deleted, and who can end it. */
export const RETENTION_MODES = [
  { value: "", label: "None" },
  {
    value: "GOVERNANCE",
    label: "Governance",
    description: "Whoever may s3:BypassGovernanceRetention can end it.",
  },
  { value: "COMPLIANCE", label: "Compliance", description: "Nobody can end or shorten it." },
];

export function retentionMode(value: string): ObjectLockRetentionMode | "" {
  return value === "GOVERNANCE" || value === "COMPLIANCE" ? value : "";
}
