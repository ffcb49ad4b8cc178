"""Walks CloudTrail, EventBridge, CloudWatch and IVS's newer operations with boto3."""

import datetime
import json
import sys

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

from until import until

ENDPOINT, PUBLIC_KEY = sys.argv[1], sys.argv[2]
ACCOUNT, REGION = "000000000000", "us-east-1"
ROOT = ("test", "test")


def client(service, key=ROOT):
    config = Config(retries={"max_attempts": 1}, s3={"addressing_style": "path"})
    return boto3.client(
        service,
        endpoint_url=ENDPOINT,
        region_name=REGION,
        aws_access_key_id=key[0],
        aws_secret_access_key=key[1],
        config=config,
    )


def refusal(call, **arguments):
    try:
        call(**arguments)
    except ClientError as error:
        answer = error.response
        status = answer["ResponseMetadata"]["HTTPStatusCode"]
        return [type(error).__name__, answer["Error"]["Code"], status, answer["Error"]["Message"]]
    return None


def make_stranger():
    """A user's key without any permission."""
    iam = client("iam")
    iam.create_user(UserName="stranger")
    key = iam.create_access_key(UserName="stranger")["AccessKey"]
    return key["AccessKeyId"], key["SecretAccessKey"]


def bucket_policy(bucket):
    service = {"Effect": "Allow", "Principal": {"Service": "cloudtrail.amazonaws.com"}}
    acl = {**service, "Action": "s3:GetBucketAcl", "Resource": f"arn:aws:s3:::{bucket}"}
    put = {
        **service,
        "Action": "s3:PutObject",
        "Resource": f"arn:aws:s3:::{bucket}/AWSLogs/{ACCOUNT}/*",
        "Condition": {"StringEquals": {"s3:x-amz-acl": "bucket-owner-full-control"}},
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [acl, put]})


def walk_cloudtrail(stranger):
    trail, s3 = client("cloudtrail"), client("s3")
    of = {"Name": "audit"}
    seen = {"denied": refusal(client("cloudtrail", stranger).lookup_events)}
    s3.create_bucket(Bucket="trail-logs")
    made = {"Name": "audit", "S3BucketName": "trail-logs"}
    seen["no_policy"] = refusal(trail.create_trail, **made)[:3]
    s3.put_bucket_policy(Bucket="trail-logs", Policy=bucket_policy("trail-logs"))
    seen["arn"] = trail.create_trail(**made)["TrailARN"]
    seen["twice"] = refusal(trail.create_trail, **made)[:3]
    trail.start_logging(**of)
    started = trail.get_trail_status(**of)
    trail.stop_logging(**of)
    stopped = trail.get_trail_status(**of)
    seen["logging"] = [started["IsLogging"], stopped["IsLogging"]]
    seen["in_order"] = started["StartLoggingTime"] <= stopped["StopLoggingTime"]
    until(lambda: "LatestDeliveryTime" in trail.get_trail_status(**of), "the trail's delivery")
    files = s3.list_objects_v2(Bucket="trail-logs", Prefix=f"AWSLogs/{ACCOUNT}/CloudTrail/")
    seen["delivered"] = any(file["Key"].endswith(".json.gz") for file in files["Contents"])
    seen["trails"] = [each["Name"] for each in trail.describe_trails()["trailList"]]
    trail.delete_trail(**of)
    seen["gone"] = refusal(trail.get_trail_status, **of)[:3]
    by_name = [{"AttributeKey": "EventName", "AttributeValue": "CreateTrail"}]
    pages = trail.get_paginator("lookup_events").paginate(
        LookupAttributes=by_name, PaginationConfig={"PageSize": 2}
    )
    events = [page["Events"] for page in pages]
    records = [json.loads(event["CloudTrailEvent"]) for page in events for event in page]
    seen["pages"] = [len(page) for page in events]
    seen["outcomes"] = [record.get("errorCode") for record in records]
    by_user = [{"AttributeKey": "Username", "AttributeValue": "stranger"}]
    seen["stranger"] = [
        [event["EventName"], event["EventSource"], event["ReadOnly"]]
        for event in trail.lookup_events(LookupAttributes=by_user)["Events"]
    ]
    return seen


