/** Where IVS Chat exists. Source: AWS General Reference, "Amazon IVS Chat endpoints". */
export const IVS_CHAT_REGIONS: readonly string[] = [
  "ap-northeast-1",
  "ap-northeast-2",
  "ap-south-1",
  "eu-central-1",
  "eu-west-1",
  "us-east-1",
  "us-west-2",
];
