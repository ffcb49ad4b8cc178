import { z } from "zod";
import { allowedOriginsSchema } from "./allowed-origins.ts";
import { announcedSchema } from "./announced-addresses.ts";
import { customResourcesSchema } from "./custom-resources.ts";
import { ivsQuotasSchema } from "./ivs-quotas.ts";
import { chatReviewHandlersSchema, eventFunctionsSchema } from "./lambda-functions.ts";
import { linkedServicesSchema } from "./linked-services.ts";
import { inlineBytesSchema, objectsSchema } from "./objects.ts";
import { outgoingSchema } from "./outgoing.ts";
import { type Setting, setting } from "./setting.ts";
import {
  accountId,
  cores,
  existingFile,
  existingFolder,
  httpUrl,
  onOff,
  port,
  wholeNumber,
} from "./setting-schemas.ts";
import { trustedProxiesSchema } from "./trusted-proxies.ts";
import { webhooksSchema } from "./webhooks.ts";

/** Amazon IVS's SRT port. Further servers on one machine, without this setting, use free ports. */
export const SRT_PORT = 9000;
/** MediaMTX's port of WebRTC, for which firewalls may be open. Further servers use free ones. */
export const WEBRTC_PORT = 8189;

function inGroup<Settings extends Readonly<Record<string, Omit<Setting, "group">>>>(
  group: string,
  settings: Settings,
): { [Name in keyof Settings]: Settings[Name] & { readonly group: string } } {
  for (const setting of Object.values(settings)) Object.assign(setting, { group });
  return settings as ReturnType<typeof inGroup<Settings>>;
}

