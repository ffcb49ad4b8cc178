import { type AlikeApi, alikeType } from "../../../kernel/resource-types/alike-type.ts";
import type { ResourceModel, ResourceType } from "../../../kernel/resources.ts";

const REAL_TIME: AlikeApi = { service: "ivs-realtime", namespace: "AWS::IVS" };

type Nested = Readonly<Record<string, unknown>>;

/** The type has a level more than the operations between these members and what is in them. */
const WRAPPED = [
  ["HlsConfiguration", "ParticipantRecordingHlsConfiguration"],
  ["ThumbnailConfiguration", "ParticipantThumbnailConfiguration"],
] as const;

export const realTimeResources: readonly ResourceType[] = [
  alikeType(REAL_TIME, {
    noun: "Stage",
    attributes: ["Arn", "ActiveSessionId"],
    updated: {
      AutoParticipantRecordingConfiguration: { StorageConfigurationArn: "" },
      Name: "",
    },
    shape: {
      toMembers({ autoParticipantRecordingConfiguration: given, ...rest }) {
        if (given === undefined) return rest;
        const recording: Record<string, unknown> = { ...(given as Nested) };
        for (const [outer, inner] of WRAPPED) {
          const wrapped = recording[lowerFirst(outer)] as Nested | undefined;
          if (wrapped) recording[lowerFirst(outer)] = wrapped[lowerFirst(inner)];
        }
        return { ...rest, autoParticipantRecordingConfiguration: recording };
      },
      toProperties(found): ResourceModel {
        const given = found.AutoParticipantRecordingConfiguration as Nested;
        // A member of the operations that the type lacks.
        const { RecordParticipantReplicas: _, ...recording } = { ...given };
        for (const [outer, inner] of WRAPPED) recording[outer] = { [inner]: recording[outer] };
        return { ...found, AutoParticipantRecordingConfiguration: recording };
      },
    },
  }),
  alikeType(REAL_TIME, {
    noun: "EncoderConfiguration",
    attributes: ["Arn"],
    fixed: ["Name", "Video"],
  }),
  alikeType(REAL_TIME, {
    noun: "StorageConfiguration",
    attributes: ["Arn"],
    fixed: ["Name", "S3"],
  }),
  alikeType(REAL_TIME, {
    noun: "IngestConfiguration",
    attributes: ["Arn", "ParticipantId", "StreamKey", "State"],
    fixed: ["IngestProtocol", "InsecureIngest", "Name", "UserId"],
    updated: { StageArn: "" },
  }),
  alikeType(REAL_TIME, {
    noun: "PublicKey",
    createOperation: "ImportPublicKey",
    attributes: ["Arn", "Fingerprint"],
    fixed: ["Name", "PublicKeyMaterial"],
  }),
];

function lowerFirst(word: string): string {
  return `${word.charAt(0).toLowerCase()}${word.slice(1)}`;
}
