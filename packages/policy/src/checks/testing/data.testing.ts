import type { AuthorizationData, ServiceAuthorization } from "../../advise/authorization-data.ts";

/** As much of AWS's authorization data as the cases of the checks need. */
export const DATA: AuthorizationData = {
  services: {
    apigateway: service({ actions: { GET: [] }, resources: ["apigateway:${Region}::/apis/${Id}"] }),
    cloudformation: service({ actions: { ListStacks: [] } }),
    cloudwatch: service({ actions: { ListMetrics: [] } }),
    dynamodb: service({
      actions: {
        GetItem: ["dynamodb:Attributes", "dynamodb:LeadingKeys", "dynamodb:Select"],
        Query: ["dynamodb:Attributes", "dynamodb:LeadingKeys", "dynamodb:Select"],
      },
      resources: ["dynamodb:${Region}:${Account}:table/${TableName}"],
      keys: {
        "dynamodb:Attributes": "ArrayOfString",
        "dynamodb:LeadingKeys": "ArrayOfString",
        "dynamodb:Select": "String",
      },
    }),
    ec2: service({
      actions: {
        DescribeInstances: ["ec2:Region"],
        RunInstances: ["aws:RequestTag/${TagKey}", "aws:ResourceTag/${TagKey}", "ec2:Region"],
        StopInstances: ["aws:ResourceTag/${TagKey}", "ec2:Region"],
      },
      resources: ["ec2:${Region}:${Account}:instance/${InstanceId}"],
      keys: { "ec2:Region": "String" },
    }),
    iam: service({
      actions: {
        CreateRole: ["aws:RequestTag/${TagKey}", "iam:PermissionsBoundary"],
        CreateServiceLinkedRole: ["iam:AWSServiceName"],
        GetRole: [],
        ListRoles: [],
        PassRole: ["iam:PassedToService"],
      },
      resources: ["iam::${Account}:role/${RoleNameWithPath}", "iam::${Account}:user/${UserName}"],
      keys: {
        "iam:AWSServiceName": "String",
        "iam:PassedToService": "String",
        "iam:PermissionsBoundary": "ARN",
      },
    }),
    kms: service({
      actions: { Decrypt: ["kms:ViaService"], DescribeKey: ["kms:ViaService"] },
      resources: ["kms:${Region}:${Account}:key/${KeyId}"],
      keys: { "kms:ViaService": "String" },
    }),
    lambda: service({
      actions: { InvokeFunction: [] },
      resources: ["lambda:${Region}:${Account}:function:${FunctionName}"],
    }),
    s3: service({
      actions: {
        GetObject: ["s3:ResourceAccount", "s3:VersionId"],
        ListAllMyBuckets: [],
        ListBucket: ["s3:max-keys", "s3:prefix", "s3:ResourceAccount"],
        PutObject: ["s3:ResourceAccount", "s3:x-amz-server-side-encryption-aws-kms-key-id"],
      },
      resources: ["s3:::${BucketName}", "s3:::${BucketName}/${ObjectName}"],
      keys: {
        "s3:ResourceAccount": "String",
        "s3:VersionId": "String",
        "s3:max-keys": "Numeric",
        "s3:prefix": "String",
        "s3:x-amz-server-side-encryption-aws-kms-key-id": "ARN",
      },
    }),
    sqs: service({
      actions: { SendMessage: [] },
      resources: ["sqs:${Region}:${Account}:${QueueName}"],
    }),
    sts: service({
      actions: {
        AssumeRole: ["aws:RequestTag/${TagKey}", "sts:SourceIdentity"],
        AssumeRoleWithSAML: ["saml:aud"],
        AssumeRoleWithWebIdentity: [
          ...["cognito-identity.amazonaws.com:amr", "cognito-identity.amazonaws.com:aud"],
          ...["token.actions.githubusercontent.com:ref", "accounts.google.com:aud"],
        ],
        SetSourceIdentity: ["sts:SourceIdentity"],
        TagSession: ["aws:RequestTag/${TagKey}"],
      },
      resources: ["iam::${Account}:role/${RoleNameWithPath}"],
      keys: {
        "accounts.google.com:aud": "String",
        "cognito-identity.amazonaws.com:amr": "String",
        "cognito-identity.amazonaws.com:aud": "String",
        "saml:aud": "String",
        "sts:SourceIdentity": "String",
        "token.actions.githubusercontent.com:ref": "String",
      },
    }),
  },
  globalKeys: {
    "aws:CalledVia": "ArrayOfString",
    "aws:CurrentTime": "Date",
    "aws:MultiFactorAuthAge": "Numeric",
    "aws:PrincipalAccount": "String",
    "aws:PrincipalArn": "ARN",
    "aws:PrincipalIsAWSService": "Bool",
    "aws:PrincipalOrgID": "String",
    "aws:PrincipalTag/tag-key": "String",
    "aws:RequestTag/tag-key": "String",
    "aws:RequestedRegion": "String",
    "aws:ResourceTag/tag-key": "String",
    "aws:SecureTransport": "Bool",
    "aws:SourceAccount": "String",
    "aws:SourceArn": "ARN",
    "aws:SourceIp": "IPAddress",
    "aws:SourceOrgID": "String",
    "aws:SourceVpc": "String",
    "aws:SourceVpce": "String",
    "aws:TagKeys": "ArrayOfString",
    "aws:UserAgent": "String",
    "aws:VpcSourceIp": "IPAddress",
    "aws:VpceOrgID": "String",
    "aws:referer": "String",
    "aws:userid": "String",
    "aws:username": "String",
  },
  rcpServices: ["s3", "sqs", "sts"],
};

function service(parts: {
  readonly actions: Readonly<Record<string, readonly string[]>>;
  /** ARNs without "arn:${Partition}:". */
  readonly resources?: readonly string[];
  readonly keys?: Readonly<Record<string, string>>;
}): ServiceAuthorization {
  const { actions, resources = [], keys = {} } = parts;
  return {
    actions: Object.fromEntries(
      Object.entries(actions).map(([name, own]) => [name, { resources: [], keys: own }]),
    ),
    resources: Object.fromEntries(
      resources.map((arn, index) => [`type${index}`, `arn:\${Partition}:${arn}`]),
    ),
    keys,
  };
}