/** Every setting, in the order in which help and docs show them. */
export const SETTINGS = {
  ...inGroup("Data", {
    data: setting(
      z.string().min(1).default("./.rolecast"),
      "Folder where everything is stored; `memory` stores nothing.",
      { placeholder: "DIR" },
    ),
    database: setting(
      z
        .string()
        .regex(/^postgres(?:ql)?:\/\/./, "it takes a URL that begins with postgres://")
        .optional(),
      "URL of a PostgreSQL database (`postgres://user:password@host/name`), which several nodes may share; left out, SQLite in the data folder.",
      { placeholder: "URL", secret: true },
    ),
    objects: setting(
      objectsSchema,
      "Object store (any with S3's API) that holds objects' bytes; left out, they are files in the data folder. docs/object-store.md.",
      { structured: true },
    ),
    inlineObjectBytes: setting(
      inlineBytesSchema,
      "Bytes of the longest object that is kept in the database; 0: none. docs/object-store.md.",
      { placeholder: "N" },
    ),
    objectsAccessKeyId: setting(
      z.string().min(1).max(256).optional(),
      "Id of the key for that store, in place of the one in `objects`.",
      { placeholder: "ID", secret: true },
    ),
    objectsSecretAccessKey: setting(
      z.string().min(1).max(1_024).optional(),
      "Secret of that key.",
      { placeholder: "SECRET", secret: true },
    ),
    nodeDir: setting(
      z.string().min(1).optional(),
      "Folder for what a node doesn't share (CloudTrail's journal, recorded files that wait, its self-signed certificate); left out, in the data folder. Of nodes on one `database`, give each one on its own disk.",
      { placeholder: "DIR" },
    ),
    seed: setting(
      existingFile.optional(),
      "File (rolecast.seed.yml) of users, roles, policies, buckets, recording configurations and channels to create at startup; docs/testing.md.",
      { placeholder: "FILE" },
    ),
    template: setting(
      existingFile.optional(),
      "Template to deploy at startup, as a stack of the file's name; docs/deploy-with-cdk.md.",
      { placeholder: "FILE" },
    ),
    readyDir: setting(
      existingFolder.optional(),
      "Folder (ready.d) of scripts that the command runs once the server is ready; docs/testing.md.",
      { placeholder: "DIR" },
    ),
    allowReset: setting(
      onOff.default(false),
      "Allow POST /_rolecast/state/reset, which empties everything but the accounts' root keys: signed, or from this machine.",
    ),
    diskLowWaterBytes: setting(
      wholeNumber(0).optional(),
      "Free bytes on the data folder's disk below which bodies (objects, parts, recorded media) are refused with 503, so that there is room for everything else; default a twentieth of the disk, 8 to 256 MiB. docs/deployment.md.",
      { placeholder: "N" },
    ),
    recordingSpillBytes: setting(
      wholeNumber(0).default(1024 ** 3),
      "Bytes of recordings that may wait in the data folder, over all streams, until they are in the bucket; with 0 a killed server loses up to ten seconds of each.",
      { placeholder: "N" },
    ),
    scrubBytesPerSecond: setting(
      wholeNumber(0).default(1_000_000),
      "Bytes of stored objects a second that are read and compared with their checksums, in the background; 0: none.",
      { placeholder: "N" },
    ),
  }),
  ...inGroup("Addresses", {
    host: setting(z.string().min(1).default("127.0.0.1"), "Address to listen on.", {
      placeholder: "ADDRESS",
    }),
    port: setting(
      port.default(4566),
      "Port of all AWS APIs and of HLS playback; 0 takes a free one.",
      {
        placeholder: "N",
      },
    ),
    rtmpPort: setting(port.default(1935), "Port of RTMP ingest (channels with insecureIngest).", {
      placeholder: "N",
    }),
    rtmpsPort: setting(port.default(4443), "Port of RTMPS ingest.", { placeholder: "N" }),
    srtPort: setting(
      port.optional(),
      `UDP port of SRT ingest; left out, ${SRT_PORT} or, where that is taken, a free one.`,
      { placeholder: "N" },
    ),
    webrtcPort: setting(
      port.optional(),
      `UDP port of media by WebRTC; left out, ${WEBRTC_PORT} or, where that is taken, a free one. With ingestWorkers each worker has one: this and the next.`,
      { placeholder: "N" },
    ),
    announcedAddresses: setting(
      announcedSchema,
      "Addresses or host names (`203.0.113.7,media.example.com`) that browsers and WHIP encoders are told to send media to, where this machine doesn't have them itself: in a container, behind NAT; default those that it listens on.",
      { placeholder: "ADDRESSES" },
    ),
    publicBaseUrl: setting(
      httpUrl.optional(),
      "URL of this server in its answers; default the one that a request came to.",
      { placeholder: "URL" },
    ),
    ingestHost: setting(
      z
        .string()
        .regex(/^[A-Za-z0-9.-]+$/, "it takes a host name or an IPv4 address, without port")
        .default("localhost"),
      "Host name that channels give as their ingest endpoint.",
      { placeholder: "HOST" },
    ),
    nodeUrl: setting(
      httpUrl.optional(),
      "URL under which the other nodes on the same database reach this one; default http://<host>:<port>, with the machine's name where host is every address.",
      { placeholder: "URL" },
    ),
    tlsCertificate: setting(
      existingFile.optional(),
      "PEM file of the certificate of HTTPS and RTMPS; default a self-signed one.",
      { placeholder: "FILE" },
    ),
    tlsKey: setting(existingFile.optional(), "PEM file of that certificate's private key.", {
      placeholder: "FILE",
    }),
    secureTransport: setting(
      z.enum(["loopback", "tls"]).default("loopback"),
      "Requests for which aws:SecureTransport is true: `tls`, those over TLS alone; `loopback`, " +
        "plain HTTP too while the server listens on loopback alone, unless a trusted proxy " +
        "sends it. docs/deployment.md.",
      { placeholder: "loopback|tls" },
    ),
    trustedProxies: setting(
      trustedProxiesSchema,
      "Addresses of proxies in front (`127.0.0.1,10.0.0.0/8`) whose X-Forwarded-For and X-Forwarded-Proto (aws:SecureTransport) are believed.",
      { placeholder: "ADDRESSES" },
    ),
    ingestProxyProtocol: setting(
      onOff.default(false),
      "Load balancers in `trustedProxies` begin encoders' connections by RTMP and RTMPS with " +
        "PROXY headers, version 1 or 2: docs/nodes.md.",
    ),
    allowedOrigins: setting(
      allowedOriginsSchema,
      "Origins of pages (`https://app.example.com,…`) that may use the APIs while the root key is test/test, beside pages on this machine (docs/deployment.md); their host names may lead here too.",
      { placeholder: "ORIGINS" },
    ),
    outgoing: setting(
      outgoingSchema,
      "Hosts, addresses and blocks (`hooks.internal,10.0.0.0/8,192.168.1.5:8080`) on this machine or in private networks that callers may have requests sent to, by API destinations and identity providers; while the server listens on loopback alone, all are. Link-local addresses, metadata services and the server itself never are; docs/events.md.",
      { placeholder: "HOSTS" },
    ),
    maxConnections: setting(
      wholeNumber(2, 1_000_000).default(8_192),
      "HTTP connections that are open at the same time, viewers' too; one address has half of them at most, unless it is a trusted proxy's. Others are answered 503.",
      { placeholder: "N" },
    ),
  }),
  ...inGroup("Accounts and permissions", {
    account: setting(accountId.default("000000000000"), "Id of the default account.", {
      placeholder: "ID",
    }),
    accounts: setting(
      z
        .array(
          z.strictObject({
            id: accountId,
            rootAccessKeyId: z
              .string()
              .regex(
                /^[\w-]{4,128}$/,
                "it takes 4 to 128 letters, digits, hyphens and underscores",
              ),
            rootSecretAccessKey: z.string().min(8).max(128),
          }),
        )
        .max(1_000)
        .default([]),
      "Accounts, each with its root user's key: further ones, or the default account with a key of your choice.",
      { structured: true },
    ),
    localstack: setting(
      onOff.default(false),
      "Stand in for LocalStack, with its variables and root key; for tests alone: docs/switch.md.",
    ),
    organization: setting(
      existingFolder.optional(),
      "Folder of policy files that an organization is made from; docs/organizations.md.",
      { placeholder: "DIR" },
    ),
    organizationAccounts: setting(
      wholeNumber(1, 10_000).default(10),
      "The most accounts of an organization; AWS raises its quota on request.",
      { placeholder: "N" },
    ),
    enforcement: setting(
      z.enum(["enforce", "soft", "off"]).default("enforce"),
      "What a denial does: `enforce` refuses, `soft` only logs it, `off` doesn't decide.",
      { placeholder: "MODE" },
    ),
    linkedServices: setting(
      linkedServicesSchema.default([]),
      "Services of your own with a service-linked role; docs/linked-services.md.",
      { structured: true },
    ),
    roleDeletionDelayMs: setting(
      wholeNumber(0).default(200),
      "How long a deletion of a service-linked role is pending before it is decided; on AWS, seconds.",
      { placeholder: "MS" },
    ),
    stackAnswerMs: setting(
      wholeNumber(0).default(2_000),
      "How long a request that changes a CloudFormation stack waits for the change's end before it is answered; AWS answers at once, and clients then look again only after 5 to 30 seconds.",
      { placeholder: "MS" },
    ),
    customResources: setting(
      customResourcesSchema.default({}),
      "Endpoints of CloudFormation's custom resources: the ARN of each service token with the " +
        "URL that its requests are posted to; docs/cloudformation.md.",
      { structured: true },
    ),
    auditEventsMax: setting(
      wholeNumber(1_000).default(500_000),
      "Events that CloudTrail's event history keeps of each account at most, of changes and of reads each, and a tenth of it of refused calls; none is kept for more than 90 days.",
      { placeholder: "N" },
    ),
  }),
  ...inGroup("Video", {
    ffmpeg: setting(
      z.string().min(1).default("auto"),
      "The ffmpeg program: `auto` takes the one on PATH, else npm's @ffmpeg-installer/ffmpeg; `off` does without.",
      { placeholder: "PROGRAM" },
    ),
    transcodeCores: setting(
      cores.default("auto"),
      "Processor cores that ffmpeg may take for the renditions of STANDARD and ADVANCED channels; `auto` is three quarters of the machine's, 0 serves the source alone.",
      { placeholder: "N" },
    ),
    ingestWorkers: setting(
      wholeNumber(0, 64).default(0),
      "Processes that carry live streams beside the server's own; 0 carries them in the server itself.",
      { placeholder: "N" },
    ),
    maxStreams: setting(
      wholeNumber(1, 100_000).optional(),
      "Live streams that this node carries at the same time; with so many it stops listening " +
        "for encoders, so that a load balancer gives them to the next node. Left out, no limit.",
      { placeholder: "N" },
    ),
    rateLimits: setting(
      onOff.default(false),
      "Hold every operation of IVS and IVS Chat to AWS's rate of calls; docs/ivs.md.",
    ),
    ivsQuotas: setting(
      ivsQuotasSchema.default({}),
      "Quotas of IVS for each account and Region that differ from AWS's, and those on concurrent streams and views, which have none otherwise; docs/ivs.md.",
      { structured: true },
    ),
    geoipDatabase: setting(
      existingFile.optional(),
      "File in MaxMind's format (GeoLite2 Country, DB-IP) for playback restriction policies by country; without one they let everybody in.",
      { placeholder: "FILE" },
    ),
  }),
  ...inGroup("Chat", {
    chatReviewHandlers: setting(
      chatReviewHandlersSchema.default({}),
      "Message review handlers of IVS Chat: the ARN of each Lambda function with the URL that " +
        "its event is posted to; docs/ivs-chat.md.",
      { structured: true },
    ),
    chatReviewTimeoutMs: setting(
      wholeNumber(1, 60_000).default(200),
      "How long a message waits for its review handler until the room's fallback decides.",
      { placeholder: "MS" },
    ),
    chatLogDelayMs: setting(
      wholeNumber(0, 600_000).default(10_000),
      "How often the messages of logged chat rooms are written to their bucket; on AWS, every " +
        "five minutes.",
      { placeholder: "MS" },
    ),
  }),
  ...inGroup("Output", {
    logLevel: setting(
      z.enum(["debug", "info", "warn", "error", "silent"]).optional(),
      "Least severe line of the log; left out, `info` on a terminal, else `warn`.",
      { placeholder: "LEVEL" },
    ),
    logFormat: setting(
      z.enum(["text", "json"]).optional(),
      "Form of the log's lines; left out, `text` on a terminal, else `json`.",
      { placeholder: "FORM" },
    ),
    webhooks: setting(
      webhooksSchema.default([]),
      "HTTP receivers of AWS's events, signed with HMAC; docs/events.md.",
      { structured: true },
    ),
    eventFunctions: setting(
      eventFunctionsSchema.default({}),
      "Lambda functions that are targets of EventBridge's rules: the ARN of each with the URL " +
        "that its events are posted to; docs/events.md.",
      { structured: true },
    ),
    eventFunctionTimeoutMs: setting(
      wholeNumber(1, 900_000).default(60_000),
      "How long a function of `eventFunctions` has to answer until its event is sent again.",
      { placeholder: "MS" },
    ),
    otlpEndpoint: setting(
      httpUrl.optional(),
      "URL of an OpenTelemetry collector (OTLP over HTTP, e.g. http://localhost:4318) that gets a trace of every request; left out, nothing is traced.",
      { placeholder: "URL", secret: true },
    ),
  }),
} as const;

