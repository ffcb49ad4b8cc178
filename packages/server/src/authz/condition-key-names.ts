/**
 * Condition keys as AWS writes them. Policies may write them in any case; they are kept in lower
 * case and shown so. Source: Service Authorization Reference, "Condition keys" of each service,
 * and IAM User Guide, "AWS global condition context keys".
 */
const NAMES: readonly string[] = [
  ...["CalledVia", "CalledViaFirst", "CalledViaLast", "CurrentTime", "EpochTime"],
  ...["FederatedProvider", "MultiFactorAuthAge", "MultiFactorAuthPresent", "PrincipalAccount"],
  ...["PrincipalArn", "PrincipalIsAWSService", "PrincipalOrgID", "PrincipalOrgPaths"],
  ...["PrincipalServiceName", "PrincipalServiceNamesList", "PrincipalTag/", "PrincipalType"],
  ...["RequestTag/", "RequestedRegion", "ResourceAccount", "ResourceOrgID", "ResourceOrgPaths"],
  ...["ResourceTag/", "SecureTransport", "SourceAccount", "SourceArn", "SourceIdentity"],
  ...["SourceIp", "SourceOrgID", "SourceOrgPaths", "SourceOwner", "SourceVpc", "SourceVpce"],
  ...["TagKeys", "TokenIssueTime", "UserAgent", "ViaAWSService"],
].map((name) => `aws:${name}`);
const OF_SERVICES: readonly string[] = [
  ...["iam:AWSServiceName", "iam:PassedToService", "iam:PermissionsBoundary", "iam:PolicyARN"],
  ...["iam:AssociatedResourceArn", "iam:OrganizationsPolicyId", "iam:ResourceTag/"],
  ...["iam:ServiceSpecificCredentialAgeDays", "iam:ServiceSpecificCredentialServiceName"],
  ...["s3:BucketTag/", "s3:DataAccessPointAccount", "s3:DataAccessPointArn", "s3:authType"],
  ...["s3:ExistingObjectTag/", "s3:RequestObjectTag/"],
  ...["s3:RequestObjectTagKeys", "s3:ResourceAccount", "s3:VersionId", "s3:signatureAge"],
  ...["s3:TlsVersion", "s3:signatureversion", "s3:x-amz-acl"],
  ...["sts:AWSServiceName", "sts:DurationSeconds", "sts:ExternalId", "sts:IdentityTokenAudience"],
  ...["sts:RoleSessionName", "sts:SigningAlgorithm", "sts:SourceIdentity", "sts:TaskPolicyArn"],
  ...["sts:TransitiveTagKeys", "SAML:aud", "SAML:iss", "SAML:sub", "SAML:namequalifier"],
  ...["cloudformation:ChangeSetName", "cloudformation:ImportResourceTypes"],
  ...["cloudformation:ResourceTypes", "cloudformation:RoleArn", "cloudformation:StackPolicyUrl"],
  ...["cloudformation:TemplateUrl", "cloudwatch:AlarmActions"],
  ...["events:TargetArn", "organizations:PolicyType", "organizations:ServicePrincipal"],
  ...["kms:BypassPolicyLockoutSafetyCheck", "kms:CallerAccount", "kms:DataKeyPairSpec"],
  ...["kms:EncryptionAlgorithm", "kms:ExpirationModel", "kms:KeyAgreementAlgorithm"],
  ...["kms:MacAlgorithm", "kms:MessageType", "kms:MultiRegionKeyType", "kms:PrimaryRegion"],
  ...["kms:ReplicaRegion", "kms:SigningAlgorithm", "kms:ValidTo", "kms:WrappingAlgorithm"],
  "kms:WrappingKeySpec",
  ...[
    "kms:EncryptionContext:",
    "kms:EncryptionContextKeys",
    "kms:GrantConstraintType",
    "kms:GrantIsForAWSResource",
  ],
  ...["kms:GrantOperations", "kms:GranteePrincipal", "kms:KeyOrigin", "kms:KeySpec"],
  ...["kms:KeyUsage", "kms:MultiRegion", "kms:ReEncryptOnSameKey", "kms:RequestAlias"],
  ...["kms:ResourceAliases", "kms:RetiringPrincipal", "kms:RotationPeriodInDays"],
  ...["kms:ScheduleKeyDeletionPendingWindowInDays", "kms:ViaService"],
  "ecr:ResourceTag/",
  ...["ssm:Overwrite", "ssm:Policies", "ssm:Recursive", "ssm:resourceTag/"],
];

const EXACT = new Map(
  [...NAMES, ...OF_SERVICES]
    .filter((name) => !name.endsWith("/") && !name.endsWith(":"))
    .map((name) => [name.toLowerCase(), name]),
);
const PREFIXES = [...NAMES, ...OF_SERVICES].filter((name) => /[/:]$/.test(name));

/** A lower-cased condition key as AWS writes it; an unknown one as it is. */
export function conditionKeyName(lowerCased: string): string {
  const exact = EXACT.get(lowerCased);
  if (exact !== undefined) return exact;
  const prefix = PREFIXES.find((name) => lowerCased.startsWith(name.toLowerCase()));
  return prefix === undefined ? lowerCased : prefix + lowerCased.slice(prefix.length);
}
