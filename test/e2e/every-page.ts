import { generateKeyPairSync } from "node:crypto";
import { type CloudFormationClient, CreateStackCommand } from "@aws-sdk/client-cloudformation";
import { CreateGroupCommand, CreateUserCommand } from "@aws-sdk/client-iam";
import {
  CreateAdConfigurationCommand,
  CreateChannelCommand,
  CreatePlaybackRestrictionPolicyCommand,
  CreateRecordingConfigurationCommand,
  ImportPlaybackKeyPairCommand,
} from "@aws-sdk/client-ivs";
import {
  CreateEncoderConfigurationCommand,
  CreateStageCommand,
  CreateStorageConfigurationCommand,
  type IVSRealTimeClient,
} from "@aws-sdk/client-ivs-realtime";
import {
  CreateLoggingConfigurationCommand,
  CreateRoomCommand,
  type IvschatClient,
} from "@aws-sdk/client-ivschat";
import { CreateOrganizationCommand, type OrganizationsClient } from "@aws-sdk/client-organizations";
import { CreateBucketCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import type { Clients } from "../support/test-server.ts";
import { furnishServices } from "./furnish-services.ts";

/** Unbroken, and longer than any window is wide. */
const LONG_KEY = `${"n".repeat(300)}.txt`;

/** Each page: its address, its heading, and what is refused to somebody without permissions. */
export const PAGES: readonly (readonly [place: string, heading: string, refused: RegExp])[] = [
  ["/", "Overview", /ivs:ListChannels/],
  ["/ivs/channels", "Channels", /ivs:ListChannels/],
  ["/ivs/channels/create", "Channel details", /^$/],
  ["/ivs/channels/:channel", "stage", /ivs:GetChannel/],
  ["/ivs/recording-configurations", "Recording configurations", /ivs:ListRecordingConfigurations/],
  ["/ivs/recording-configurations/:configuration", "films", /ivs:GetRecordingConfiguration/],
  ["/ivs/ad-configurations", "Ad configurations", /ivs:ListAdConfigurations/],
  ["/ivs/ad-configurations/:ads", "breaks", /ivs:GetAdConfiguration/],
  ["/ivs/recordings", "Recordings", /ivs:ListChannels/],
  ["/ivs-realtime/stages", "Stages", /ivs:ListStages/],
  ["/ivs-realtime/stages/:panel", "panel", /ivs:GetStage/],
  ["/ivs-realtime/compositions", "Compositions", /ivs:ListCompositions/],
  [
    "/ivs-realtime/encoder-configurations",
    "Encoder configurations",
    /ivs:ListEncoderConfigurations/,
  ],
  [
    "/ivs-realtime/storage-configurations",
    "Storage configurations",
    /ivs:ListStorageConfigurations/,
  ],
  ["/ivschat/rooms", "Chat rooms", /ivschat:ListRooms/],
  ["/ivschat/rooms/:room", "lobby", /ivschat:GetRoom/],
  [
    "/ivschat/logging-configurations",
    "Logging configurations",
    /ivschat:ListLoggingConfigurations/,
  ],
  ["/ivschat/logging-configurations/:logs", "chats", /ivschat:GetLoggingConfiguration/],
  ["/iam/users", "Users", /iam:ListUsers/],
  ["/iam/users/nobody", "nobody", /iam:GetUser/],
  ["/iam/groups", "Groups", /iam:ListGroups/],
  ["/iam/groups/crew", "crew", /iam:GetGroup/],
  ["/iam/policies", "Policies", /iam:ListPolicies/],
  ["/iam/policies/create", "Create policy", /^$/],
  ["/iam/policies/:managed", "AmazonS3ReadOnlyAccess", /iam:GetPolicy/],
  ["/ivs/playback-keys", "Playback keys", /ivs:ListPlaybackKeyPairs/],
  ["/ivs/playback-keys/:key", "web", /ivs:GetPlaybackKeyPair/],
  ["/ivs/playback-tokens", "Make a playback token", /ivs:ListChannels/],
  ["/ivs/restriction-policies", "Restriction policies", /ivs:ListPlaybackRestrictionPolicies/],
  ["/ivs/restriction-policies/:restriction", "home", /ivs:GetPlaybackRestrictionPolicy/],
  ["/organizations/tree", "Organization", /organizations:DescribeOrganization/],
  ["/cloudformation/stacks", "Stacks", /cloudformation:ListStacks/],
  ["/cloudformation/stacks/create", "Create stack", /^$/],
  ["/cloudformation/stacks/:stack", "page-stack", /cloudformation:DescribeStacks/],
  ["/iam/simulator", "Policy simulator", /^$/],
  ["/activity", "Activity", /cloudtrail:LookupEvents/],
  ["/kms/keys", "Keys", /kms:ListKeys/],
  ["/kms/keys/alias%2Fpage-key", "alias/page-key", /kms:DescribeKey/],
  ["/ssm/parameters", "Parameters", /ssm:DescribeParameters/],
  ["/ssm/parameters/%2Fpage%2Ftitle", "/page/title", /ssm:DescribeParameters/],
  ["/events/buses", "Event buses", /events:ListEventBuses/],
  ["/events/buses/default", "default", /events:DescribeEventBus/],
  ["/events/buses/default/rules/page-rule", "page-rule", /events:DescribeRule/],
  ["/cloudwatch/alarms", "Alarms", /cloudwatch:DescribeAlarms/],
  ["/cloudwatch/alarms/page-alarm", "page-alarm", /cloudwatch:DescribeAlarms/],
  ["/cloudwatch/dashboards", "Dashboards", /cloudwatch:ListDashboards/],
  ["/cloudwatch/dashboards/page-dashboard", "page-dashboard", /cloudwatch:GetDashboard/],
  ["/resources", "Resources", /cloudformation:ListTypes/],
  ["/resources/AWS%3A%3AS3%3A%3ABucket/page-films", "page-films", /cloudformation:GetResource/],
  ["/authorization-details/:denial", "Authorization details", /iam:GetRequestAuthorizationDetails/],
  ["/iam/roles", "Roles", /iam:ListRoles/],
  ["/iam/roles/create/role", "Trust", /^$/],
  ["/iam/roles/AWSServiceRoleForIVSRecordToS3", "AWSServiceRoleForIVSRecordToS3", /iam:GetRole/],
  ["/s3/buckets", "Buckets", /s3:ListAllMyBuckets/],
  ["/s3/buckets/page-films", "page-films", /s3:ListBucket/],
  [`/s3/buckets/page-films/object?key=${LONG_KEY}`, LONG_KEY, /s3:GetObject/],
  ["/no/such/page", "There is no such page", /^$/],
];

export const PLAYBACK_CONFIGURATION =
  "arn:aws:mediatailor:us-east-1:000000000000:playbackConfiguration/00000000-0000";

const TEMPLATE = JSON.stringify({
  Resources: {
    Title: { Type: "AWS::SSM::Parameter", Properties: { Type: "String", Value: "Live" } },
  },
});

/**
 * Makes something of each kind, so that pages show more than that they are empty, and returns what
 * the addresses contain.
 */
export async function furnish(
  { iam, s3, ivs }: Clients,
  organizations: OrganizationsClient,
  cloudFormation: CloudFormationClient,
  chat: IvschatClient,
  realTime: IVSRealTimeClient,
): Promise<Record<string, string>> {
  await iam.send(new CreateUserCommand({ UserName: "nobody" }));
  await furnishServices(iam);
  await iam.send(new CreateGroupCommand({ GroupName: "crew" }));
  const Bucket = "page-films";
  await s3.send(new CreateBucketCommand({ Bucket }));
  await s3.send(
    new PutObjectCommand({ Bucket, Key: LONG_KEY, Body: "hello", ContentType: "text/plain" }),
  );
  await organizations.send(new CreateOrganizationCommand({}));
  const { StackId = "" } = await cloudFormation.send(
    new CreateStackCommand({ StackName: "page-stack", TemplateBody: TEMPLATE }),
  );
  const { recordingConfiguration } = await ivs.send(
    new CreateRecordingConfigurationCommand({
      name: "films",
      destinationConfiguration: { s3: { bucketName: Bucket } },
    }),
  );
  const logs = await chat.send(
    new CreateLoggingConfigurationCommand({
      name: "chats",
      destinationConfiguration: { s3: { bucketName: Bucket } },
    }),
  );
  const room = await chat.send(
    new CreateRoomCommand({
      name: "lobby",
      loggingConfigurationIdentifiers: [logs.arn ?? ""],
      tags: { team: "stage" },
    }),
  );
  await realTime.send(new CreateEncoderConfigurationCommand({ name: "picture" }));
  const { storageConfiguration } = await realTime.send(
    new CreateStorageConfigurationCommand({ name: "takes", s3: { bucketName: Bucket } }),
  );
  const { stage } = await realTime.send(
    new CreateStageCommand({
      name: "panel",
      autoParticipantRecordingConfiguration: {
        storageConfigurationArn: storageConfiguration?.arn,
      },
    }),
  );
  const { channel } = await ivs.send(
    new CreateChannelCommand({
      name: "stage",
      recordingConfigurationArn: recordingConfiguration?.arn,
      tags: { team: "stage" },
    }),
  );
  const { adConfiguration } = await ivs.send(
    new CreateAdConfigurationCommand({
      name: "breaks",
      mediaTailorPlaybackConfigurations: [{ playbackConfigurationArn: PLAYBACK_CONFIGURATION }],
    }),
  );
  const { publicKey } = generateKeyPairSync("ec", { namedCurve: "secp384r1" });
  const publicKeyMaterial = publicKey.export({ type: "spki", format: "pem" }).toString();
  const { keyPair } = await ivs.send(
    new ImportPlaybackKeyPairCommand({ name: "web", publicKeyMaterial }),
  );
  const { playbackRestrictionPolicy } = await ivs.send(
    new CreatePlaybackRestrictionPolicyCommand({ name: "home", allowedCountries: ["DE"] }),
  );
  const made = {
    channel,
    configuration: recordingConfiguration,
    ads: adConfiguration,
    key: keyPair,
    restriction: playbackRestrictionPolicy,
    room,
    logs,
    panel: stage,
  };
  const arns: Record<string, string> = {
    managed: "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess",
    stack: StackId,
  };
  for (const [name, resource] of Object.entries(made)) arns[name] = resource?.arn ?? "";
  return arns;
}
