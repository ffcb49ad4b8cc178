import { KMS } from "@aws-sdk/client-kms";
import type { Chance } from "../fuzz/chance.ts";
import type { Node } from "./node.ts";
import { allPages, byKey, withMember } from "./pages.ts";
import { type Change, remembered } from "./remembered.ts";
import { Bag, UNKNOWN } from "./sameness.ts";

/* Keys with aliases, tags, grants and states, and what they have encrypted. */

const PREFIX = "kills-";
const GRANTEE = "arn:aws:iam::000000000000:root";

interface Key {
  readonly id: string | symbol;
  readonly state: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly aliases: readonly string[];
  readonly rotates: boolean;
  /** Ids of its grants. */
  readonly grants: Bag<string | symbol>;
}

/** Ciphertexts by the id of their key. */
const sealed = new Map<string, { readonly plain: string; readonly blob: Uint8Array }[]>();

function change(key: string, state: Key | undefined, chance: Chance): Change<Key> {
  if (!state)
    return {
      says: `CreateKey ${key}`,
      send: (at) => at.client(KMS).createKey({ Description: PREFIX + key }),
      after: (answer) => {
        const made = answer as { KeyMetadata?: { KeyId?: string } } | undefined;
        const id = made?.KeyMetadata?.KeyId ?? UNKNOWN;
        const none = { tags: {}, aliases: [], rotates: false, grants: new Bag<string>([]) };
        return { id, state: "Enabled", ...none };
      },
    };
  const KeyId = String(state.id);
  if (state.state !== "Enabled") return recover(KeyId, state);
  switch (chance.below(6)) {
    case 0:
      return toState(KeyId, state, chance);
    case 1: {
      const TagKey = `tag-${chance.below(2)}`;
      const gone = TagKey in state.tags;
      const TagValue = String(chance.below(1e6));
      return {
        says: `${gone ? "Untag" : "Tag"}Resource ${key} ${TagKey}`,
        send: (at) =>
          gone
            ? at.client(KMS).untagResource({ KeyId, TagKeys: [TagKey] })
            : at.client(KMS).tagResource({ KeyId, Tags: [{ TagKey, TagValue }] }),
        after: () => ({
          ...state,
          tags: withMember(state.tags, TagKey, gone ? undefined : TagValue),
        }),
      };
    }
    case 2: {
      const AliasName = `alias/kills-${key}`;
      const gone = state.aliases.includes(AliasName);
      return {
        says: `${gone ? "Delete" : "Create"}Alias ${AliasName}`,
        send: (at) =>
          gone
            ? at.client(KMS).deleteAlias({ AliasName })
            : at.client(KMS).createAlias({ AliasName, TargetKeyId: KeyId }),
        after: () => ({ ...state, aliases: gone ? [] : [AliasName] }),
      };
    }
    case 3:
      return {
        says: `${state.rotates ? "Disable" : "Enable"}KeyRotation ${key}`,
        send: (at) =>
          state.rotates
            ? at.client(KMS).disableKeyRotation({ KeyId })
            : at.client(KMS).enableKeyRotation({ KeyId }),
        after: () => ({ ...state, rotates: !state.rotates }),
      };
    case 4:
      return changeGrants(KeyId, state, chance);
    default:
      return encrypt(KeyId, state, chance);
  }
}

function recover(KeyId: string, state: Key): Change<Key> {
  const isPending = state.state === "PendingDeletion";
  return {
    says: `${isPending ? "CancelKeyDeletion" : "EnableKey"} ${KeyId}`,
    send: (at) =>
      isPending ? at.client(KMS).cancelKeyDeletion({ KeyId }) : at.client(KMS).enableKey({ KeyId }),
    after: () => ({ ...state, state: isPending ? "Disabled" : "Enabled" }),
  };
}

function toState(KeyId: string, state: Key, chance: Chance): Change<Key> {
  // Nobody may ask for the rotation of a key that is pending deletion.
  const isPending = !state.rotates && chance.rarely(2);
  return {
    says: `${isPending ? "ScheduleKeyDeletion" : "DisableKey"} ${KeyId}`,
    send: (at) =>
      isPending
        ? at.client(KMS).scheduleKeyDeletion({ KeyId, PendingWindowInDays: 7 })
        : at.client(KMS).disableKey({ KeyId }),
    after: () => ({ ...state, state: isPending ? "PendingDeletion" : "Disabled" }),
  };
}

