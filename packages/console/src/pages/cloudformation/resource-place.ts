import { placeOf } from "../../routing/hash-route.ts";
import { ownValue } from "../../shared/own-value.ts";

type PlaceOfId = (id: string) => string;

const byArn = (pattern: string): PlaceOfId => {
  return (arn) => placeOf(`${pattern}/:arn`, { arn });
};
const byName = (pattern: string): PlaceOfId => {
  return (name) => placeOf(`${pattern}/:name`, { name });
};
const inTree: PlaceOfId = (place) => placeOf("/organizations/tree", {}, { place });

/** A rule's ARN, `rule/[BUS/]NAME`, or its id in a stack, `[BUS|]NAME`. */
const placeOfRuleId: PlaceOfId = (id) => {
  const [rule = "", name = "default"] = id
    .replace(/^arn:.*:rule\//, "")
    .split(/[/|]/)
    .toReversed();
  return placeOf("/events/buses/:name/rules/:rule", { name, rule });
};

/** The console's pages by the types of resources that they show; they take the physical id. */
const PLACES: Readonly<Record<string, PlaceOfId>> = {
  "AWS::CloudFormation::Stack": byArn("/cloudformation/stacks"),
  "AWS::IAM::Group": byName("/iam/groups"),
  "AWS::IAM::ManagedPolicy": byArn("/iam/policies"),
  "AWS::IAM::Role": byName("/iam/roles"),
  "AWS::IAM::ServiceLinkedRole": byName("/iam/roles"),
  "AWS::IAM::User": byName("/iam/users"),
  "AWS::IVS::AdConfiguration": byArn("/ivs/ad-configurations"),
  "AWS::IVS::Channel": byArn("/ivs/channels"),
  "AWS::IVS::PlaybackKeyPair": byArn("/ivs/playback-keys"),
  "AWS::IVS::PlaybackRestrictionPolicy": byArn("/ivs/restriction-policies"),
  "AWS::IVS::RecordingConfiguration": byArn("/ivs/recording-configurations"),
  "AWS::KMS::Key": byName("/kms/keys"),
  "AWS::KMS::ReplicaKey": byName("/kms/keys"),
  "AWS::Events::EventBus": byName("/events/buses"),
  "AWS::Events::Rule": placeOfRuleId,
  "AWS::CloudWatch::Alarm": byName("/cloudwatch/alarms"),
  "AWS::CloudWatch::CompositeAlarm": byName("/cloudwatch/alarms"),
  "AWS::CloudWatch::Dashboard": byName("/cloudwatch/dashboards"),
  "AWS::Organizations::Account": inTree,
  "AWS::Organizations::OrganizationalUnit": inTree,
  "AWS::S3::Bucket": byName("/s3/buckets"),
  "AWS::S3::BucketPolicy": byName("/s3/buckets"),
  "AWS::SSM::Parameter": byName("/ssm/parameters"),
};

/** The page of a stack's resource; undefined if the console has none of its type. */
export function resourcePlace(
  type: string | undefined,
  id: string | undefined,
): string | undefined {
  if (type === undefined || id === undefined || id === "") return undefined;
  return ownValue(PLACES, type)?.(id);
}
