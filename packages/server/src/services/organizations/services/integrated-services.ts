/**
 * Services that trusted access can be given to. Source: Organizations User Guide, "AWS services
 * that you can use with AWS Organizations".
 */
const INTEGRATED: ReadonlySet<string> = new Set([
  ...["iam.amazonaws.com", "health.amazonaws.com", "sso.amazonaws.com", "ram.amazonaws.com"],
  ...["account.amazonaws.com", "artifact.amazonaws.com", "aws-artifact-account-sync.amazonaws.com"],
  ...[
    "auditmanager.amazonaws.com",
    "backup.amazonaws.com",
    "billing-cost-management.amazonaws.com",
  ],
  ...["cloudtrail.amazonaws.com", "compute-optimizer.amazonaws.com", "config.amazonaws.com"],
  ...["config-multiaccountsetup.amazonaws.com", "controltower.amazonaws.com"],
  ...["cost-optimization-hub.bcm.amazonaws.com", "detective.amazonaws.com"],
  ...["devops-guru.amazonaws.com", "ds.amazonaws.com", "ec2.amazonaws.com", "fms.amazonaws.com"],
  ...["guardduty.amazonaws.com", "inspector2.amazonaws.com", "license-manager.amazonaws.com"],
  ...["license-manager.member-account.amazonaws.com", "macie.amazonaws.com"],
  ...[
    "malware-protection.guardduty.amazonaws.com",
    "member.org.stacksets.cloudformation.amazonaws.com",
  ],
  ...[
    "resource-explorer-2.amazonaws.com",
    "securityhub.amazonaws.com",
    "securitylake.amazonaws.com",
  ],
  ...["servicecatalog.amazonaws.com", "servicequotas.amazonaws.com", "ssm.amazonaws.com"],
  ...["ipam.amazonaws.com", "reachabilityanalyzer.networkinsights.amazonaws.com"],
  ...["opsdatasync.ssm.amazonaws.com", "stacksets.cloudformation.amazonaws.com"],
  ...["storage-lens.s3.amazonaws.com", "tagpolicies.tag.amazonaws.com"],
  ...["reporting.trustedadvisor.amazonaws.com", "wellarchitected.amazonaws.com"],
  ...["deployment.marketplace.amazonaws.com"],
  ...[
    "private-marketplace.marketplace.amazonaws.com",
    "license-management.marketplace.amazonaws.com",
  ],
  ...["networkmanager.amazonaws.com", "networkmonitor.amazonaws.com", "vpc-lattice.amazonaws.com"],
  ...["security-ir.amazonaws.com", "notifications.amazonaws.com", "q.amazonaws.com"],
  ...["user-subscriptions.amazonaws.com", "observabilityadmin.amazonaws.com"],
  ...["remediation.config.amazonaws.com", "config-conforms.amazonaws.com", "shield.amazonaws.com"],
  ...["access-analyzer.amazonaws.com", "chatbot.amazonaws.com", "route53.amazonaws.com"],
]);

/** Whether trusted access can be given to this service. */
export function isIntegrated(servicePrincipal: string): boolean {
  return INTEGRATED.has(servicePrincipal);
}