function changeGrants(KeyId: string, state: Key, chance: Chance): Change<Key> {
  const { items } = state.grants;
  const GrantId = items.length > 0 && chance.rarely(2) ? String(chance.one(items)) : undefined;
  if (GrantId !== undefined)
    return {
      says: `RevokeGrant ${GrantId}`,
      send: (at) => at.client(KMS).revokeGrant({ KeyId, GrantId }),
      after: () => ({ ...state, grants: new Bag(items.filter((id) => id !== GrantId)) }),
    };
  return {
    says: `CreateGrant ${KeyId}`,
    send: (at) =>
      at.client(KMS).createGrant({
        ...{ KeyId, GranteePrincipal: GRANTEE, Operations: ["Decrypt"] },
        Name: String(chance.below(2 ** 31)),
      }),
    after: (answer) => {
      const { GrantId: id } = (answer ?? {}) as { GrantId?: string };
      return { ...state, grants: new Bag([...items, id ?? UNKNOWN]) };
    },
  };
}

function encrypt(KeyId: string, state: Key, chance: Chance): Change<Key> {
  const plain = `secret ${chance.below(1e9)}`;
  return {
    says: `Encrypt ${KeyId}`,
    async send(at) {
      const { CiphertextBlob } = await at
        .client(KMS)
        .encrypt({ KeyId, Plaintext: Buffer.from(plain) });
      if (!CiphertextBlob) throw new Error("no ciphertext");
      sealed.set(KeyId, [...(sealed.get(KeyId) ?? []), { plain, blob: CiphertextBlob }]);
    },
    after: () => state,
  };
}

async function read(at: Node): Promise<ReadonlyMap<string, Key>> {
  const kms = at.client(KMS);
  const [listed, aliases] = await Promise.all([
    allPages(
      (Marker) => kms.listKeys({ Marker }),
      ({ Keys }) => Keys,
      ({ NextMarker }) => NextMarker,
    ),
    allPages(
      (Marker) => kms.listAliases({ Marker }),
      ({ Aliases }) => Aliases,
      ({ NextMarker }) => NextMarker,
    ),
  ]);
  const named: [string | undefined, Key][] = [];
  for (const { KeyId = "" } of listed) {
    const { KeyMetadata } = await kms.describeKey({ KeyId });
    if (!KeyMetadata?.Description?.startsWith(PREFIX)) continue;
    const { Tags = [] } = await kms.listResourceTags({ KeyId });
    const isPending = KeyMetadata.KeyState === "PendingDeletion";
    const rotation = isPending ? {} : await kms.getKeyRotationStatus({ KeyId });
    const { Grants = [] } = await kms.listGrants({ KeyId });
    const own = aliases.filter(({ TargetKeyId }) => TargetKeyId === KeyId);
    named.push([
      KeyMetadata.Description,
      {
        id: KeyId,
        state: KeyMetadata.KeyState ?? "",
        tags: Object.fromEntries(Tags.map(({ TagKey, TagValue }) => [TagKey, TagValue])),
        aliases: own.map(({ AliasName = "" }) => AliasName),
        rotates: "KeyRotationEnabled" in rotation && rotation.KeyRotationEnabled === true,
        grants: new Bag(Grants.map(({ GrantId = "" }) => GrantId)),
      },
    ]);
  }
  return byKey(PREFIX, named);
}

/** Keys that are enabled decrypt all that they have encrypted. */
async function inspect(at: Node, there: ReadonlyMap<string, Key>): Promise<readonly string[]> {
  const wrong: string[] = [];
  for (const { id, state } of there.values()) {
    if (state !== "Enabled") continue;
    for (const { plain, blob } of sealed.get(String(id)) ?? []) {
      const { Plaintext } = await at.client(KMS).decrypt({ CiphertextBlob: blob });
      const text = Buffer.from(Plaintext ?? []).toString();
      if (text !== plain) wrong.push(`${String(id)} decrypts ${text} where ${plain} was encrypted`);
    }
  }
  return wrong;
}

export const keys = remembered<Key>({ name: "kms-keys", keys: 8, change, read, inspect });
