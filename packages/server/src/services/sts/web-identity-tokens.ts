import { createPrivateKey, type JsonWebKey, sign } from "node:crypto";
import type * as sts from "@aws-sdk/client-sts";
import type { Checked } from "../../kernel/checked.ts";
import type { Ids } from "../../kernel/ids.ts";
import { defineOperations } from "../../kernel/operations.ts";
import type {
  FederationDirectory,
  IdentityDirectory,
  OutboundFederationRecord,
} from "../../kernel/ports/identity.ts";
import type { Principal } from "../../kernel/principal.ts";
import type { RequestContext } from "../../kernel/request-context.ts";
import { DEFAULT_WEB_IDENTITY_SECONDS } from "./constraints.ts";
import {
  forbidden,
  outboundFederationDisabled,
  sessionDurationEscalation,
  validationError,
} from "./errors.ts";
import { principalTagsOf } from "./session-context.ts";
import { requestTagKeys } from "./session-tags.ts";

/** The prefix of AWS's own claims. */
const AWS_CLAIMS = "https://sts.amazonaws.com/";

export interface WebIdentityTokensDependencies {
  readonly directory: IdentityDirectory;
  readonly federation: FederationDirectory;
  readonly ids: Ids;
}

type Subject = Extract<Principal, { kind: "user" | "role-session" }>;
type Input = Checked<sts.GetWebIdentityTokenCommandInput>;

/** Tokens by which users and roles identify themselves to services outside AWS. */
export function webIdentityTokens({ directory, federation, ids }: WebIdentityTokensDependencies) {
  return defineOperations<typeof sts>()({
    GetWebIdentityToken: {
      authorize: (input) => {
        const tagKeys = requestTagKeys(input.Tags ?? []);
        const token = {
          action: "sts:GetWebIdentityToken",
          resource: "*",
          context: {
            ...tagKeys,
            "sts:identitytokenaudience": input.Audience,
            "sts:durationseconds": String(secondsIn(input)),
            "sts:signingalgorithm": input.SigningAlgorithm,
          },
        };
        if ((input.Tags?.length ?? 0) === 0) return token;
        return [token, { action: "sts:TagGetWebIdentityToken", resource: "*", context: tagKeys }];
      },
      handle: async (input, context) => {
        if (input.Scope !== undefined || input.SubjectMode === "OriginIdentity")
          throw validationError("Scope and OriginIdentity need trusted identity propagation.");
        const subject = subjectOf(context);
        const outbound = await federation.findOutboundFederation(
          { accountId: subject.accountId },
          context,
        );
        if (!outbound) throw outboundFederationDisabled();
        const untilMs = context.nowMs + secondsIn(input) * 1000;
        if (context.caller.expiresAtMs !== undefined && untilMs > context.caller.expiresAtMs)
          throw sessionDurationEscalation();
        const own = await directory.principalTags(idOf(subject), context);
        const claims = {
          iss: outbound.issuer,
          aud: input.Audience.length === 1 ? input.Audience[0] : input.Audience,
          sub: subject.kind === "user" ? subject.arn : subject.roleArn,
          iat: Math.floor(context.nowMs / 1000),
          exp: Math.floor(untilMs / 1000),
          jti: ids.uuid(),
          [AWS_CLAIMS]: {
            aws_account: subject.accountId,
            source_region: context.region,
            ...section("principal_tags", principalTagsOf(context.caller, own)),
            ...section(
              "request_tags",
              (input.Tags ?? []).map(({ Key, Value }) => [Key, Value] as const),
            ),
          },
        };
        return {
          WebIdentityToken: signed(claims, input.SigningAlgorithm, outbound),
          Expiration: new Date(claims.exp * 1000),
        };
      },
    },
  });
}

function secondsIn({ DurationSeconds = DEFAULT_WEB_IDENTITY_SECONDS }: Input): number {
  return DurationSeconds;
}

function subjectOf({ caller }: RequestContext): Subject {
  const { principal } = caller;
  if (principal.kind === "user" || principal.kind === "role-session") return principal;
  throw forbidden("GetWebIdentityToken is for IAM users and roles.");
}

function idOf(subject: Subject): string {
  return subject.kind === "user" ? subject.id : subject.roleId;
}

function section(name: string, tags: readonly (readonly [string, string])[]): object {
  return tags.length === 0 ? {} : { [name]: Object.fromEntries(tags) };
}

function signed(claims: object, algorithm: string, { keys }: OutboundFederationRecord): string {
  const key: JsonWebKey | undefined = keys.find(({ alg }) => alg === algorithm);
  if (!key) throw validationError(`Signing algorithm ${algorithm} is not supported.`);
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const text = `${part({ alg: algorithm, kid: key.kid, typ: "JWT" })}.${part(claims)}`;
  const signature = sign(algorithm === "ES384" ? "sha384" : "sha256", Buffer.from(text), {
    key: createPrivateKey({ key, format: "jwk" }),
    dsaEncoding: "ieee-p1363",
  });
  return `${text}.${signature.toString("base64url")}`;
}
