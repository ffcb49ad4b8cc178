import { setTimeout as pause } from "node:timers/promises";
import { CreateServiceLinkedRoleCommand, IAMClient } from "@aws-sdk/client-iam";
import { AssumeRoleCommand, STSClient } from "@aws-sdk/client-sts";

const SERVICE = "queue.internal.example";
const ROLE_NAME = "AWSServiceRoleForInternalQueue";
/** While somebody deletes the role, Rolecast asks us for our usage: that takes moments. */
const RETRY_DELAY_MS = 100;
const ATTEMPTS = 50;

/** This service's way to its role. */
export class QueueRole {
  #sts;
  #rolecast;

  /** @param {{ endpoint: string, region: string, credentials: object }} rolecast with the service's key */
  constructor(rolecast) {
    this.#rolecast = rolecast;
    this.#sts = new STSClient(rolecast);
  }

  /**
   * Sees to it that the role is there and stays, and returns credentials of it. The caller has
   * recorded beforehand, visibly at our usage endpoint, what the role is wanted for: then whoever
   * deletes the role either sees that, or comes first and lets us wait or make a new one.
   */
  async take({ accountId, credentials }) {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.assume(accountId);
      } catch (error) {
        if (attempt >= ATTEMPTS) throw error;
        if (error.name === "EntityTemporarilyUnmodifiable") await pause(RETRY_DELAY_MS);
        // A role that isn't there is refused like one that doesn't trust us.
        else if (error.name === "AccessDenied") await this.#create(credentials);
        else throw error;
      }
    }
  }

  /** Signed with the service's own key, the only one that the role trusts. */
  async assume(accountId) {
    const { Credentials: session } = await this.#sts.send(
      new AssumeRoleCommand({
        RoleArn: `arn:aws:iam::${accountId}:role/aws-service-role/${SERVICE}/${ROLE_NAME}`,
        RoleSessionName: "queue",
      }),
    );
    return {
      accessKeyId: session.AccessKeyId,
      secretAccessKey: session.SecretAccessKey,
      sessionToken: session.SessionToken,
    };
  }

  /** With the caller's credentials passed on: its permissions decide. */
  async #create(credentials) {
    const iam = new IAMClient({ ...this.#rolecast, credentials });
    try {
      await iam.send(new CreateServiceLinkedRoleCommand({ AWSServiceName: SERVICE }));
    } catch (error) {
      // Somebody else made it meanwhile.
      if (error.name !== "InvalidInputException") throw error;
    }
  }
}
