import type { OtherServer, PublishRequest } from "@rolecast/media";
import type { PlainRequest, PlainResponse } from "../service.ts";

/** The processes that share the database: who this one is, and where the others are reached. */
export interface NodePlaces {
  /** This node under its present lease; empty where the database isn't shared. */
  readonly id: string;
  /** Stays with this node's folder, whichever process has it. */
  readonly folderId: string;
  /** The address of a living node; undefined once its lease has ended. */
  urlOf(nodeId: string): Promise<string | undefined>;
  /**
   * The address of a node that has just proven there that it has the same sealing key. Rejects with
   * an AwsError of status 503 where it isn't reached, or something else answers.
   */
  provenUrl(nodeId: string): Promise<string>;
  /**
   * Lets another node answer a request whose body was read: both prove that they have the same
   * sealing key. Rejects as `provenUrl` does.
   */
  handOn(nodeId: string, request: PlainRequest, body: string): Promise<PlainResponse>;
  /**
   * Has another node expect an encoder whose connection is here: it publishes there at the address
   * and under the name that come back, once. Rejects as `provenUrl` does.
   */
  handOnEncoder(nodeId: string, request: PublishRequest): Promise<OtherServer>;
  /** Answers requests that other nodes hand on; undefined for those of other paths. */
  answerHandedOn(answer: HandedOnAnswerer): void;
}

/** The request has `HANDED_ON_HEADER`, and is answered where it is. */
export type HandedOnAnswerer = (
  request: PlainRequest,
) => Promise<PlainResponse | undefined> | undefined;
