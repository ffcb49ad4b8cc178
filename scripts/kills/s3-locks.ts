import { type ObjectLockLegalHoldStatus, S3 } from "@aws-sdk/client-s3";
import type { Node } from "./node.ts";
import { settingsOf } from "./settings-of.ts";

/* Object Lock: a bucket's default retention, and an object's own hold and retention. */

const bucketOf = (key: string) => ({ Bucket: `kills-lock-${key}` });
const objectOf = (key: string) => ({ ...bucketOf(key), Key: "kept" });
const s3 = (at: Node) => at.client(S3);
const DAY_MS = 86_400_000;
const GOVERNANCE = { Mode: "GOVERNANCE" } as const;
const LOCKED = { ObjectLockEnabled: "Enabled" } as const;

export const locks = settingsOf(
  "s3-locks",
  {
    hold: {
      value: (chance) => chance.one(["ON", "OFF"]),
      put: (at, of, value) =>
        s3(at).putObjectLegalHold({
          ...objectOf(of),
          LegalHold: { Status: value as ObjectLockLegalHoldStatus },
        }),
      read: async (at, of) => (await s3(at).getObjectLegalHold(objectOf(of))).LegalHold?.Status,
    },
    retention: {
      value: (chance) =>
        new Date(Math.ceil(Date.now() / DAY_MS + 1 + chance.below(99)) * DAY_MS).toISOString(),
      put(at, of, until) {
        const Retention = { ...GOVERNANCE, RetainUntilDate: new Date(until) };
        const own = { ...objectOf(of), Retention, BypassGovernanceRetention: true };
        return s3(at).putObjectRetention(own);
      },
      remove: (at, of) =>
        s3(at).putObjectRetention({
          ...objectOf(of),
          ...{ Retention: {}, BypassGovernanceRetention: true },
        }),
      async read(at, of) {
        const { Retention } = await s3(at).getObjectRetention(objectOf(of));
        return Retention?.RetainUntilDate?.toISOString();
      },
    },
    byDefault: {
      value: (chance) => String(1 + chance.below(99)),
      put(at, of, days) {
        const DefaultRetention = { ...GOVERNANCE, Days: Number(days) };
        const ObjectLockConfiguration = { ...LOCKED, Rule: { DefaultRetention } };
        return s3(at).putObjectLockConfiguration({ ...bucketOf(of), ObjectLockConfiguration });
      },
      remove: (at, of) =>
        s3(at).putObjectLockConfiguration({ ...bucketOf(of), ObjectLockConfiguration: LOCKED }),
      async read(at, of) {
        const answer = await s3(at).getObjectLockConfiguration(bucketOf(of));
        const days = answer.ObjectLockConfiguration?.Rule?.DefaultRetention?.Days;
        return days === undefined ? undefined : String(days);
      },
    },
  },
  {
    keys: 3,
    async prepare(at, keys) {
      for (const key of keys) {
        await s3(at).createBucket({ ...bucketOf(key), ObjectLockEnabledForBucket: true });
        await s3(at).putObject({ ...objectOf(key), Body: key });
      }
    },
  },
);
