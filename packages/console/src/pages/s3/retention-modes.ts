import type { ObjectLockRetentionMode } from "@aws-sdk/client-s3";

/** The retention modes, and who can end each. */
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
