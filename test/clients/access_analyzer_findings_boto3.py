"""Lets boto3 make analyzers, findings, previews and a generated policy, for a table of answers."""

import json
import sys
import time

import boto3

ACCOUNT = "000000000000"
OTHER = "arn:aws:iam::111122223333:root"


def client(name, key="test", secret="test"):
    return boto3.client(
        name,
        endpoint_url=sys.argv[1],
        region_name="us-east-1",
        aws_access_key_id=key,
        aws_secret_access_key=secret,
    )


def policy(**statement):
    return json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", **statement}]})


def code_of(call):
    try:
        call()
        return "allowed"
    except Exception as error:  # each of boto3's errors has a response
        return error.response["Error"]["Code"]


table = {}
analyzer = client("accessanalyzer")
s3 = client("s3")
iam = client("iam")

arn = analyzer.create_analyzer(analyzerName="boto", type="ACCOUNT", tags={"team": "video"})["arn"]
table["analyzer"] = analyzer.get_analyzer(analyzerName="boto")["analyzer"]["status"]
table["role"] = iam.get_role(RoleName="AWSServiceRoleForAccessAnalyzer")["Role"]["Path"]

s3.create_bucket(Bucket="boto-shared")
s3.delete_public_access_block(Bucket="boto-shared")
resource = "arn:aws:s3:::boto-shared"
shared = policy(Principal={"AWS": OTHER}, Action="s3:GetObject", Resource=resource + "/*")
s3.put_bucket_policy(Bucket="boto-shared", Policy=shared)

pages = analyzer.get_paginator("list_findings").paginate(
    analyzerArn=arn, filter={"resource": {"eq": [resource]}}
)
found = [finding for page in pages for finding in page["findings"]]
table["findings"] = [[one["status"], one["principal"], one["sources"]] for one in found]
details = analyzer.get_finding_v2(analyzerArn=arn, id=found[0]["id"])["findingDetails"]
table["details"] = [list(one) for one in details]
statistics = analyzer.get_findings_statistics(analyzerArn=arn)["findingsStatistics"]
table["statistics"] = statistics[0]["externalAccessFindingsStatistics"]["totalActiveFindings"]

analyzer.create_archive_rule(
    analyzerName="boto", ruleName="Known", filter={"principal.AWS": {"eq": [OTHER]}}
)
analyzer.apply_archive_rule(analyzerArn=arn, ruleName="Known")
table["archived"] = analyzer.get_finding(analyzerArn=arn, id=found[0]["id"])["finding"]["status"]

def access_point(name, network, region="us-east-1"):
    """The preview that AWS's validator of templates makes of an access point, as it came out."""
    bucket = "arn:aws:s3:::0b6f8c1e-5f0e-4d3a-9d5c-1f2e3a4b5c6d"
    point = f"arn:aws:s3:{region}:{ACCOUNT}:accesspoint/{name}"
    role = "arn:aws:iam::123456789123:role/MyOtherRole"
    both = [point, point + "/object/*"]
    configuration = {
        "accessPoints": {
            point: {
                "accessPointPolicy": policy(Principal={"AWS": role}, Action="*", Resource=both),
                **({"networkOrigin": network} if network else {}),
            }
        },
        "bucketPolicy": policy(
            Principal={"AWS": "*"},
            Action="*",
            Resource=[bucket, bucket + "/*"],
            Condition={"StringEquals": {"s3:DataAccessPointAccount": ACCOUNT}},
        ),
    }
    begun = analyzer.create_access_preview(
        analyzerArn=arn, configurations={bucket: {"s3Bucket": configuration}}
    )
    asked = {"accessPreviewId": begun["id"], "analyzerArn": arn}
    status = analyzer.get_access_preview(**asked)["accessPreview"]["status"]
    pages = analyzer.get_paginator("list_access_preview_findings").paginate(**asked)
    found = [finding for page in pages for finding in page["findings"]]
    return [status, *[[one["principal"], one["sources"]] for one in found]]


table["accessPoints"] = [
    access_point("films", {"internetConfiguration": {}}),
    access_point("films", {"vpcConfiguration": {"vpcId": "vpc-010e1791024eb0af9"}}),
    access_point("mabc12.mrap", None, region=""),
]
table["noNetwork"] = code_of(
    lambda: access_point("films", {"vpcConfiguration": {"vpcId": "NotAValidVpc"}})
)

# As AWS's own validator of CloudFormation templates calls it.
queue = f"arn:aws:sqs:us-east-1:{ACCOUNT}:jobs"
public = policy(Principal="*", Action="sqs:SendMessage", Resource="*")
preview = analyzer.create_access_preview(
    analyzerArn=arn, configurations={queue: {"sqsQueue": {"queuePolicy": public}}}
)["id"]
while True:
    state = analyzer.get_access_preview(analyzerArn=arn, accessPreviewId=preview)["accessPreview"]
    if state["status"] != "CREATING":
        break
    time.sleep(0.1)
listed = analyzer.get_paginator("list_access_preview_findings").paginate(
    analyzerArn=arn, accessPreviewId=preview
)
table["preview"] = [
    [one["changeType"], one["isPublic"]] for page in listed for one in page["findings"]
]

job = analyzer.start_policy_generation(
    policyGenerationDetails={"principalArn": f"arn:aws:iam::{ACCOUNT}:user/nobody"}
)["jobId"]
for _ in range(200):
    details = analyzer.get_generated_policy(jobId=job)["jobDetails"]
    if details["status"] != "IN_PROGRESS":
        break
    time.sleep(0.05)
table["generation"] = details["status"]

iam.create_user(UserName="boto-reader")
iam.put_user_policy(
    UserName="boto-reader",
    PolicyName="own",
    PolicyDocument=policy(Action="access-analyzer:ListFindings", Resource=arn),
)
key = iam.create_access_key(UserName="boto-reader")["AccessKey"]
reader = client("accessanalyzer", key["AccessKeyId"], key["SecretAccessKey"])
table["denied"] = {
    "ListFindings": code_of(lambda: reader.list_findings(analyzerArn=arn)),
    "GetFinding": code_of(lambda: reader.get_finding(analyzerArn=arn, id=found[0]["id"])),
    "DeleteAnalyzer": code_of(lambda: reader.delete_analyzer(analyzerName="boto")),
    "CreateAccessPreview": code_of(
        lambda: reader.create_access_preview(analyzerArn=arn, configurations={})
    ),
    "StartPolicyGeneration": code_of(
        lambda: reader.start_policy_generation(
            policyGenerationDetails={"principalArn": f"arn:aws:iam::{ACCOUNT}:user/x"}
        )
    ),
}
table["missing"] = [
    code_of(lambda: analyzer.get_analyzer(analyzerName="none")),
    code_of(lambda: analyzer.create_analyzer(analyzerName="boto", type="ACCOUNT")),
    code_of(lambda: analyzer.create_analyzer(analyzerName="two", type="ACCOUNT")),
    code_of(lambda: analyzer.get_generated_policy(jobId="none")),
]
analyzer.delete_analyzer(analyzerName="boto")
table["left"] = len(analyzer.list_analyzers()["analyzers"])
