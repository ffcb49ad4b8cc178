import assert from "node:assert";
import { timingSafeEqual } from "node:crypto";
import type { ForwardedPublish, PublishRequest, RefusedPublish } from "@rolecast/media";
import { AwsError } from "../../../kernel/aws-error.ts";
import type { Ids } from "../../../kernel/ids.ts";
import type { EncoderCircumstances, ForwardingPort } from "../../../kernel/ports/forwarding.ts";
import type { NodePlaces } from "../../../kernel/ports/node-places.ts";
import type { Store } from "../../../kernel/store.ts";
import { arnOf, arns } from "../resource-arn.ts";
import { credentialsOf, findIngestConfiguration } from "../rows/ingest-configurations.ts";
import type { IngestConfigurationRow, RealTimeTables } from "../tables.ts";
import type { StageToken } from "../tokens/stage-token.ts";
import type { LiveStages } from "./live-stages.ts";
import type { NodeCalls } from "./node-calls.ts";
import type { ParticipantEncoder } from "./participant.ts";
import type { EncoderFault, StageMedia } from "./stage-media.ts";

/** `rt_<account>_<Region>_<id of the ingest configuration>_<secret>`. */
const STREAM_KEY = /^rt_(\d+)_([a-z0-9-]+)_([A-Za-z0-9-]+)_./;
/** One sentence for every kind of wrong key, so that it reveals nothing about the others. */
const WRONG_KEY = { allow: false, reason: "Invalid stream key" } as const;
const SESSION_LENGTH = 22;
const REFUSE_ENCODER = "refuse-encoder";

/** Source: IVS Real-Time user guide, "RTMP Publishing": 720p, and 8.5 Mb/s. */
const SIZE = { pixelsMax: 1_280 * 720, edgeMax: 1_280 };
const SOURCE_LIMITS = { ...SIZE, bitrates: [{ ...SIZE, bitrateMax: 8_500_000 }] };

export interface StageEncodersOptions {
  readonly store: Store;
  readonly ids: Ids;
  readonly forwarding: Pick<ForwardingPort, "admitEncoders">;
  readonly stages: LiveStages;
  readonly media: StageMedia;
  readonly nodePlaces: Pick<NodePlaces, "handOnEncoder">;
  readonly calls: NodeCalls;
}

/** The participant as which an encoder publishes, by its stream key. */
interface Credential {
  readonly participantId: string;
  /** The key counts: with redundant ingest only the keys of the two encoders do. */
  readonly isValid: boolean;
}

type EncoderToRefuse = Pick<PublishRequest, "protocol" | "name" | "secure" | "remoteAddress">;
type Decision = ForwardedPublish | RefusedPublish;

/** Encoders that publish to stages by the stream keys of ingest configurations. */
export class StageEncoders {
  readonly #options: StageEncodersOptions;
  #stop: (() => void) | undefined;

  constructor(options: StageEncodersOptions) {
    this.#options = options;
  }

  start(): void {
    this.#options.calls.handle(REFUSE_ENCODER, (encoder: EncoderToRefuse) => this.#refuse(encoder));
    this.#stop = this.#options.forwarding.admitEncoders(
      (request, circumstances) => this.#decide(request, circumstances),
      async (streamKey) => (await this.#configurationOf(streamKey))?.credential !== undefined,
    );
  }

  close(): void {
    this.#stop?.();
  }

