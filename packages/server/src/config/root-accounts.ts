import { createHmac } from "node:crypto";
import { isLoopback } from "../kernel/loopback.ts";
import type { Config } from "./settings.ts";

const BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/** An account with the key of its root user. */
export interface RootAccount {
  readonly id: string;
  readonly rootAccessKeyId: string;
  readonly rootSecretAccessKey: string;
}

export interface RootAccounts {
  readonly accounts: readonly RootAccount[];
  /** The default account. */
  readonly root: RootAccount;
  /** The default account's key, when it was generated: to be shown once. */
  readonly generated: RootAccount | undefined;
  /** The default account's key, when it is `test`/`test`. */
  readonly test: RootAccount | undefined;
}

/**
 * The accounts of this server. The default account's root key is `test`/`test` while only this
 * machine can connect, and while the server stands in for LocalStack; otherwise it is derived from
 * the data folder's key, so that it stays the same over restarts. A key that the configuration
 * gives for the account wins.
 */
export function rootAccounts(config: Config, sealingKey: Uint8Array): RootAccounts {
  const configured = config.accounts.find((account) => account.id === config.account);
  if (configured) {
    const { accounts } = config;
    return { accounts, root: configured, generated: undefined, test: undefined };
  }
  if (isLoopback(config.host) || config.localstack) {
    const account = {
      id: config.account,
      rootAccessKeyId: "test",
      rootSecretAccessKey: "test",
    };
    return {
      accounts: [account, ...config.accounts],
      root: account,
      generated: undefined,
      test: account,
    };
  }
  const account = generateAccount(config.account, sealingKey);
  return {
    accounts: [account, ...config.accounts],
    root: account,
    generated: account,
    test: undefined,
  };
}

function generateAccount(id: string, sealingKey: Uint8Array): RootAccount {
  const derive = (purpose: string) =>
    createHmac("sha256", sealingKey).update(`rolecast root ${purpose} ${id}`).digest();
  const letters = [...derive("access key id")].map((byte) => BASE32.charAt(byte % 32));
  return {
    id,
    rootAccessKeyId: `AKIA${letters.join("").slice(0, 16)}`,
    rootSecretAccessKey: derive("secret access key").toString("base64").slice(0, 40),
  };
}
