export interface Region {
  readonly id: string;
  readonly city: string;
}

/**
 * Where IVS exists. Source: AWS General Reference, "Amazon Interactive Video Service endpoints".
 */
export const IVS_REGIONS: readonly Region[] = [
  { id: "us-east-1", city: "N. Virginia" },
  { id: "us-west-2", city: "Oregon" },
  { id: "ap-south-1", city: "Mumbai" },
  { id: "ap-northeast-2", city: "Seoul" },
  { id: "ap-northeast-1", city: "Tokyo" },
  { id: "eu-central-1", city: "Frankfurt" },
  { id: "eu-west-1", city: "Ireland" },
];
