import type { HelpedPage } from "./helped-pages.ts";
import { ALARMS, EVENT_BUSES, KMS_KEYS, PARAMETERS, RESOURCES } from "./resource-topics.ts";
import type { Topic } from "./topic.ts";

const IVS = "https://docs.aws.amazon.com/ivs/latest/LowLatencyUserGuide";
const API = "https://docs.aws.amazon.com/ivs/latest/LowLatencyAPIReference";
const REAL_TIME_GUIDE = "https://docs.aws.amazon.com/ivs/latest/RealTimeUserGuide";
const CHAT_GUIDE = "https://docs.aws.amazon.com/ivs/latest/ChatUserGuide";
const IAM = "https://docs.aws.amazon.com/IAM/latest/UserGuide";
const ORGANIZATIONS = "https://docs.aws.amazon.com/organizations/latest/userguide";
const STACKS = "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide";
const S3 = "https://docs.aws.amazon.com/AmazonS3/latest/userguide";

const RECORDING = ["Auto-record to Amazon S3", `${IVS}/record-to-s3.html`] as const;
const PRIVATE = ["Private channels", `${IVS}/private-channels.html`] as const;
const EVALUATION = [
  "How policies are evaluated",
  `${IAM}/reference_policies_evaluation-logic.html`,
] as const;