def walk_events(stranger):
    events = client("events")
    pattern = json.dumps({"source": ["studio"], "detail": {"take": [{"numeric": [">", 2]}]}})
    rule = {"Name": "takes", "EventPattern": pattern}
    group = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:/takes"
    seen = {"denied": refusal(client("events", stranger).put_rule, **rule)}
    seen["no_pattern"] = refusal(events.put_rule, Name="bad", EventPattern='{"source":"x"}')[:3]
    seen["arn"] = events.put_rule(**rule)["RuleArn"]
    seen["no_rule"] = refusal(events.put_targets, Rule="none", Targets=[{"Id": "a", "Arn": group}])
    put = events.put_targets(Rule="takes", Targets=[{"Id": "log", "Arn": group}])
    seen["put"] = [put["FailedEntryCount"], put["FailedEntries"]]
    listed = events.list_targets_by_rule(Rule="takes")["Targets"]
    seen["targets"] = [target["Arn"] == group for target in listed]
    entry = {"Source": "studio", "DetailType": "Take", "Detail": '{"take":3}'}
    sent = events.put_events(Entries=[entry, {**entry, "Detail": "not JSON"}])
    seen["sent"] = [sent["FailedEntryCount"], [each.get("ErrorCode") for each in sent["Entries"]]]
    event = {
        "id": "1",
        "account": ACCOUNT,
        "region": REGION,
        "time": "2026-01-01T00:00:00Z",
        "source": "studio",
        "detail-type": "Take",
        "resources": [],
    }
    seen["matches"] = [
        events.test_event_pattern(
            EventPattern=pattern, Event=json.dumps({**event, "detail": {"take": take}})
        )["Result"]
        for take in (2, 3)
    ]
    described = events.describe_rule(Name="takes")
    seen["described"] = [described["State"], described["EventPattern"] == pattern]
    seen["rules"] = [each["Name"] for each in events.list_rules(NamePrefix="ta")["Rules"]]
    seen["has_targets"] = refusal(events.delete_rule, Name="takes")[:3]
    seen["removed"] = events.remove_targets(Rule="takes", Ids=["log"])["FailedEntryCount"]
    events.delete_rule(Name="takes")
    seen["gone"] = refusal(events.describe_rule, Name="takes")
    return seen


def walk_cloudwatch(stranger):
    watch = client("cloudwatch")
    minute = datetime.timedelta(minutes=1)
    end = datetime.datetime.now(datetime.timezone.utc).replace(second=0, microsecond=0)
    start = end - 10 * minute
    dimensions = [{"Name": "Camera", "Value": "one"}]
    metric = {"Namespace": "Studio", "MetricName": "Dropped", "Dimensions": dimensions}
    points = [(0, 1), (0, 3), (1, 5)]
    data = [
        {
            "MetricName": "Dropped",
            "Dimensions": dimensions,
            "Timestamp": start + minute * at,
            "Value": value,
        }
        for at, value in points
    ]
    seen = {"denied": refusal(client("cloudwatch", stranger).list_metrics)}
    watch.put_metric_data(Namespace="Studio", MetricData=data)
    seen["listed"] = watch.list_metrics(Namespace="Studio")["Metrics"] == [metric]
    between = {"StartTime": start, "EndTime": end}
    statistics = watch.get_metric_statistics(
        **metric, **between, Period=60, Statistics=["Sum", "Maximum"]
    )["Datapoints"]
    seen["statistics"] = [[each["Sum"], each["Maximum"]] for each in statistics]
    seen["first_at"] = statistics[0]["Timestamp"] == start
    query = {"Metric": metric, "Period": 60, "Stat": "Average"}
    results = watch.get_metric_data(
        **between, MetricDataQueries=[{"Id": "m", "MetricStat": query}], ScanBy="TimestampAscending"
    )["MetricDataResults"]
    seen["data"] = [[each["Id"], each["Values"], each["StatusCode"]] for each in results]
    wrong = refusal(
        watch.get_metric_statistics, **metric, **between, Period=7, Statistics=["Sum"]
    )
    seen["wrong_period"] = wrong[1:3]
    # Above 10 KB, which boto3 compresses.
    many = [{"MetricName": f"Packed{index}", "Value": index} for index in range(400)]
    watch.put_metric_data(Namespace="Packed", MetricData=many)
    seen["packed"] = len(watch.list_metrics(Namespace="Packed")["Metrics"])
    return seen