export type SettingName = keyof typeof SETTINGS;

/** The settings after defaults and checks. */
export type Config = {
  readonly [Name in SettingName]: z.output<(typeof SETTINGS)[Name]["schema"]>;
};

/** Settings as given: all optional, unchecked. */
export type ConfigInput = {
  readonly [Name in SettingName]?: z.input<(typeof SETTINGS)[Name]["schema"]> | undefined;
};

/** The value that a setting has if it isn't given, as JSON; undefined if it has none. */
export function defaultOf({ schema }: Setting): string | undefined {
  const value = schema.safeParse(undefined).data;
  return value === undefined ? undefined : JSON.stringify(value);
}

/** The values that a setting can have, if they are a list. */
export function choicesOf({ schema }: Setting): readonly string[] | undefined {
  const inner =
    schema instanceof z.ZodOptional || schema instanceof z.ZodDefault ? schema.unwrap() : schema;
  return inner instanceof z.ZodEnum ? inner.options.map(String) : undefined;
}

/** `rtmpPort` → `--rtmp-port`. */
export function flagOf(name: SettingName): string {
  return `--${words(name).join("-")}`;
}

/** `rtmpPort` → `ROLECAST_RTMP_PORT`. */
export function variableOf(name: SettingName): string {
  return `ROLECAST_${words(name).join("_").toUpperCase()}`;
}

function words(name: string): string[] {
  return name.split(/(?=[A-Z])/).map((word) => word.toLowerCase());
}