const CHANNELS: Topic = {
  title: "Channels",
  text: [
    "A channel has an ingest endpoint with a stream key for the encoder, and a playback URL for players.",
    "Standard and Advanced channels are transcoded into several qualities, which needs ffmpeg on the server; Basic channels are passed on as they come.",
    "A change of a channel counts for its next stream.",
  ],
  more: [["Streaming configuration", `${IVS}/streaming-config.html`], RECORDING],
};
const CONFIGURATIONS: Topic = {
  title: "Recording configurations",
  text: [
    "A recording configuration says where and how streams are kept: the bucket, the renditions, the thumbnails. Channels of the same Region refer to it.",
    "The first one makes the service-linked role AWSServiceRoleForIVSRecordToS3 on your behalf, if you may iam:CreateServiceLinkedRole. The role can't be deleted while a configuration is left in any Region.",
    "It can't be changed afterwards: create another one, and give that to the channel.",
  ],
  more: [RECORDING, ["Service-linked roles of IVS", `${IVS}/using-service-linked-roles.html`]],
};
const RECORDINGS: Topic = {
  title: "Recordings",
  text: [
    "Each stream of a channel with a recording configuration is written below ivs/v1/<account>/<channel>/<year>/<month>/<day>/…: segments and playlists for players, thumbnails, and JSON with what was recorded.",
    "The page plays out of the private bucket: every playlist and segment is asked for with a URL that your key signs. You need s3:ListBucket and s3:GetObject.",
  ],
  more: [RECORDING],
};
const KEYS: Topic = {
  title: "Playback keys and tokens",
  text: [
    "A private channel is watched with a token: a JSON Web Token (ES384), signed with the private half of a playback key pair. IVS has the public half only.",
    "Private keys are made and used in this browser and never sent.",
  ],
  more: [PRIVATE],
};
const RESTRICTIONS: Topic = {
  title: "Restriction policies",
  text: [
    "A restriction policy names the countries and the web sites from which a channel may be watched. Countries need the server's setting geoipDatabase.",
    "Strict: every request of a player must show its web site, not only the playlist's.",
  ],
  more: [["Playback restriction policies", `${IVS}/playback-restriction-policies.html`]],
};
const ADS: Topic = {
  title: "Ad configurations",
  text: [
    "An ad configuration names up to three of MediaTailor's playback configurations. A channel that refers to one takes InsertAdBreak while it is live.",
    "A break is marked in the playlists and in the recording, and published as an event. MediaTailor isn't here: what the encoder sends goes on through the break, and a post-roll is only kept.",
  ],
  more: [["InsertAdBreak", `${API}/API_InsertAdBreak.html`]],
};
const STAGES: Topic = {
  title: "Stages",
  text: [
    "A participant's token says whether its holder may publish and subscribe.",
    "To join here you need ivs:CreateParticipantToken on the stage.",
    "Browsers publish from https:// and from localhost only. Encoders come by WHIP or RTMP.",
    "IVS Real-Time records by its service principal, which the bucket's policy must let in.",
  ],
  more: [
    ["What is IVS real-time streaming?", `${REAL_TIME_GUIDE}/what-is.html`],
    ["Recording of participants", `${REAL_TIME_GUIDE}/rt-individual-participant-recording.html`],
  ],
};
const COMPOSITIONS: Topic = {
  title: "Compositions",
  text: [
    "A composition makes one picture of a stage, for a channel or a bucket.",
    "An encoder configuration gives the picture's size, its frames a second and its bit rate.",
  ],
  more: [["Server-side composition", `${REAL_TIME_GUIDE}/server-side-composition.html`]],
};
const CHAT: Topic = {
  title: "Chat rooms",
  text: [
    "A member's token, by ivschat:CreateChatToken, names the user and what the user may do.",
    "To moderate here you need ivschat:DeleteMessage and ivschat:DisconnectUser on the room.",
    "A message review handler is asked first; logging configurations keep what was sent.",
  ],
  more: [
    ["What is IVS Chat?", `${CHAT_GUIDE}/what-is.html`],
    ["Chat message review handler", `${CHAT_GUIDE}/chat-message-review-handler.html`],
    ["Chat logging", `${CHAT_GUIDE}/chat-logging.html`],
  ],
};
const IDENTITIES: Topic = {
  title: "Users and groups",
  text: [
    "A user has long-term access keys, whose secret is shown once. What the user may is the sum of its own policies and its groups', cut by a permissions boundary; a Deny wins over every Allow.",
    "A user with keys, policies or groups left can't be deleted: IAM answers DeleteConflict.",
  ],
  more: [
    ["IAM users", `${IAM}/id_users.html`],
    ["IAM groups", `${IAM}/id_groups.html`],
    EVALUATION,
  ],
};
const POLICIES: Topic = {
  title: "Policies",
  text: [
    "The editor checks what is typed with the rules that the server decides by. A finding's place is a link into the text.",
    "A managed policy keeps five versions; the default one counts wherever it is attached. AWS's own can't be edited.",
  ],
  more: [["Policies and permissions", `${IAM}/access_policies.html`], EVALUATION],
};
const ROLES: Topic = {
  title: "Roles",
  text: [
    "A role is assumed by whom its trust policy names, for a session with temporary keys.",
    "A service-linked role belongs to a service: its trust and permissions are the service's, only its description can be edited. Its deletion is a task, which fails with the resources by Region that need it still.",
  ],
  more: [
    ["IAM roles", `${IAM}/id_roles.html`],
    ["Service-linked roles", `${IAM}/id_roles_create-service-linked-role.html`],
  ],
};
const BUCKETS: Topic = {
  title: "Buckets and objects",
  text: [
    "Block Public Access refuses policies that would let everybody in; a bucket's policy page shows whether it is public, and why.",
    "In a bucket with versioning a deletion leaves a delete marker; older versions stay until they are deleted themselves.",
    "A presigned link works as long as the key that signed it may read the object, a week at most.",
  ],
  more: [
    ["Blocking public access", `${S3}/access-control-block-public-access.html`],
    ["Versioning", `${S3}/Versioning.html`],
    ["Presigned URLs", `${S3}/ShareObjectPreSignedURL.html`],
  ],
};