def walk_ivs():
    ivs = client("ivs")
    channel = ivs.create_channel(name="stage")["channel"]["arn"]
    seen = {"offline": refusal(ivs.put_metadata, channelArn=channel, metadata="x")[1:3]}
    missing = f"{channel[:-12]}{'a' * 12}"
    viewer = {"viewerId": "v"}
    ivs.start_viewer_session_revocation(channelArn=channel, **viewer)
    sessions = [{"channelArn": each, **viewer} for each in (channel, missing)]
    errors = ivs.batch_start_viewer_session_revocation(viewerSessions=sessions)["errors"]
    seen["revoked"] = [[each["channelArn"] == missing, each["code"]] for each in errors]
    seen["key"] = walk_key_pairs(ivs)
    seen["policy"] = walk_restriction_policies(ivs, channel)
    # Older boto3 doesn't know the operations.
    seen["ads"] = walk_ad_configurations(ivs) if hasattr(ivs, "create_ad_configuration") else None
    return seen


def walk_key_pairs(ivs):
    made = ivs.import_playback_key_pair(name="viewers", publicKeyMaterial=PUBLIC_KEY)["keyPair"]
    again = refusal(ivs.import_playback_key_pair, publicKeyMaterial=PUBLIC_KEY)
    bad = refusal(ivs.import_playback_key_pair, publicKeyMaterial="nonsense")
    names = [each["name"] for each in ivs.list_playback_key_pairs()["keyPairs"]]
    same = ivs.get_playback_key_pair(arn=made["arn"])["keyPair"] == made
    ivs.delete_playback_key_pair(arn=made["arn"])
    gone = refusal(ivs.get_playback_key_pair, arn=made["arn"])
    return [again[1:3], bad[1:3], names, same, gone[1:3]]


def walk_restriction_policies(ivs, channel):
    made = ivs.create_playback_restriction_policy(
        name="here", allowedCountries=["US"], allowedOrigins=["https://a.example"]
    )["playbackRestrictionPolicy"]
    arn = made["arn"]
    changed = ivs.update_playback_restriction_policy(arn=arn, allowedCountries=["DE", "FR"])
    expected = {**made, "allowedCountries": ["DE", "FR"]}
    shown = ivs.get_playback_restriction_policy(arn=arn)
    same = [each["playbackRestrictionPolicy"] == expected for each in (changed, shown)]
    listed = ivs.list_playback_restriction_policies()["playbackRestrictionPolicies"]
    ivs.update_channel(arn=channel, playbackRestrictionPolicyArn=arn)
    attached = refusal(ivs.delete_playback_restriction_policy, arn=arn)
    ivs.update_channel(arn=channel, playbackRestrictionPolicyArn="")
    ivs.delete_playback_restriction_policy(arn=arn)
    gone = refusal(ivs.get_playback_restriction_policy, arn=arn)
    return [same, listed == [expected], attached[1:3], gone[1:3]]


def walk_ad_configurations(ivs):
    playback = f"arn:aws:mediatailor:{REGION}:{ACCOUNT}:playbackConfiguration/x"
    made = ivs.create_ad_configuration(
        name="ads", mediaTailorPlaybackConfigurations=[{"playbackConfigurationArn": playback}]
    )["adConfiguration"]
    same = ivs.get_ad_configuration(arn=made["arn"])["adConfiguration"] == made
    names = [each["name"] for each in ivs.list_ad_configurations()["adConfigurations"]]
    ivs.delete_ad_configuration(arn=made["arn"])
    gone = refusal(ivs.get_ad_configuration, arn=made["arn"])
    return [same, names, gone[1:3]]


def main():
    stranger = make_stranger()
    seen = {
        "cloudtrail": walk_cloudtrail(stranger),
        "events": walk_events(stranger),
        "cloudwatch": walk_cloudwatch(stranger),
        "ivs": walk_ivs(),
    }
    print(json.dumps(seen))


main()
