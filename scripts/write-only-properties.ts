/**
 * Properties that reading a resource doesn't give back, by type; a path where they are nested. They
 * are the `writeOnlyProperties` of CloudFormation's registry schemas, which
 * `@aws-cdk/aws-service-spec` leaves out. Source: DescribeType's schemas,
 * https://schema.cloudformation.us-east-1.amazonaws.com.
 */
export const WRITE_ONLY: Readonly<Record<string, readonly string[]>> = {
  "AWS::ECR::Repository": ["EmptyOnDelete"],
  "AWS::Events::Connection": ["AuthParameters"],
  "AWS::IAM::SAMLProvider": ["AddPrivateKey", "RemovePrivateKey"],
  "AWS::IAM::ServerCertificate": ["PrivateKey"],
  "AWS::IAM::User": ["LoginProfile/Password"],
  "AWS::IVS::PlaybackKeyPair": ["PublicKeyMaterial"],
  "AWS::KMS::Key": ["BypassPolicyLockoutSafetyCheck", "PendingWindowInDays"],
  "AWS::KMS::ReplicaKey": ["PendingWindowInDays"],
  "AWS::Organizations::Account": ["RoleName"],
  "AWS::S3::Bucket": [
    "AccessControl",
    "LifecycleConfiguration/Rules/*/NoncurrentVersionExpirationInDays",
    "LifecycleConfiguration/Rules/*/NoncurrentVersionTransition",
    "LifecycleConfiguration/Rules/*/Transition",
    "ReplicationConfiguration/Rules/*/Prefix",
  ],
  "AWS::SSM::Parameter": ["AllowedPattern", "Description", "Policies", "Tags", "Tier"],
};
