import { type AlikeApi, alikeType } from "../../../kernel/resource-types/alike-type.ts";
import { ResourceError, type ResourceType } from "../../../kernel/resources.ts";

/** The pause until a logging configuration that is being created is looked at again. */
const LOOK_AGAIN_MS = 200;

const CHAT: AlikeApi = {
  service: "ivschat",
  namespace: "AWS::IVSChat",
  arnMember: "identifier",
  isFlat: true,
  forgivesDeletion: true,
};

export const chatTypes: readonly ResourceType[] = [
  alikeType(CHAT, {
    noun: "LoggingConfiguration",
    attributes: ["Arn", "Id", "State"],
    updated: { DestinationConfiguration: undefined, Name: "" },
    waitMs({ State }) {
      if (State === "CREATE_FAILED")
        throw new ResourceError("NotStabilized", "The logging configuration wasn't created.");
      return State === "CREATING" ? LOOK_AGAIN_MS : undefined;
    },
  }),
  alikeType(CHAT, {
    noun: "Room",
    attributes: ["Arn", "Id"],
    updated: {
      LoggingConfigurationIdentifiers: [],
      MaximumMessageLength: 500,
      MaximumMessageRatePerSecond: 10,
      MessageReviewHandler: { Uri: "" },
      Name: "",
    },
  }),
];
