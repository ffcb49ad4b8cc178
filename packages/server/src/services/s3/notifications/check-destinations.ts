import type * as s3 from "@aws-sdk/client-s3";
import { OWN_PARTITION, splitArn } from "../../../kernel/arn.ts";
import { AwsError } from "../../../kernel/aws-error.ts";
import { invalidArgument, invalidArgumentOf, malformedXml, notImplemented } from "../errors.ts";
import type { BucketRow } from "../tables.ts";

/** Events by what they are about, without `s3:`. Source: S3 API, "Event". */
const SUBJECTS: Readonly<Record<string, readonly string[]>> = {
  ObjectCreated: ["*", "Put", "Post", "Copy", "CompleteMultipartUpload"],
  ObjectRemoved: ["*", "Delete", "DeleteMarkerCreated"],
  ObjectRestore: ["*", "Post", "Completed", "Delete"],
  Replication: [
    ...["*", "OperationFailedReplication", "OperationNotTracked"],
    ...["OperationMissedThreshold", "OperationReplicatedAfterThreshold"],
  ],
  ObjectAcl: ["Put"],
  ObjectRetention: ["Put"],
  LifecycleExpiration: ["*", "Delete", "DeleteMarkerCreated"],
  ObjectTagging: ["*", "Put", "Delete"],
  ObjectAnnotation: ["*", "Put", "Delete"],
};
const EVENTS = new Set([
  ...["s3:ReducedRedundancyLostObject", "s3:LifecycleTransition", "s3:IntelligentTiering"],
  ...Object.entries(SUBJECTS).flatMap(([of, verbs]) => verbs.map((verb) => `s3:${of}:${verb}`)),
]);
const ID_CHARS_MAX = 255;

/** One rule of a notification configuration, whichever service it sends to. */
interface Rule {
  readonly Id?: string | undefined;
  readonly Events: readonly string[] | undefined;
  readonly Filter?: s3.NotificationConfigurationFilter | undefined;
  readonly arn: string | undefined;
}

/** A kind of destination: the XML element with its ARN, and what S3 demands of the ARN. */
interface Kind {
  readonly member: keyof s3.NotificationConfiguration;
  readonly element: string;
  readonly service: string;
  readonly resource: RegExp;
  /** S3's own notation of the pattern, which its refusal quotes. */
  readonly pattern: string;
  /** How S3 says of an ARN that it leads nowhere. */
  missing(arn: string): { readonly name: string; readonly value: string };
}

const REGULAR_EXPRESSION = "Member must satisfy regular expression pattern";
const ARN_OF = "^arn:aws[\\p{Alpha}\\-]*";
const ACCOUNT = "[\\p{Digit}]{12}";
const TOPIC: Kind = {
  member: "TopicConfigurations",
  element: "Topic",
  service: "sns",
  resource: /^[\w-]{1,256}$/,
  pattern: `${ARN_OF}:sns:[\\p{Alnum}\\-]+:${ACCOUNT}:[\\p{Alnum}\\-_]{1,256}$`,
  missing: (arn) => ({ name: arn, value: "The destination topic does not exist" }),
};
const QUEUE: Kind = {
  member: "QueueConfigurations",
  element: "Queue",
  service: "sqs",
  resource: /^[\w-]{1,80}$/,
  pattern: `${ARN_OF}:sqs:[\\p{Alnum}\\-]+:${ACCOUNT}:[\\p{Alnum}\\-_]{1,80}$`,
  missing: (arn) => ({ name: arn, value: "The destination queue does not exist" }),
};
const FUNCTION: Kind = {
  member: "LambdaFunctionConfigurations",
  element: "CloudFunction",
  service: "lambda",
  resource: /^function:[\w-]+(?::[\w$-]+)?$/,
  pattern: [
    "^arn:aws[a-zA-Z\\-]*:lambda:[a-zA-Z0-9\\-]+:[0-9]{12}",
    ":function:[a-zA-Z0-9\\-_]+(:[a-zA-Z0-9$_\\-]+)?$",
  ].join(""),
  missing: (arn) => ({
    name: `${arn}, null`,
    value: `Not authorized to invoke function [${arn}]`,
  }),
};

/**
 * Throws InvalidArgument, MalformedXML for what S3 refuses before it looks at a destination, and
 * then InvalidArgument for all destinations, since topics, queues and functions that S3 could reach
 * aren't here. Whoever skips that look gets NotImplemented.
 */
export function checkDestinations(
  given: s3.NotificationConfiguration,
  bucket: BucketRow,
  skipsLook: boolean,
): void {
  const rules = [
    ...(given.TopicConfigurations ?? []).map((rule) => ({
      ...rule,
      arn: rule.TopicArn,
      of: TOPIC,
    })),
    ...(given.QueueConfigurations ?? []).map((rule) => ({
      ...rule,
      arn: rule.QueueArn,
      of: QUEUE,
    })),
    ...(given.LambdaFunctionConfigurations ?? []).map((rule) => ({
      ...rule,
      arn: rule.LambdaFunctionArn,
      of: FUNCTION,
    })),
  ];
  const missing = rules.map((rule) => rule.of.missing(checkedArn(rule, rule.of, bucket)));
  const [first] = rules;
  if (!first) return;
  if (skipsLook) throw notImplemented(first.of.member);
  const fields = missing.flatMap(({ name, value }, index) => [
    [`ArgumentName${index + 1}`, name] as const,
    [`ArgumentValue${index + 1}`, value] as const,
  ]);
  throw new AwsError(
    "InvalidArgument",
    "Unable to validate the following destination configurations",
    { status: 400, fields: Object.fromEntries(fields) },
  );
}

function checkedArn({ Id, Events, Filter, arn }: Rule, kind: Kind, bucket: BucketRow): string {
  if (Id !== undefined && Id.length > ID_CHARS_MAX)
    throw invalidArgumentOf(`ID length exceeded allowed limit of ${ID_CHARS_MAX}`);
  if (!arn || !Events || Events.length === 0) throw malformedXml();
  checkArn(arn, kind, bucket);
  if (!Events.every((event) => EVENTS.has(event)))
    throw invalidArgumentOf("The event is not supported for notifications");
  for (const { Name: name = "", Value: value } of Filter?.Key?.FilterRules ?? []) {
    if (value === undefined) throw malformedXml();
    if (["prefix", "suffix"].includes(name.toLowerCase())) continue;
    const message = "filter rule name must be either prefix or suffix";
    throw invalidArgument(message, "FilterRule.Name", name);
  }
  return arn;
}

function checkArn(text: string, kind: Kind, { region: home }: BucketRow): void {
  const refused = (message: string) => invalidArgument(message, kind.element, text);
  const arn = splitArn(text);
  if (!arn) throw refused("The ARN could not be parsed");
  const { partition, service, region, accountId, resource } = arn;
  if (service === "sqs" && kind === QUEUE && resource.endsWith(".fifo"))
    throw refused("FIFO SQS queues are not supported.");
  const isWhole =
    partition === OWN_PARTITION &&
    service === kind.service &&
    /^[a-z0-9-]+$/i.test(region) &&
    /^\d{12}$/.test(accountId) &&
    kind.resource.test(resource);
  if (!isWhole)
    throw refused(`The ARN failed to satisfy constraint: ${REGULAR_EXPRESSION}: ${kind.pattern}`);
  if (region !== home)
    throw refused(
      "The notification destination service region is not valid for the bucket location constraint",
    );
}
