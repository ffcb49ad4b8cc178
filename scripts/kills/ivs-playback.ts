import { Ivs } from "@aws-sdk/client-ivs";
import { type ArnKind, arnThings } from "./arn-things.ts";
import type { Node } from "./node.ts";
import { allPages } from "./pages.ts";
import { PublicKeys } from "./public-keys.ts";
import { number } from "./settings.ts";

/* Resources that channels' playback needs: key pairs, restriction policies, ad configurations. */

const MEDIATAILOR = "arn:aws:mediatailor:us-east-1:000000000000:playbackConfiguration/";

const ivs = (at: Node) => at.client(Ivs);
const tags: ArnKind["tags"] = {
  tag: (at, resourceArn, own) => ivs(at).tagResource({ resourceArn, tags: own }),
  untag: (at, resourceArn, tagKeys) => ivs(at).untagResource({ resourceArn, tagKeys }),
};

const keys = new PublicKeys();

export const playbackKeyPairs = arnThings({
  ...{ name: "ivs-playback-key-pairs", keys: 3, noun: "PlaybackKeyPair", tags },
  value: keys.make,
  async create(at, name, value) {
    const input = { name, publicKeyMaterial: keys.pem(value) };
    const { keyPair } = await ivs(at).importPlaybackKeyPair(input);
    return keyPair?.arn;
  },
  delete: (at, arn) => ivs(at).deletePlaybackKeyPair({ arn }),
  async list(at) {
    const listed = await allPages(
      (nextToken) => ivs(at).listPlaybackKeyPairs({ nextToken }),
      ({ keyPairs }) => keyPairs,
      ({ nextToken }) => nextToken,
    );
    const found = listed.map(async ({ arn, name, tags: own }) => {
      const { keyPair } = await ivs(at).getPlaybackKeyPair({ arn });
      return { arn, name, tags: own, value: keyPair?.fingerprint ?? "" };
    });
    return Promise.all(found);
  },
});

const originsOf = (value: string) => [`https://${value}.kills.example`];

export const playbackRestrictionPolicies = arnThings({
  ...{ name: "ivs-playback-restriction-policies", keys: 8, noun: "PlaybackRestrictionPolicy" },
  ...{ tags, value: number },
  async create(at, name, value) {
    const input = { name, allowedOrigins: originsOf(value) };
    const made = await ivs(at).createPlaybackRestrictionPolicy(input);
    return made.playbackRestrictionPolicy?.arn;
  },
  update: (at, arn, value) =>
    ivs(at).updatePlaybackRestrictionPolicy({ arn, allowedOrigins: originsOf(value) }),
  delete: (at, arn) => ivs(at).deletePlaybackRestrictionPolicy({ arn }),
  async list(at) {
    const listed = await allPages(
      (nextToken) => ivs(at).listPlaybackRestrictionPolicies({ nextToken }),
      ({ playbackRestrictionPolicies: page }) => page,
      ({ nextToken }) => nextToken,
    );
    return listed.map(({ allowedOrigins: [origin = ""] = [], ...policy }) => ({
      ...policy,
      value: /\/(\d+)\./.exec(origin)?.[1] ?? origin,
    }));
  },
});

export const adConfigurations = arnThings({
  ...{ name: "ivs-ad-configurations", keys: 8, noun: "AdConfiguration", tags, value: number },
  async create(at, name, value) {
    const playbackConfigurationArn = MEDIATAILOR + value;
    const { adConfiguration } = await ivs(at).createAdConfiguration({
      ...{ name, mediaTailorPlaybackConfigurations: [{ playbackConfigurationArn }] },
    });
    return adConfiguration?.arn;
  },
  update: (at, arn, value) =>
    ivs(at).updateAdConfiguration({
      arn,
      mediaTailorPlaybackConfigurations: [{ playbackConfigurationArn: MEDIATAILOR + value }],
    }),
  delete: (at, arn) => ivs(at).deleteAdConfiguration({ arn }),
  async list(at) {
    const listed = await allPages(
      (nextToken) => ivs(at).listAdConfigurations({ nextToken }),
      ({ adConfigurations: page }) => page,
      ({ nextToken }) => nextToken,
    );
    const found = listed.map(async ({ arn, name, tags: own }) => {
      const { adConfiguration } = await ivs(at).getAdConfiguration({ arn });
      const [media] = adConfiguration?.mediaTailorPlaybackConfigurations ?? [];
      const value = media?.playbackConfigurationArn?.slice(MEDIATAILOR.length) ?? "";
      return { arn, name, tags: own, value };
    });
    return Promise.all(found);
  },
});