export const TOPICS: Readonly<Record<HelpedPage, Topic>> = {
  "/ivs/channels": CHANNELS,
  "/ivs/channels/create": CHANNELS,
  "/ivs/channels/:arn": CHANNELS,
  "/ivs/recording-configurations": CONFIGURATIONS,
  "/ivs/recording-configurations/:arn": CONFIGURATIONS,
  "/ivs/recordings": RECORDINGS,
  "/ivs/recordings/:bucket": RECORDINGS,
  "/ivs/playback-keys": KEYS,
  "/ivs/playback-keys/:arn": KEYS,
  "/ivs/playback-tokens": KEYS,
  "/ivs/restriction-policies": RESTRICTIONS,
  "/ivs/restriction-policies/:arn": RESTRICTIONS,
  "/ivs/ad-configurations": ADS,
  "/ivs/ad-configurations/:arn": ADS,
  "/ivs-realtime/stages": STAGES,
  "/ivs-realtime/stages/:arn": STAGES,
  "/ivs-realtime/compositions": COMPOSITIONS,
  "/ivs-realtime/encoder-configurations": COMPOSITIONS,
  "/ivs-realtime/storage-configurations": STAGES,
  "/ivschat/rooms": CHAT,
  "/ivschat/rooms/:arn": CHAT,
  "/ivschat/logging-configurations": CHAT,
  "/ivschat/logging-configurations/:arn": CHAT,
  "/iam/users": IDENTITIES,
  "/iam/users/:name": IDENTITIES,
  "/iam/groups": IDENTITIES,
  "/iam/groups/:name": IDENTITIES,
  "/iam/policies": POLICIES,
  "/iam/policies/create": POLICIES,
  "/iam/policies/:arn": POLICIES,
  "/iam/roles": ROLES,
  "/iam/roles/create/role": ROLES,
  "/iam/roles/:name": ROLES,
  "/iam/simulator": {
    title: "Policy simulator",
    text: [
      "Asks IAM what it would decide, without doing it: with somebody's policies as they are, or with one that isn't saved.",
      "An answer opens into the statements that matched and, for a denial, a statement that would allow it. Values of condition keys have to be given, as a request would bring them.",
    ],
    more: [["Testing policies", `${IAM}/access_policies_testing-policies.html`], EVALUATION],
  },
  "/cloudformation/stacks": {
    title: "Stacks",
    text: [
      "A stack has the resources of a template, created, changed and deleted together.",
      "A change that fails is rolled back.",
      "Resources are made with your permissions, or with those of the stack's role.",
      "Deleting a stack deletes its resources, but not those whose DeletionPolicy is Retain.",
    ],
    more: [
      ["Stacks", `${STACKS}/stacks.html`],
      ["Templates", `${STACKS}/template-guide.html`],
    ],
  },
  "/cloudformation/stacks/create": {
    title: "Create stack",
    text: [
      "Paste a template, or choose its file. Then give the values that it asks for.",
      "A template that makes IAM resources has to be acknowledged, since it gives permissions.",
      "The change set shows what would be created. Nothing is created before you execute it.",
    ],
    more: [
      ["Templates", `${STACKS}/template-guide.html`],
      ["Parameters", `${STACKS}/parameters-section-structure.html`],
    ],
  },
  "/cloudformation/stacks/:arn": {
    title: "Stack",
    text: [
      "Events appear as they happen.",
      "Beside a denial, Why? shows the statements that deny the call or nearly allow it.",
      "A change set shows what an update adds, changes, replaces or removes before it is done.",
      "Drift is what somebody changed in a resource without the stack.",
    ],
    more: [
      ["Change sets", `${STACKS}/using-cfn-updating-stacks-changesets.html`],
      ["Drift", `${STACKS}/using-cfn-stack-drift.html`],
    ],
  },
  "/organizations/tree": {
    title: "Organization",
    text: [
      "Service control policies bound the users and roles of accounts, root users included.",
      "Resource control policies bound what may be done with the resources of accounts.",
      "Every level must allow, a Deny anywhere wins, and the management account is exempt.",
      "Other types of policies are settings: those of all levels merge to one.",
    ],
    more: [
      ["Service control policies", `${ORGANIZATIONS}/orgs_manage_policies_scps.html`],
      ["Resource control policies", `${ORGANIZATIONS}/orgs_manage_policies_rcps.html`],
      EVALUATION,
    ],
  },
  "/s3/buckets": BUCKETS,
  "/s3/buckets/:bucket": BUCKETS,
  "/s3/buckets/:bucket/object": BUCKETS,
  "/activity": {
    title: "Activity",
    text: [
      "Calls are CloudTrail's records of this Region; those of IAM stand in us-east-1. Decisions open into the policies that made them and what would allow what was denied. Events are what IVS sends to EventBridge.",
      "All three are live for a browser on the server's own machine.",
    ],
    more: [
      [
        "CloudTrail's event history",
        "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/view-cloudtrail-events.html",
      ],
    ],
  },
  "/kms/keys": KMS_KEYS,
  "/kms/keys/:id": KMS_KEYS,
  "/ssm/parameters": PARAMETERS,
  "/ssm/parameters/:name": PARAMETERS,
  "/events/buses": EVENT_BUSES,
  "/events/buses/:name": EVENT_BUSES,
  "/events/buses/:name/rules/:rule": EVENT_BUSES,
  "/cloudwatch/alarms": ALARMS,
  "/cloudwatch/alarms/:name": ALARMS,
  "/cloudwatch/dashboards": ALARMS,
  "/cloudwatch/dashboards/:name": ALARMS,
  "/resources": RESOURCES,
  "/resources/:type/:id": RESOURCES,
};
