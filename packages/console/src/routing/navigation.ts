import type { SideNavigationProps } from "@cloudscape-design/components/side-navigation";

/** The services and their pages, as the side shows them. */
export const NAVIGATION: readonly SideNavigationProps.Item[] = [
  {
    type: "section-group",
    title: "Amazon IVS",
    items: [
      { type: "link", text: "Channels", href: "#/ivs/channels" },
      {
        type: "link",
        text: "Recording configurations",
        href: "#/ivs/recording-configurations",
      },
      { type: "link", text: "Recordings", href: "#/ivs/recordings" },
      { type: "link", text: "Playback keys", href: "#/ivs/playback-keys" },
      { type: "link", text: "Restriction policies", href: "#/ivs/restriction-policies" },
      { type: "link", text: "Ad configurations", href: "#/ivs/ad-configurations" },
    ],
  },
  {
    type: "section-group",
    title: "IAM",
    items: [
      { type: "link", text: "Users", href: "#/iam/users" },
      { type: "link", text: "Groups", href: "#/iam/groups" },
      { type: "link", text: "Roles", href: "#/iam/roles" },
      { type: "link", text: "Policies", href: "#/iam/policies" },
      { type: "link", text: "Policy simulator", href: "#/iam/simulator" },
    ],
  },
  {
    type: "section-group",
    title: "Amazon S3",
    items: [{ type: "link", text: "Buckets", href: "#/s3/buckets" }],
  },
  { type: "divider" },
  { type: "link", text: "Activity", href: "#/activity" },
];
