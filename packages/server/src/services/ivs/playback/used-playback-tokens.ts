import type { Store } from "../../../kernel/store.ts";
import { arns } from "../resource-arn.ts";
import { noteUsedToken } from "../rows/used-playback-tokens.ts";
import type { IvsTables } from "../tables.ts";
import type { PlaybackClaims } from "./playback-claims.ts";

/** False when the token was used before, here or by another process on the same database. */
export function useOnce(
  { uuid, expiresAtMs }: NonNullable<PlaybackClaims["singleUse"]>,
  channelArn: string,
  store: Store<IvsTables>,
): Promise<boolean> {
  const place = arns.parse(channelArn);
  const at = { accountId: place?.accountId ?? "", region: place?.region ?? "" };
  return store.transaction(({ db }) => noteUsedToken(db, at, uuid, Math.ceil(expiresAtMs)));
}
