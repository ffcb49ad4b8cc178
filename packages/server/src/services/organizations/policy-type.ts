import { CONTROL_POLICIES_MAX, CONTROL_POLICY_CHARS_MAX } from "../../kernel/control-policy.ts";

interface PolicyTypeLimits {
  /** Characters of a document. */
  readonly charsMax: number;
  /** Policies of a root, unit or account. */
  readonly attachedMax: number;
  /** Policies of an organization. */
  readonly policiesMax: number;
}

const MANAGEMENT_POLICY = { charsMax: 10_000, attachedMax: 10, policiesMax: 1_000 };

/**
 * The types of policies with their limits. Source: Organizations User Guide, "Quotas and service
 * limits".
 */
export const POLICY_TYPES = {
  SERVICE_CONTROL_POLICY: {
    ...{ charsMax: CONTROL_POLICY_CHARS_MAX.scp, attachedMax: CONTROL_POLICIES_MAX.scp },
    policiesMax: 10_000,
  },
  RESOURCE_CONTROL_POLICY: {
    ...{ charsMax: CONTROL_POLICY_CHARS_MAX.rcp, attachedMax: CONTROL_POLICIES_MAX.rcp },
    policiesMax: 2_000,
  },
  TAG_POLICY: MANAGEMENT_POLICY,
  BACKUP_POLICY: MANAGEMENT_POLICY,
  AISERVICES_OPT_OUT_POLICY: { charsMax: 2_500, attachedMax: 5, policiesMax: 1_000 },
  CHATBOT_POLICY: { charsMax: 10_000, attachedMax: 5, policiesMax: 1_000 },
  DECLARATIVE_POLICY_EC2: MANAGEMENT_POLICY,
  SECURITYHUB_POLICY: MANAGEMENT_POLICY,
  SECURITYHUB_CSPM_POLICY: MANAGEMENT_POLICY,
  INSPECTOR_POLICY: MANAGEMENT_POLICY,
  GUARDDUTY_POLICY: MANAGEMENT_POLICY,
  UPGRADE_ROLLOUT_POLICY: MANAGEMENT_POLICY,
  BEDROCK_POLICY: MANAGEMENT_POLICY,
  S3_POLICY: MANAGEMENT_POLICY,
  NETWORK_SECURITY_DIRECTOR_POLICY: MANAGEMENT_POLICY,
} as const satisfies Readonly<Record<string, PolicyTypeLimits>>;

export type PolicyType = keyof typeof POLICY_TYPES;

export const POLICY_TYPE_NAMES = Object.keys(POLICY_TYPES) as readonly PolicyType[];

/** The types that decide about requests, and not about settings. */
export const CONTROL_KINDS = {
  SERVICE_CONTROL_POLICY: "scp",
  RESOURCE_CONTROL_POLICY: "rcp",
} as const;

export function controlKindOf(type: PolicyType): "scp" | "rcp" | undefined {
  return type in CONTROL_KINDS ? CONTROL_KINDS[type as keyof typeof CONTROL_KINDS] : undefined;
}
