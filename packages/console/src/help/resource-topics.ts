import type { Topic } from "./topic.ts";

/* Topics of the pages about resources of all services. */

export const RESOURCES: Topic = {
  title: "Resources",
  text: [
    "Cloud Control lists the resources of every service by the same operation.",
    "You need cloudformation:ListTypes and cloudformation:ListResources, and for each type what" +
      " its service asks for: s3:ListAllMyBuckets for buckets.",
    "A resource's page shows its properties as CloudFormation has them, and the policy on it.",
    "Who may reach it is asked of IAM's simulator for each user and role, and of Access Analyzer" +
      " for everybody else.",
  ],
  more: [
    [
      "Cloud Control",
      "https://docs.aws.amazon.com/cloudcontrolapi/latest/userguide/what-is-cloudcontrolapi.html",
    ],
    [
      "How policies are evaluated",
      "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html",
    ],
  ],
};

const KMS = "https://docs.aws.amazon.com/kms/latest/developerguide";

export const KMS_KEYS: Topic = {
  title: "Keys",
  text: [
    "A key's policy must allow each use. With a statement for the account, policies of its users" +
      " and roles may allow it too.",
    "A key is deleted after 7 to 30 days, in which the deletion can be canceled.",
    "Rotation gives a key new material. What was encrypted before is still decrypted.",
  ],
  more: [
    ["Key policies", `${KMS}/key-policies.html`],
    ["Rotating keys", `${KMS}/rotate-keys.html`],
    ["Deleting keys", `${KMS}/deleting-keys.html`],
  ],
};

const SSM = "https://docs.aws.amazon.com/systems-manager/latest/userguide";

export const PARAMETERS: Topic = {
  title: "Parameters",
  text: [
    "A name with slashes is in a folder, and policies can allow a folder: parameter/studio/*.",
    "A SecureString is encrypted with a key. Whoever reads it needs kms:Decrypt on that key.",
    "A change makes a new version; older ones stay, up to 100.",
  ],
  more: [["Parameter Store", `${SSM}/systems-manager-parameter-store.html`]],
};

const EVENTS = "https://docs.aws.amazon.com/eventbridge/latest/userguide";

export const EVENT_BUSES: Topic = {
  title: "Event buses and rules",
  text: [
    "Services send their events to the bus default; PutEvents sends your own to any bus.",
    "A rule sends events that match its pattern to its targets. Others are ignored.",
    "A bus's policy lets other accounts send events to it.",
  ],
  more: [
    ["Event buses", `${EVENTS}/eb-event-bus.html`],
    ["Event patterns", `${EVENTS}/eb-event-patterns.html`],
  ],
};

const CLOUDWATCH = "https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring";

export const ALARMS: Topic = {
  title: "Alarms and dashboards",
  text: [
    "An alarm compares a metric with a threshold, or is a rule over other alarms.",
    "Each change of its state is an event on the bus default, which a rule can send on.",
    "A dashboard's metrics are drawn from GetMetricData, which you may need permission for.",
  ],
  more: [
    ["Alarms", `${CLOUDWATCH}/CloudWatch_Alarms.html`],
    ["Dashboards", `${CLOUDWATCH}/CloudWatch_Dashboards.html`],
  ],
};
