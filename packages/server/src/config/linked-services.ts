import { createHmac } from "node:crypto";
import { validatePolicy } from "@rolecast/policy";
import { z } from "zod";
import type { OutsideService } from "../kernel/ports/linked-services.ts";

const BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const ROLE_NAME_PREFIX = "AWSServiceRoleFor";
/** Source: IAM User Guide, quotas: the managed policy's size. */
const POLICY_SIZE_MAX = 6_144;
const REGIONS_MAX = 50;
/**
 * Operations that a service may never call for its callers: credentials would outlive the request.
 */
const NEVER_FORWARDED = /^sts:/i;

const policy = z
  .union([z.string(), z.record(z.string(), z.unknown())], {
    error: "it takes a policy, written as YAML or as a text of JSON",
  })
  .transform((value) => (typeof value === "string" ? value : JSON.stringify(value)))
  .superRefine((text, context) => {
    const [finding] = validatePolicy(text, "managed");
    if (finding) context.addIssue({ code: "custom", message: finding.message });
    if (text.length > POLICY_SIZE_MAX)
      context.addIssue({ code: "custom", message: `longer than ${POLICY_SIZE_MAX} characters` });
  });

const usage = z.strictObject({
  url: z
    .string()
    .refine(
      (url) => /^https?:\/\//.test(url) && URL.canParse(url.replaceAll(/[{}]/g, "x")),
      "an http or https URL; {region}, {account} and {role} are filled in",
    ),
  regions: z
    .array(z.string().regex(/^[a-z]{2}(?:-[a-z]+)+-\d$/))
    .min(1)
    .max(REGIONS_MAX)
    .default(["us-east-1"]),
  authorizationHeader: z
    .string()
    .regex(/^[!-~ ]+$/)
    .optional(),
  deadlineMs: z.number().int().min(100).max(60_000).default(10_000),
  attempts: z.number().int().min(1).max(10).default(3),
});

const linkedService = z.strictObject({
  servicePrincipal: z
    .string()
    .regex(/^(?:[a-z0-9-]+\.)+[a-z][a-z0-9-]+$/, "a DNS name such as queue.internal.example")
    .refine((name) => !/\.amazonaws\.com(?:\.cn)?$/.test(name), "AWS's own names are taken"),
  roleName: z
    .string()
    .max(64)
    .regex(/^AWSServiceRoleFor[\w+=,.@-]+$/, "AWSServiceRoleFor, and a name"),
  policy,
  policyName: z
    .string()
    .regex(/^[\w+=,.@-]{1,128}$/)
    .optional(),
  description: z.string().max(1_000).optional(),
  allowsSuffix: z.boolean().default(false),
  signingName: z
    .string()
    .regex(/^[a-z0-9-]+$/)
    .optional(),
  forwards: z
    .array(
      z
        .string()
        .regex(/^[a-z0-9-]+:[A-Za-z0-9]+$/)
        .refine((name) => !NEVER_FORWARDED.test(name), "an operation of STS is never forwarded"),
    )
    .default(["iam:CreateServiceLinkedRole"]),
  accessKeyId: z
    .string()
    .regex(/^\w{16,128}$/)
    .optional(),
  secretAccessKey: z.string().min(8).max(128).optional(),
  usage,
});

type LinkedService = z.output<typeof linkedService>;

/** The setting `linkedServices`. */
export const linkedServicesSchema = z
  .array(linkedService)
  .max(100)
  .superRefine((services, context) => {
    const refuse = (message: string) => context.addIssue({ code: "custom", message });
    for (const { servicePrincipal, accessKeyId, secretAccessKey } of services) {
      if ((accessKeyId === undefined) !== (secretAccessKey === undefined))
        refuse(`${servicePrincipal}: accessKeyId and secretAccessKey only go together`);
    }
    const unique: readonly ((service: LinkedService) => string | undefined)[] = [
      (service) => service.servicePrincipal,
      (service) => service.roleName.toLowerCase(),
      policyNameOf,
      (service) => service.accessKeyId,
    ];
    for (const name of unique) {
      const names = services.map(name).filter((value) => value !== undefined);
      const twice = names.find((value, index) => names.indexOf(value) !== index);
      if (twice !== undefined) refuse(`${twice} is named twice`);
    }
  });

/** Completes the configured services with names, and with keys that survive restarts. */
export function outsideServices(
  services: readonly LinkedService[],
  sealingKey: Uint8Array,
): readonly OutsideService[] {
  return services.map((service) => ({
    servicePrincipal: service.servicePrincipal,
    roleName: service.roleName,
    policyName: policyNameOf(service),
    policyDocument: service.policy,
    description: service.description,
    allowsSuffix: service.allowsSuffix,
    signingName: service.signingName ?? service.servicePrincipal.split(".")[0] ?? "",
    forwardedOperations: service.forwards,
    ...credentialOf(service, sealingKey),
    usage: { ...service.usage, authorizationHeader: service.usage.authorizationHeader },
  }));
}

function policyNameOf({ policyName, roleName }: LinkedService): string {
  return policyName ?? `${roleName.slice(ROLE_NAME_PREFIX.length)}ServiceRolePolicy`;
}

function credentialOf(
  { servicePrincipal, accessKeyId, secretAccessKey }: LinkedService,
  sealingKey: Uint8Array,
): Pick<OutsideService, "accessKeyId" | "secretAccessKey"> {
  if (accessKeyId !== undefined && secretAccessKey !== undefined)
    return { accessKeyId, secretAccessKey };
  const derive = (purpose: string) =>
    createHmac("sha256", sealingKey)
      .update(`rolecast linked service ${purpose} ${servicePrincipal}`)
      .digest();
  const letters = [...derive("access key id")].map((byte) => BASE32.charAt(byte % 32));
  return {
    accessKeyId: `AKIA${letters.join("").slice(0, 16)}`,
    secretAccessKey: derive("secret access key").toString("base64").slice(0, 40),
  };
}
