import type { CheckFinding, CheckPolicyOptions, validatePolicy } from "@rolecast/policy";
import { useEffect, useState } from "react";
import { useCall } from "../wire/use-call.ts";
import { findingsOfAws } from "../wire/validate-policy.ts";

type PolicyKind = Parameters<typeof validatePolicy>[1];

/** The text is checked when nothing was typed for so long. */
const PAUSE_MS = 600;

const IDENTITY = { policyType: "IDENTITY_POLICY" } as const;
const RESOURCE = { policyType: "RESOURCE_POLICY" } as const;
const CHECKED_AS: Readonly<Record<PolicyKind, Omit<CheckPolicyOptions, "data">>> = {
  managed: IDENTITY,
  inline: IDENTITY,
  session: IDENTITY,
  trust: { ...RESOURCE, resourceType: "AWS::IAM::AssumeRolePolicyDocument" },
  bucket: { ...RESOURCE, resourceType: "AWS::S3::Bucket" },
  key: RESOURCE,
};

const NONE: readonly CheckFinding[] = [];

/**
 * Access Analyzer's findings of a text that IAM or S3 would take, after a pause of the keys. None
 * for another text, and for a key that may not ask.
 */
export function usePolicyChecks(
  text: string,
  kind: PolicyKind,
  enabled: boolean,
): { readonly checks: readonly CheckFinding[]; readonly isChecking: boolean } {
  const [settled, setSettled] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [text]);
  const asks = enabled && settled === text;
  const { data, error } = useCall(asks ? `policy checks ${kind} ${settled}` : "no checks", (aws) =>
    asks ? findingsOfAws(aws, settled, CHECKED_AS[kind]) : Promise.resolve(NONE),
  );
  const isAnswered = asks && (data !== undefined || error !== undefined);
  return { checks: data ?? NONE, isChecking: enabled && !isAnswered };
}