  async #decide(
    request: PublishRequest,
    { turnedAway, isHandedOn }: EncoderCircumstances,
  ): Promise<Decision | undefined> {
    const named = await this.#configurationOf(request.name);
    if (!named) return undefined;
    const { row, credential } = named;
    const token = row && credential && tokenOf(row, credential.participantId);
    if (!token) return WRONG_KEY;
    if (turnedAway !== undefined) return { allow: false, reason: turnedAway };
    const decision = await this.#admit(request, row, credential, token);
    if (!("stageNode" in decision)) return decision;
    const { stageNode } = decision;
    if (isHandedOn) return { allow: false, reason: "The stage is changing hands" };
    // Encoders by RTMP alone can be handed on. Others are refused there, where that is recorded.
    const outcome = isRtmp(request)
      ? this.#handOn(stageNode, request)
      : this.#refuseThere(stageNode, request);
    return outcome.catch((error: unknown) => {
      if (!(error instanceof AwsError)) throw error;
      return {
        allow: false,
        reason: `The stage is on another node, ${stageNode}. ${error.message}`,
      };
    });
  }

  /** The participant joins, also where it only joins to fail: its error is the stage's to show. */
  /** Undefined for stream keys of another form. */
  async #configurationOf(streamKey: string) {
    const [, accountId, region, id] = STREAM_KEY.exec(streamKey) ?? [];
    if (accountId === undefined || region === undefined || id === undefined) return undefined;
    const { db } = this.#options.store.tables<RealTimeTables>();
    const row = await findIngestConfiguration(db, { accountId, region }, id);
    return { row, credential: row && credentialOf(row, streamKey) };
  }

  async #admit(
    request: PublishRequest,
    row: IngestConfigurationRow,
    { participantId, isValid }: Credential,
    token: StageToken,
  ): Promise<Decision | { readonly stageNode: string }> {
    const { stages, media, ids } = this.#options;
    const encoder: ParticipantEncoder = {
      configurationArn: arnOf("ingest-configuration", row),
      protocol: request.secure ? "RTMPS" : "RTMP",
      shownAs: isValid ? row.participant_id : participantId,
      isRedundant: row.redundant !== "[]",
    };
    const admission = await stages.admit(token, {}, encoder);
    if ("code" in admission) return { allow: false, reason: admission.message };
    if ("elsewhere" in admission) return { stageNode: admission.elsewhere };
    const { stage, participant } = admission;
    const session = ids.alphanumeric(SESSION_LENGTH);
    const fault = faultOf(request, row, isValid) ?? (participant.publication && REUSED);
    const reason = await media.admitEncoder(admission, session, fault);
    if (reason !== undefined) return { allow: false, reason };
    const { sessionId: group } = stage;
    const forward = { group, publication: participant.shownId, session };
    return { allow: true, forward, sourceLimits: SOURCE_LIMITS };
  }

  /** The stage's node takes the encoder, which can't be sent there itself, from this one. */
  async #handOn(nodeId: string, request: PublishRequest): Promise<RefusedPublish> {
    const at = await this.#options.nodePlaces.handOnEncoder(nodeId, request);
    return { allow: false, reason: `The stage is on another node, ${nodeId}`, at };
  }

  /** The stage's node records why an encoder by a protocol that no configuration takes fails. */
  #refuseThere(nodeId: string, request: PublishRequest): Promise<RefusedPublish> {
    const { protocol, name, secure, remoteAddress } = request;
    const encoder: EncoderToRefuse = { protocol, name, secure, remoteAddress };
    return this.#options.calls.ask<RefusedPublish>(nodeId, REFUSE_ENCODER, encoder);
  }

  /** Refuses an encoder that another node has, as one of this node's. */
  async #refuse(encoder: EncoderToRefuse): Promise<RefusedPublish> {
    const request: PublishRequest = { ...encoder, connectionId: "", priority: undefined };
    const circumstances = { turnedAway: undefined, isHandedOn: true };
    const decision = isRtmp(request) ? WRONG_KEY : await this.#decide(request, circumstances);
    assert(decision?.allow !== true, "ingest configurations take RTMP alone");
    return decision ?? WRONG_KEY;
  }
}

const REUSED: EncoderFault = {
  event: "REUSE_OF_STREAM_KEY",
  message: "The stream key is in use",
};

function isRtmp({ protocol }: PublishRequest): boolean {
  return protocol === "rtmp" || protocol === "rtmps";
}

function onlyBy(row: IngestConfigurationRow): string {
  return `The ingest configuration takes ${row.protocol} only`;
}

function faultOf(
  request: PublishRequest,
  row: IngestConfigurationRow,
  isValid: boolean,
): EncoderFault | undefined {
  if (!isValid) return { event: "INVALID_STREAM_KEY", message: WRONG_KEY.reason };
  if (isRtmp(request) && (request.secure || row.protocol === "RTMP")) return undefined;
  return { event: "INVALID_PROTOCOL", message: onlyBy(row) };
}

/** Undefined where the key isn't the configuration's. */
function credentialOf(row: IngestConfigurationRow, streamKey: string): Credential | undefined {
  const redundant = credentialsOf(row);
  const own = { participantId: row.participant_id, streamKey: row.stream_key };
  const found = [own, ...redundant].find((one) => isSame(one.streamKey, streamKey));
  if (!found) return undefined;
  const { participantId } = found;
  return { participantId, isValid: found !== own || redundant.length === 0 };
}

function isSame(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)];
  return a.length === b.length && timingSafeEqual(a, b);
}

/** An encoder's key as the token that another participant would have. Undefined without a stage. */
function tokenOf(row: IngestConfigurationRow, participantId: string): StageToken | undefined {
  const stage = arns.parse(row.stage_arn);
  if (stage?.type !== "stage") return undefined;
  const { stage_arn: stageArn, user_id: userId } = row;
  const attributes: Record<string, string> = JSON.parse(row.attributes);
  return {
    ...{ participantId, stage, stageArn, userId, attributes },
    ...{ resource: stageArn, topic: stage.id, eventsUrl: "", whipUrl: "" },
    ...{ canPublish: true, canSubscribe: false, isCustomers: false },
    expiresAtMs: Number.POSITIVE_INFINITY,
  };
}
